"""Beside outside judges: whatever one of them calls wrong we do too, and we refuse nothing that is valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.fhir.checking.invariants import ELSEWHERE, INVARIANTS
from tests.fhir import judges
from tests.fhir.judges import ARGUED, JUDGES, OTHERS, OURS

#: Every class that the checker is there for.
CLASSES = {
    "unknown elements", "resource types", "cardinality", "null and empty", "JSON types", "formats", "calendar", "ids",
    "required codes", "choices", "siblings of primitives", "references", "doubts", "contained resources", "narrative",
    "invariants and prose", "Bundles", "names that stand twice", "JSON itself", "depth and size", "other resources",
}  # fmt: skip


def test_every_class_of_faults_has_its_cases() -> None:
    assert set(judges.classes()) == CLASSES
    assert len(judges.cases("invalid")) >= 120
    assert len(judges.cases("valid")) >= 125


def test_no_case_stands_twice() -> None:
    for name in ("invalid", "valid"):
        sent = [judges.raw_of(case) for case in judges.cases(name)]
        assert len(set(sent)) == len(sent)


def test_every_invariant_that_is_kept_is_broken_in_some_case() -> None:
    texts = [issue["text"] for case in judges.cases("invalid") for issue in case["expect"]]
    broken = {text.partition(":")[0] for text in texts}
    assert {key.rpartition("|")[2] for key in (*INVARIANTS, *ELSEWHERE)} <= broken


def test_we_call_wrong_what_any_of_them_calls_wrong_but_for_what_is_argued() -> None:
    found = judges.found("invalid")
    theirs = {case for case, who in found.items() if who & set(OTHERS) and OURS not in who}
    assert theirs == set(ARGUED)


def test_we_refuse_nothing_that_is_valid() -> None:
    for case, who in judges.found("valid").items():
        assert not who & {OURS, "ours, readable"}, case


def test_what_is_readable_is_never_stricter_than_what_is_conformant() -> None:
    for case, who in judges.found("invalid").items():
        assert "ours, readable" not in who or OURS in who, case


@pytest.mark.parametrize("name", OTHERS)
def test_each_of_the_others_catches_something_and_accepts_something(name: str) -> None:
    """So that a judge that fell silent, or fell over, is not counted as one."""
    caught = sum(name in who for who in judges.found("invalid").values())
    refused = sum(name in who for who in judges.found("valid").values())
    assert caught > 150
    assert refused < 30


def test_the_judges_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for case in judges.cases("invalid")[:5]:
        assert all(isinstance(judge(judges.raw_of(case)), bool) for judge in JUDGES.values())
    assert list(tmp_path.iterdir()) == []
