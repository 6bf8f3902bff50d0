"""`natars-fhir screen`: the contract's JSON, its exit codes, and never a stack trace."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.bulk.engines import LostError
from natars_fhir.cli import run
from tests import ward
from tests.ward import FIXTURES, ICD_10, SNOMED, bundle, concept, observation, raw, resource

CASE = FIXTURES / "hospital-b" / "sft-score-from-words" / "bundle.json"
DAY = ("--as-of", "2024-06-15")
STAIN = observation("ihc-mdm2", valueCodeableConcept=concept(SNOMED, "10828004"))
PERSON = resource("Patient", "p1", birthDate="1960-01-01", identifier=[{"system": "urn:mrn", "value": "7"}])
SENT = bundle(PERSON, STAIN, resource("Condition", "c1", code=concept(ICD_10, "C48.0")))


class Ran:
    """What a command said."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(row) for row in self.out.splitlines()]


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", ward.load_once)

    def screened(*arguments: Any) -> Ran:
        code = run(["screen", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, out, err)

    return screened


@pytest.fixture
def sent(tmp_path: Path) -> Any:
    def write(content: Any, name: str = "sent.json") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else raw(content))
        return path

    return write


# ── the contract's JSON ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_is_one_patient_with_the_keys_of_the_contract(screen: Any, sent: Any) -> None:
    ran = screen(sent(SENT), "--format", "json", *DAY)
    (row,) = ran.rows
    assert ran.code == 0
    assert list(row) == [
        "patient", "trial", "asOf", "reference", "inScope", "phase", "verdict", "withPeople", "criteria", "facts",
        "issues",
    ]  # fmt: skip
    assert row["patient"] == {
        "site": "generic",
        "identifier": [{"system": "urn:mrn", "value": "7"}],
        "reference": "Patient/p1",
    }
    assert (row["trial"], row["asOf"], row["reference"], row["inScope"]) == ("natars", "2024-06-15", "2024-06-15", True)
    assert row["verdict"] in ("candidate", "undetermined", "ineligible")
    assert row["withPeople"] == {"verdict": row["verdict"], "signed": None}


def test_every_criterion_says_what_the_contract_asks(screen: Any) -> None:
    rows = screen(CASE, "--site", "hospital-b", "--format", "json", *DAY).rows
    assert len(rows) == 3
    for row in rows:
        assert list(row["criteria"]) == [criterion.id for criterion in ward.mappings().study.criteria]
        for ident, said in row["criteria"].items():
            asked_for = {"answer", "bars", "reason", "decidedBy", "sentence", "evidence"}
            assert set(said) - {"assumed", "again", "bar"} == asked_for
            assert said["answer"] in ("yes", "no", "unknown")
            assert isinstance(said["bars"], bool)
            assert (said["reason"] is not None) >= (said["answer"] == "unknown"), ident
            assert said["decidedBy"] in ("data", "data-or-attestation", "attestation")
            assert all(said["sentence"][language] for language in ("en", "zh"))
            for one in said["evidence"]:
                assert {"reference", "path", "span"} <= set(one)
                assert one["span"] is None or [type(end) for end in one["span"]] == [int, int]


def test_facts_are_words_numbers_and_dates_as_they_were_written(screen: Any, sent: Any) -> None:
    size = observation(
        "tumour-size", "o2", valueQuantity={"value": 180, "unit": "mm", "comparator": ">"}, effectiveDateTime="2024-03"
    )
    share = observation("ihc-ki67", "o3", valueQuantity={"value": 20, "unit": "%"})
    (row,) = screen(sent(bundle(PERSON, STAIN, size, share)), "--format", "json", *DAY).rows
    facts = {fact["concept"]: fact for fact in row["facts"]}
    assert facts["ihc-mdm2"] == {
        "concept": "ihc-mdm2",
        "value": "positive",
        "when": "2024-05-01",
        "evidence": {"reference": "Observation/o1", "path": "Observation.valueCodeableConcept", "span": None},
    }
    assert facts["tumour-size"]["value"] == {"low": 18, "high": None, "unit": "cm", "lowOpen": True}
    assert facts["tumour-size"]["when"] == "2024-03"
    assert facts["ihc-ki67"]["value"] == "positive"
    assert facts["ihc-ki67"]["detail"] == {"percent": {"low": 20, "high": 20, "unit": "%"}}


def test_issues_are_shown_with_their_place(screen: Any, sent: Any) -> None:
    unread = observation("ihc-cdk4", "o2", valueString="see comment")
    (row,) = screen(sent(bundle(PERSON, unread)), "--format", "json", *DAY).rows
    (issue,) = row["issues"]
    assert set(issue) == {"severity", "code", "expression", "text"}
    assert issue["expression"] == "Bundle.entry[1].resource.valueString"


def test_what_is_read_is_said_on_standard_error_alone(screen: Any, sent: Any) -> None:
    ran = screen(sent(SENT), "--format", "json", *DAY)
    assert "1 documents: 3 resources read" in ran.err
    assert ran.out.count("\n") == 1


def test_the_same_input_gives_the_same_bytes(screen: Any) -> None:
    again = [screen(CASE, "--site", "hospital-b", "--format", "json", *DAY).out for _ in range(2)]
    assert again[0] == again[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_shows_who_is_in_scope_and_what_bars(screen: Any, language: str) -> None:
    ran = screen(CASE, "--site", "hospital-b", "--language", language, *DAY)
    assert ran.code == 0
    assert all(name in ran.out for name in ("Patient/b-121", "Patient/b-122", "I-13"))
    assert {"en": "ineligible", "zh": "不符合"}[language] in ran.out


def test_the_table_counts_who_is_not_in_scope(screen: Any, sent: Any) -> None:
    ran = screen(sent(bundle(PERSON)), *DAY)
    assert "No patient in scope." in ran.out
    assert "1 more patients are not in scope" in ran.out


# ── what can be read ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_patients_of_one_bundle_are_two_lines(screen: Any, sent: Any) -> None:
    other = {**STAIN, "id": "o2", "subject": {"reference": "Patient/p2"}}
    rows = screen(sent(bundle(STAIN, other)), "--format", "json", *DAY).rows
    assert [row["patient"]["reference"] for row in rows] == ["Patient/p1", "Patient/p2"]


def test_a_bundle_without_a_patient_speaks_of_the_one_it_names(screen: Any, sent: Any) -> None:
    (row,) = screen(sent(bundle(STAIN)), "--format", "json", *DAY).rows
    assert row["patient"] == {"site": "generic", "identifier": [], "reference": "Patient/p1"}


def test_later_paths_correct_earlier_ones(screen: Any, sent: Any) -> None:
    old, new = sent(STAIN, "z.json"), sent({**STAIN, "valueCodeableConcept": concept(SNOMED, "260385009")}, "a.json")
    (row,) = screen(old, new, "--format", "json", *DAY).rows
    assert [fact["value"] for fact in row["facts"]] == ["negative"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("sent.json", raw(SENT), id="a Bundle"),
        pytest.param("sent.json", b"\xef\xbb\xbf" + raw(SENT), id="with a byte order mark"),
        pytest.param("sent.json", json.dumps(SENT, indent=2).encode(), id="over many lines"),
        pytest.param("sent.json.gz", gzip.compress(raw(SENT)), id="compressed"),
        pytest.param("sent.ndjson", b"\n".join(raw(e["resource"]) for e in SENT["entry"]), id="NDJSON of resources"),
        pytest.param(
            "sent.ndjson.gz",
            gzip.compress(b"\n".join(raw(bundle(e["resource"])) for e in SENT["entry"])),
            id="of Bundles",
        ),
        pytest.param("sent.txt", raw(SENT), id="under any name"),
    ],
)
def test_input_is_known_by_its_content(screen: Any, sent: Any, name: str, content: bytes) -> None:
    ran = screen(sent(content, name), "--format", "json", *DAY)
    (row,) = ran.rows
    assert ran.code == 0
    assert {fact["concept"] for fact in row["facts"]} >= {"birth-date", "ihc-mdm2", "primary-site"}


def test_folders_are_walked(screen: Any, sent: Any) -> None:
    sent(bundle(PERSON), "in/a/1.json")
    sent(bundle(STAIN), "in/b/2.json.gz")
    sent(b"not ours", "in/b/readme.txt")
    path = sent(b"not ours", "in/.hidden/3.json")
    ran = screen(path.parents[1], "--format", "json", *DAY)
    assert (ran.code, len(ran.rows)) == (0, 1)


def test_standard_input_is_read(screen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw(SENT))))
    ran = screen("-", "--format", "json", *DAY)
    assert (ran.code, len(ran.rows)) == (0, 1)


def test_r5_is_found_by_content_or_settled_by_the_caller(screen: Any, sent: Any) -> None:
    dose = resource(
        "MedicationAdministration",
        "m",
        status="completed",
        medication={"concept": {"text": "安罗替尼"}},
        occurenceDateTime="2024-01-01",
    )
    for settled in ((), ("--fhir-version", "R5"), ("--fhir-version", "r5")):
        (row,) = screen(sent(bundle(dose)), "--format", "json", *settled, *DAY).rows
        assert [fact["value"] for fact in row["facts"]] == ["anlotinib"]


def test_without_a_site_only_standard_codes_are_read(screen: Any) -> None:
    case = FIXTURES / "hospital-b" / "asa-in-words" / "bundle.json"
    named = screen(case, "--site", "hospital-b", "--format", "json", *DAY).rows
    unnamed = screen(case, "--format", "json", *DAY).rows
    assert [row["patient"]["site"] for row in unnamed] == ["generic"] * len(unnamed)
    assert sum(len(row["facts"]) for row in unnamed) < sum(len(row["facts"]) for row in named)


# ── exit codes ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "empty", id="an empty file"),
        pytest.param(b"hello", "JSON", id="no JSON"),
        pytest.param(b"<Bundle/>", "XML", id="XML"),
        pytest.param(raw(SENT)[:-9], "JSON", id="cut off"),
        pytest.param(gzip.compress(raw(SENT))[:-9], "cut off", id="cut off while compressed"),
        pytest.param(raw(SENT).decode().encode("utf-16"), "UTF-8", id="UTF-16"),
        pytest.param(
            raw({**STAIN, "effectiveDateTime": "2024-02-30"}), "Observation.effectiveDateTime", id="30 February"
        ),
        pytest.param(raw({**STAIN, "status": "done"}), "Observation.status", id="a code that is none"),
        pytest.param(
            raw({**STAIN, "resourceType": "Observatoin"}), "no resource type of this name", id="an unknown type"
        ),
        pytest.param(raw({**STAIN, "subject": None}), "Observation.subject", id="null"),
        pytest.param(raw({"resourceType": "Bundle", "type": "collection", "entry": {}}), "Bundle.entry", id="no array"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_rest_is_done(screen: Any, sent: Any, content: bytes, told: str) -> None:
    ran = screen(sent(content, "broken.json"), sent(bundle(PERSON)), "--format", "json", *DAY)
    assert ran.code == 2
    assert told in ran.err
    assert [row["patient"]["reference"] for row in ran.rows] == ["Patient/p1"]


def test_a_missing_file_is_told_and_the_rest_is_done(screen: Any, sent: Any, tmp_path: Path) -> None:
    ran = screen(tmp_path / "nowhere.json", sent(SENT), "--format", "json", *DAY)
    assert (ran.code, len(ran.rows)) == (2, 1)
    assert "There is no such file" in ran.err


def test_a_bad_entry_costs_only_itself(screen: Any, sent: Any) -> None:
    ran = screen(sent(bundle(PERSON, {**STAIN, "status": "done"})), "--format", "json", *DAY)
    assert (ran.code, len(ran.rows)) == (2, 1)
    assert "Bundle.entry[1].resource.status" in ran.err


def test_a_result_of_nobody_is_told(screen: Any, sent: Any) -> None:
    nobody = {name: value for name, value in STAIN.items() if name != "subject"}
    ran = screen(sent(nobody), "--format", "json", *DAY)
    assert (ran.code, ran.out) == (2, "")
    assert "No patient is named" in ran.err


def test_what_is_let_go_is_no_fault(screen: Any, sent: Any) -> None:
    visit = resource("Encounter", "e1", status="finished", **{"class": {"code": "AMB"}})
    ran = screen(sent(bundle(PERSON, visit)), "--format", "json", *DAY)
    assert ran.code == 0
    assert "1 let go (not checked)" in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--site", "hospital-x"], "«hospital-x»", id="an unknown site"),
        pytest.param(["--site", "hospital-aa"], "did you mean «hospital-a»?", id="with the nearest name"),
        pytest.param(["--as-of", "2024-02-30"], "is not a day", id="a day that is none"),
        pytest.param(["--as-of", "yesterday"], "is not a day", id="a word for a day"),
        pytest.param(["--as-of", "20240615"], "is not a day", id="a day without its dashes"),
        pytest.param(["--as-of", "2024-W24-6"], "is not a day", id="a day of a week"),
        pytest.param(["--format", "xml"], "is not table or json", id="a format that is none"),
        pytest.param(["--language", "fr"], "is not en or zh", id="a language that is none"),
        pytest.param(["--fhir-version", "R3"], "is not R4, R4B or R5", id="a version that is none"),
        pytest.param(["--frmat", "json"], "--format", id="an option that is none"),
    ],
)
def test_bad_arguments_are_told(screen: Any, sent: Any, arguments: list[str], told: str) -> None:
    ran = screen(sent(SENT), *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert told in ran.err


def test_no_path_is_a_bad_argument(screen: Any) -> None:
    assert screen().code == 64


def test_mappings_that_cannot_load_are_told_with_every_fault(screen: Any, sent: Any, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "concepts.toml").write_text("systems = 1\nconcept = 2\n", encoding="utf-8")
    ran = screen(sent(SENT), "--mappings", tmp_path / "m")
    assert (ran.code, ran.out) == (78, "")
    assert all(
        told in ran.err for told in ("concepts.toml:1", "concepts.toml:2", "drugs.toml", "did you mean «concepts»")
    )


def test_a_mappings_folder_that_is_none_is_told(screen: Any, sent: Any, tmp_path: Path) -> None:
    ran = screen(sent(SENT), "--mappings", tmp_path / "nowhere")
    assert ran.code == 78
    assert "is not a mappings folder" in ran.err


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param("NATARS_PORT", "eighty", id="no number"), pytest.param("NATARS_TOKENS", "{", id="no JSON")],
)
def test_a_setting_that_cannot_be_read_is_told(
    screen: Any, sent: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = screen(sent(SENT))
    assert (ran.code, ran.out) == (78, "")
    assert name.removeprefix("NATARS_").lower() in ran.err.lower()
    assert value not in ran.err.replace(name, "")


# ── as a program ─────────────────────────────────────────────────────────────────────────────────────────────────────


def program(*arguments: Any, given: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The command as a shell runs it."""
    line = [sys.executable, "-c", "from natars_fhir.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ward.ROOT)}
    return subprocess.run(line, input=given, capture_output=True, check=False, env=environment, **options)  # noqa: S603


def test_the_program_reads_standard_input_and_ends_with_its_code(tmp_path: Path) -> None:
    done = program("screen", "-", "--format", "json", *DAY, given=raw(SENT), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["patient"]["reference"] == "Patient/p1"
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_stops_early_sees_no_stack_trace() -> None:
    pipe = (
        f"{sys.executable} -c 'from natars_fhir.cli import main; main()' screen {FIXTURES} --format json | head -c 10"
    )
    environment = {**os.environ, "PYTHONPATH": str(ward.ROOT)}
    done = subprocess.run(["/bin/sh", "-c", pipe], capture_output=True, check=False, env=environment)  # noqa: S603
    assert len(done.stdout) == 10
    assert b"Traceback" not in done.stderr


# ── a whole hospital ─────────────────────────────────────────────────────────────────────────────────────────────────

OTHER = resource("Patient", "p2", identifier=[{"system": "urn:mrn", "value": "8"}])


@pytest.fixture
def feed(sent: Any) -> Path:
    """A folder of NDJSON: one patient in scope, one who is not."""
    path = sent(b"\n".join(map(raw, (PERSON, resource("Condition", "c1", code=concept(ICD_10, "C48.0"))))), "a.ndjson")
    sent(raw(STAIN) + b"\n" + raw(OTHER), "feed/b.ndjson")
    return Path(path.rename(path.parent / "feed" / "a.ndjson")).parent


def test_several_workers_print_what_one_prints(screen: Any, feed: Path) -> None:
    one = screen(feed, "--format", "json", *DAY)
    assert "in scope" not in one.err, "one process and one pass, unless more is asked"
    for more in (("--workers", "2"), ("--engine", "one"), ("--engine", "pool")):
        ran = screen(feed, "--format", "json", *more, *DAY)
        assert (ran.code, ran.out) == (0, one.out)
        assert one.err.strip() in ran.err
        assert "2 patients screened, 1 in scope" in ran.err
    assert screen(feed, "--workers", "2", *DAY).out == screen(feed, *DAY).out


def test_standard_input_is_shared_among_workers_too(
    screen: Any, feed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = screen(feed, "--format", "json", *DAY)
    content = b"\n".join(path.read_bytes() for path in sorted(feed.iterdir()))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    ran = screen("-", "--format", "json", "--workers", "2", *DAY)
    assert [row["verdict"] for row in ran.rows] == [row["verdict"] for row in one.rows]
    assert screen("-", "--resume", tmp_path / "kept").code == 64


def test_results_go_into_a_folder_as_json_or_parquet_with_a_report(screen: Any, feed: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    one = screen(feed, "--format", "json", *DAY)
    for style in ("json", "parquet"):
        to = tmp_path / style
        ran = screen(feed, "--to", to, "--format", style, "--resume", tmp_path / "kept", *DAY)
        assert (ran.code, ran.out) == (0, "")
        report = json.loads((to / "report.json").read_text("utf-8"))
        assert report["files"] == 2
        assert report["patients"] == 2
        assert report["inScope"] == 1
        assert report["needles"] is None
        assert sum(report["verdicts"].values()) == 1
        (part,) = [to / name for name in report["parts"]]
        if style == "json":
            assert part.read_text("utf-8") == one.out
        else:
            rows = parquet.read_table(part).to_pylist()
            assert [row["screening"] for row in rows] == one.out.splitlines()
            assert [row["inScope"] for row in rows] == [row["inScope"] for row in one.rows]
            assert rows[0]["I-03"] == one.rows[0]["criteria"]["I-03"]["answer"]


def test_the_same_command_goes_on_and_another_day_needs_another_folder(screen: Any, feed: Path, tmp_path: Path) -> None:
    kept, to = tmp_path / "kept", tmp_path / "to"
    first = screen(feed, "--resume", kept, "--to", to, *DAY)
    spools = {path: path.stat().st_mtime_ns for path in kept.glob("*.spool")}
    again = screen(feed, "--resume", kept, "--to", to, *DAY)
    assert (first.code, again.code) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in kept.glob("*.spool")} == spools
    other = screen(feed, "--resume", kept, "--to", to, "--as-of", "2024-06-16")
    assert other.code == 64
    assert "nothing is written over" in other.err
    assert screen(feed, "--resume", kept, "--to", tmp_path / "next", "--as-of", "2024-06-16").code == 0
    assert {path: path.stat().st_mtime_ns for path in kept.glob("*.spool")} == spools, "the day changes no reading"


@pytest.mark.parametrize("matcher", ["ahocorasick", "hyperscan"])
def test_needles_screen_who_can_matter_and_tell_who_was_not_screened(matcher: str, screen: Any, feed: Path) -> None:
    if matcher == "hyperscan":
        pytest.importorskip("hyperscan")
    everybody = screen(feed, "--format", "json", *DAY)
    ran = screen(feed, "--format", "json", "--needles", "--matcher", matcher, *DAY)
    assert ran.rows == [row for row in everybody.rows if row["inScope"]]
    assert "1 patients NOT SCREENED" in ran.err
    assert "已检索" in screen(feed, "--needles", "--language", "zh", *DAY).err
    assert "未预筛" in screen(feed, "--needles", "--language", "zh", *DAY).err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--engine", "spork"), "«spork» is not one, pool"),
        (("--needles", "--matcher", "grep"), "«grep» is not ahocorasick or hyperscan"),
        (("--format", "parquet", "--workers", "2"), "name it with --to"),
        (("--to", "x", "--format", "table"), "json or parquet"),
        (("--workers", "0"), "Invalid value for '--workers'"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_read(
    more: tuple[str, ...], told: str, screen: Any, feed: Path
) -> None:
    ran = screen(feed, *more)
    assert ran.code == 64
    assert told in ran.err


def test_a_lost_worker_is_told_and_how_to_go_on(screen: Any, feed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any) -> None:
        raise LostError

    monkeypatch.setattr("natars_fhir.cli.whole.read_hospital", lost)
    ran = screen(feed, "--workers", "2")
    assert ran.code == 1
    assert "--resume" in ran.err


def test_input_that_cannot_be_read_gives_the_same_code_in_parts(screen: Any, feed: Path) -> None:
    (feed / "c.ndjson").write_bytes(b"{\n{")
    one, two = screen(feed, *DAY), screen(feed, "--workers", "2", *DAY)
    assert one.code == two.code == 2
