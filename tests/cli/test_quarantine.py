"""`natars-fhir quarantine`: what could not be used is listed, shown, tried once more, and dismissed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli import quarantine, run
from natars_fhir.store.engine import Store, open_store
from tests.blank import blank
from tests.service.hospital import Hospital, born_on_30_february, bundle, condition, patient
from tests.service.remap.test_replay import ODD, strictly
from tests.ward import FOLDER, load_once

LIST, REPLAY = ["list", "--format", "json"], ["replay", "--format", "json"]


@pytest.fixture(autouse=True)
def _mappings_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.cli.inputs.load", load_once)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.setenv("NATARS_KEY_FILE", str(tmp_path / "key"))
    opened = open_store(blank(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def said(capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    def ran(*arguments: Any) -> tuple[int, str, str]:
        code = run(["quarantine", *map(str, arguments)])
        out, err = (text.decode() for text in capfdbinary.readouterr())
        assert "Traceback" not in out + err
        return code, out, err

    return ran


@pytest.fixture
def two(store: Store) -> Store:
    """Number 1 is of use with the mapping as it is, number 2 is not."""
    strictly(store, {**condition(), **ODD})
    Hospital(store).push(bundle("batch", patient(), born_on_30_february("PLANTED")))
    return store


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_what_waits_is_listed_without_a_value(said: Any, two: Store) -> None:
    code, out, err = said(*LIST)
    assert code == 0
    assert [(row["number"], row["kind"], row["fhirVersion"], row["state"], row["count"]) for row in rows(out)] == [
        (1, "Condition", "R4", "waiting", 1),
        (2, "Patient", None, "waiting", 1),
    ]
    assert rows(out)[1]["codes"] == ["value"]
    assert "waiting 2, replayed 0, dismissed 0" in err
    assert "PLANTED" not in out + err


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (["--code", "value"], [2]),
        (["--kind", "Condition"], [1]),
        (["--site", "hospital-a"], []),
        (["--site", "generic", "--after", "1"], [2]),
        (["--state", "dismissed"], []),
        (["--state", "all", "--most", "1"], [1]),
    ],
)
def test_the_list_is_narrowed(said: Any, two: Store, asked: list[str], numbers: list[int]) -> None:
    _, out, err = said(*LIST, *asked)
    assert [row["number"] for row in rows(out)] == numbers
    assert ("--after 1" in err) == ("--most" in asked)


def test_the_table_speaks_both_languages(said: Any, two: Store) -> None:
    assert "Bundle.entry[1].resource" in said("list")[1]
    assert "待处理" in said("list", "--language", "zh")[1]
    assert "Nothing is set apart" in said("list", "--code", "conflict")[1]


def test_one_is_shown_with_its_issues_and_not_its_bytes(said: Any, two: Store) -> None:
    code, out, _ = said("show", 2)
    assert code == 0
    assert "error: Bundle.entry[1].resource.birthDate: This day is not in the calendar. [value]" in out
    assert "PLANTED" not in out
    (told,) = rows(said("show", 2, "--format", "json")[1])
    assert told["issues"][0]["expression"] == "Bundle.entry[1].resource.birthDate"
    assert "PLANTED" not in json.dumps(told)


def test_the_bytes_are_written_where_it_is_asked_with_a_warning(said: Any, two: Store, tmp_path: Path) -> None:
    code, out, err = said("show", 2, "--raw", "-")
    assert (code, json.loads(out)) == (0, born_on_30_february("PLANTED"))
    assert "hold a patient's data" in err
    path = tmp_path / "raw.json"
    _, out, err = said("show", 2, "--raw", path, "--language", "zh")
    assert json.loads(path.read_bytes()) == born_on_30_february("PLANTED")
    assert path.stat().st_mode & 0o077 == 0
    assert "PLANTED" not in out + err
    assert "患者" in err


def test_all_of_a_site_is_tried_and_what_is_refused_again_stays(said: Any, two: Store) -> None:
    code, out, _ = said(*REPLAY, "--site", "generic")
    assert (code, rows(out)) == (1, [{"tried": 2, "replayed": 1, "resources": 1, "left": 1}])
    assert ("histology", "LMS") in Hospital(two).concepts()
    _, out, _ = said(*LIST, "--state", "all")
    assert [(row["state"], row["tries"]) for row in rows(out)] == [("replayed", 1), ("waiting", 1)]
    assert "became: created 1" in said("show", 1)[1]


def test_one_is_tried_by_its_number_and_twice_is_once(said: Any, two: Store) -> None:
    for _ in range(2):
        code, out, _ = said("replay", 1)
        assert (code, "1 of use now" in out) == (0, True)
    assert [row["tries"] for row in rows(said(*LIST, "--state", "replayed")[1])] == [1]


def test_only_those_with_an_issue_are_tried(said: Any, two: Store) -> None:
    assert rows(said(*REPLAY, "--site", "generic", "--code", "value")[1])[0]["tried"] == 1
    assert [row["tries"] for row in rows(said(*LIST)[1])] == [0, 1]


def test_more_than_a_page_is_tried(said: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        strictly(store, {**condition(f"c{number}"), **ODD})
    monkeypatch.setattr("natars_fhir.store.quarantine.Wanted.__init__.__defaults__", ("", "", "", 0, 2))
    assert rows(said(*REPLAY, "--site", "generic")[1]) == [{"tried": 5, "replayed": 5, "resources": 5, "left": 0}]


def test_another_mappings_folder_may_make_it_of_use(said: Any, store: Store, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "mappings"))
    site = folder / "sites" / "generic.toml"
    name = 'site = "generic"'
    text = site.read_text("utf-8").replace(name, f'{name}\ncheck = "conformant"', 1)
    site.write_text(text, "utf-8")
    strictly(store, {**condition(), **ODD})
    assert said("replay", 1, "--mappings", folder)[0] == 1
    assert said("replay", 1)[0] == 0


def test_one_is_dismissed_with_a_name_and_a_reason(said: Any, two: Store) -> None:
    assert said("dismiss", 2, "--by", "Li Na", "--reason", "a test patient")[0] == 0
    assert "reason: a test patient" in said("show", 2)[1]
    assert "原因: a test patient" in said("show", 2, "--language", "zh")[1]
    assert rows(said(*REPLAY, "--site", "generic")[1])[0]["tried"] == 1
    code, _, err = said("dismiss", 1, "--by", "Li Na", "--reason", "too late")
    assert (code, "of use already" in err) == (1, True)


@pytest.mark.parametrize("act", [["show", 9], ["replay", 9], ["dismiss", 9, "--by", "a", "--reason", "b"]])
def test_a_number_that_there_is_not_is_told(said: Any, two: Store, act: list[Any]) -> None:
    code, _, err = said(*act)
    assert (code, err.strip()) == (1, "There is no such number.")


@pytest.mark.parametrize(
    "wrong",
    [
        ["list", "--state", "lost"],
        ["list", "--format", "xml"],
        ["list", "--language", "fr"],
        ["show", "x"],
        ["replay"],
        ["replay", "--site", "nowhere"],
        ["dismiss", "1", "--by", " ", "--reason", "x"],
        ["dismiss", "1"],
    ],
)
def test_wrong_arguments_are_told(said: Any, two: Store, wrong: list[str]) -> None:
    assert said(*wrong)[0] == 64


def test_without_a_store_there_is_nothing_to_list(said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATARS_DATABASE", f"sqlite:///{tmp_path}/none.sqlite")
    assert said("list")[0] == 69


def test_every_word_is_there_in_both_languages() -> None:
    assert set(quarantine._WORDS["en"]) == set(quarantine._WORDS["zh"])
    assert len(quarantine._HEADINGS["en"]) == len(quarantine._HEADINGS["zh"])
