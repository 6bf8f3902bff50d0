"""The harness: rounds compared with their own, missing alternatives named, unequal outcomes refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import alternatives, generate, measure, real, run, spark
from benchmarks.measure import Measurement, Missing, Rounds


def took(*seconds: float, outcome: str = "same") -> list[Measurement]:
    return [Measurement(cpu_s=each, megabytes=10, peak_rss_mb=50, outcome=outcome) for each in seconds]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "made.ndjson"
    path.write_bytes(b"".join(generate.lines(1, 1)))
    return path


def everything(**instead: list[Measurement] | Missing) -> Rounds:
    usual: Rounds = {name: took(1, 1, 1) for name in run.FILES}
    return usual | {name.replace("_", "-"): runs for name, runs in instead.items()}


def test_a_ratio_compares_each_round_with_its_own() -> None:
    slow_machine_in_the_second_round = measure.ratio(took(1, 2, 1), took(10, 20, 10))
    assert slow_machine_in_the_second_round == 10


def test_speeds_are_median_lowest_and_highest() -> None:
    assert measure.speeds(took(1, 2, 5)) == (5, 2, 10)


@pytest.mark.parametrize("name", ["read-lines", "fhirkit-check", "fhir-resources-parse"])
def test_an_alternative_accepts_all_of_the_made_data(name: str, made: Path) -> None:
    accepted = len(made.read_bytes().splitlines())
    assert alternatives.ALTERNATIVES[name]()(made) == f"{accepted} accepted"


def test_an_alternative_that_refuses_valid_data_does_not_count(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ndjson"
    wrong.write_bytes(b'{"resourceType":"Patient","gender":["x"]}\n')
    with pytest.raises(ValueError, match="does not count"):
        alternatives.fhirkit_check()(wrong)


def test_a_fresh_process_gives_time_memory_and_outcome(made: Path) -> None:
    found = measure.fresh("read-lines", made, made)
    assert isinstance(found, Measurement)
    assert found.cpu_s > 0
    assert found.peak_rss_mb > 1
    assert found.outcome.endswith("accepted")


def test_an_alternative_without_its_module_is_missing_with_a_reason(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> alternatives.Run:
        raise ModuleNotFoundError(name="not_there")

    monkeypatch.setitem(alternatives.ALTERNATIVES, "absent", absent)
    assert measure.here("absent", made, made) == Missing("no module not_there")


def test_the_order_alternates_and_a_missing_alternative_is_asked_once(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fresh(name: str, *_: Path) -> Measurement | Missing:
        asked.append(name)
        return Missing("gone") if name == "c" else took(1)[0]

    monkeypatch.setattr(measure, "fresh", fresh)
    found = measure.interleaved(dict.fromkeys("abc", made), made, rounds=3)
    assert asked == ["a", "b", "c", "b", "a", "a", "b"]
    assert found == {"a": took(1, 1, 1), "b": took(1, 1, 1), "c": Missing("gone")}


def test_every_figure_of_the_contract_is_there() -> None:
    assert [name for name, _ in run.figures_of(everything())] == [
        "pipeline.mb-per-s",
        "pipeline.peak-rss-mb",
        "pipeline.ratio-to-fhir-resources",
        "pipeline.decode-all.ratio-to-fhir-resources",
        "checker.ratio-to-fhirkit",
        "walker.ratio-to-fhirkit",
        "pipeline.share-of-header-decode",
        "pipeline.share-of-page-cache-read",
    ]


def test_real_bundles_are_compared_where_they_are_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(real, "BUNDLES", tmp_path / "absent")
    figures = run.real_figures(run.QUICK, tmp_path, tmp_path)
    assert set(figures) == {run.REAL_RATIO, "real.walker-share-percent"}
    assert all(isinstance(value, Missing) for value in figures.values())


def test_the_share_that_needs_the_walker_counts_types_that_are_read(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles.ndjson"
    sound = '{"resourceType":"Patient","id":"a"}'
    odd = '{"resourceType":"Patient","id":"a","_gender":{"id":"x"}}'
    unread = '{"resourceType":"Claim"}'
    entries = ",".join(f'{{"resource":{one}}}' for one in (sound, sound, sound, odd, unread))
    bundles.write_text(f'{{"resourceType":"Bundle","type":"collection","entry":[{entries}]}}\n')
    assert real.walker_share(bundles) == 0.25


def test_a_figure_without_its_alternative_says_why() -> None:
    figures = dict(run.figures_of(everything(walker_check=Missing("no module x"))))
    assert figures["walker.ratio-to-fhirkit"] == Missing("no module x")
    assert figures["checker.ratio-to-fhirkit"] == 1


def test_what_is_measured_is_known() -> None:
    assert run.FILES.keys() <= alternatives.ALTERNATIVES.keys()


def test_different_outcomes_of_the_same_work_stop_the_run() -> None:
    run.insist_on_the_same(everything())
    with pytest.raises(SystemExit, match="different outcomes"):
        run.insist_on_the_same(everything(pipeline=took(1, outcome="other")))


def test_the_whole_bench_runs_in_short_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real, "_FEW", 1)
    told = {
        "subjects": 50,
        "exported": 20,
        "delivered": 50,
        "patients": 2,
        "pulled": 1,
        "listed": 20,
        "seconds": 0.2,
        "bulk_mb": 0.5,
        "bulk_patients": 20,
        "bulk_rounds": 1,
        "spark_mb": 0.1,
        "spark_rounds": 1,
        "shown": 5,
    }
    run.main(run.Size(whole_mb=0.3, slice_mb=0.1, rounds=1, **told), tmp_path)
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    figures = {name: float(value) for name, _, value in (line.partition(": ") for line in lines)}
    assert set(run.RATIOS) | {"pipeline.mb-per-s", "pipeline.peak-rss-mb"} <= figures.keys()
    assert "bulk.two-processes.ratio-to-one" in figures
    assert (spark.RATIO in figures) is not bool(spark.missing())
    assert json.loads((tmp_path / "results.json").read_text())["figures"].keys() == figures.keys()
