"""Two freezes are compared on a page as the command compares them: for whom what changed and why, by pseudonyms."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.service.freeze import write
from natars_fhir.service.freeze.compare import compare
from natars_fhir.service.freeze.loaded import loaded
from natars_fhir.service.freeze.shown import as_json, changes_of
from natars_fhir.service.upkeep.audit import told
from tests.service.freeze.frozen import AS_OF, QUICK, freeze_of, send_later_progression
from tests.web.pages.office.conftest import Desk

AT = "/pages/trial/freezes/compare"


@pytest.fixture(scope="module")
def two(office: Desk) -> tuple[Path, Path]:
    """A freeze, and another after a correction; beside them one that holds too little."""
    folder, store = office.reception.app.state.pages.settings.freeze_folder, office.reception.store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "PARTS", QUICK)
        before, _ = freeze_of(store, folder, "first")
        send_later_progression(store)
        after, _ = freeze_of(store, folder, "second")
        patch.setattr(write, "PARTS", {"counts": QUICK["counts"]})
        freeze_of(store, folder, "poor", date(2025, 5, 1))
    return before, after


def between(office: Desk, before: str = "first", after: str = "second", path: str = "") -> Any:
    return office.get(f"{AT}{path}?before={before}&after={after}")


def test_before_there_are_two_the_page_says_so(office: Desk) -> None:
    assert "Two freezes are needed" in office.get(AT).text


def test_the_page_says_what_the_command_says(office: Desk, two: tuple[Path, Path]) -> None:
    found = compare(*map(loaded, two))
    page = between(office).text
    assert "0 new, 0 gone, 1 changed." in page
    (one,) = found.subjects
    assert f"subject?of={one.subject}" in page
    concepts = office.reception.app.state.live.active.mappings.concepts.concepts
    for line in changes_of(one, "en", lambda name: concepts[name].en):
        assert line.strip().replace("'", "&#39;") in page.replace("&gt;", ">")
    assert "2025-03-20" not in page


def test_it_can_be_taken_away_as_a_table_and_as_the_command_gives_it(office: Desk, two: tuple[Path, Path]) -> None:
    found = compare(*map(loaded, two))
    assert between(office, path="/difference.json").json() == json.loads(json.dumps(as_json(found)))
    rows = [*csv.DictReader(io.StringIO(between(office, path="/difference.csv").content.decode("utf-8-sig")))]
    assert {(row["site"], row["status"], row["why"]) for row in rows} == {("hospital-c", "changed", "data changed")}
    free = next(row for row in rows if (row["part"], row["what"]) == ("endpoint", "PFS"))
    assert ("184" in free["before"], "212" in free["after"]) == (True, True)
    assert {"decision", "facts"} <= {row["part"] for row in rows}


def test_in_chinese_it_is_chinese(office: Desk, two: tuple[Path, Path]) -> None:
    assert two
    page = office.get(f"{AT}?before=first&after=second", accept_language="zh").text
    assert "新增 0 例，移除 0 例，变更 1 例。" in page
    assert "数据变更" in page


def test_of_one_and_itself_nothing_differs(office: Desk, two: tuple[Path, Path]) -> None:
    assert two
    assert "Nothing differs." in between(office, "first", "first").text


def test_another_day_is_among_what_the_two_were_made_of(office: Desk, two: tuple[Path, Path]) -> None:
    folder = two[0].parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "PARTS", QUICK)
        freeze_of(office.reception.store, folder, "earlier", date(2025, 5, 1))
    page = between(office, "earlier", "second").text
    assert "as-of" in page
    assert "截至日期" in office.get(f"{AT}?before=earlier&after=second", accept_language="zh").text
    assert f"{AS_OF}" in page


def test_one_that_holds_too_little_or_was_changed_is_refused_with_what_is_wrong(
    office: Desk, two: tuple[Path, Path]
) -> None:
    poor = between(office, "poor", "second")
    assert (poor.status_code, "cannot be compared" in poor.text) == (422, True)
    assert between(office, "poor", "second", "/difference.csv").status_code == 404
    file = two[0].parent / "poor" / "counts.csv"
    file.write_bytes(file.read_bytes() + b"x")
    assert "is not as it was written" in between(office, "poor", "second").text


@pytest.mark.parametrize("asked", ["before=no-such&after=second", "before=..%2Fx&after=second", "before=first"])
def test_a_freeze_that_there_is_not_is_not_found(office: Desk, two: tuple[Path, Path], asked: str) -> None:
    assert two
    assert office.get(f"{AT}?{asked}").status_code == 404


def test_that_somebody_compared_is_in_the_audit_and_nobody_else_may(office: Desk, two: tuple[Path, Path]) -> None:
    assert two
    between(office)
    *_, (_, last) = told(office.reception.store, [""])
    assert (last.act, last.by) == ("freezes compared", f"account {office.people['office'].id}")
    for path in ("", "/difference.csv"):
        assert office.get(f"{AT}{path}?before=first&after=second", "b").status_code == 403
