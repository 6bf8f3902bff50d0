"""The cases of fixtures/<site>/<case>/: what a person claimed of each, and the whole outcome as it was accepted."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.cli.expect import result
from natars_fhir.domain.study import Criterion
from natars_fhir.pipeline import read
from tests import shown, ward

CASES = ward.cases()
IDS = [f"{case.parent.name}/{case.name}" for case in CASES]
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=IDS)

#: Criteria that the data decides, and what each can answer: UPS of any grade is never refused (I-12), and before the
#: operation E-02 is not yet asked.
DECIDED = ("I-01", "I-02", "I-03", "I-09", "I-10", "I-11", "I-13", "I-18", "E-01", "E-02")


@cache
def claimed(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "claims.toml").read_text(encoding="utf-8"))


@cache
def told(case: Path) -> list[dict[str, Any]]:
    return result(ward.mappings(), case)


@EVERY_CASE
def test_a_case_says_what_it_shows(case: Path) -> None:
    assert claimed(case)["shows"]
    assert claimed(case)["patient"]


@EVERY_CASE
def test_the_patients_of_a_case_are_those_claimed(case: Path) -> None:
    assert {one["patient"]["reference"] for one in told(case)} == {one["reference"] for one in claimed(case)["patient"]}


@EVERY_CASE
def test_the_outcome_is_what_was_claimed(case: Path) -> None:
    found = {one["patient"]["reference"]: one for one in told(case)}
    differs = [
        f"{claim['reference']} {difference}"
        for claim in claimed(case)["patient"]
        for difference in _differences(claim, found[claim["reference"]])
    ]
    assert differs == []


def _differences(claim: dict[str, Any], found: dict[str, Any]) -> list[str]:
    answers = {ident: _answer(said) for ident, said in found["criteria"].items()}
    wanted = {"in_scope": claim["in_scope"], "verdict": claim["verdict"], **claim["criteria"]}
    got = {"in_scope": found["inScope"], "verdict": found["verdict"], **answers}
    differs = [f"{name}: claimed {want}, got {got[name]}" for name, want in wanted.items() if got[name] != want]
    for concept, want in claim.get("facts", {}).items():
        values = [fact["value"] for fact in found["facts"] if fact["concept"] == concept]
        if not any(_same(value, want) for value in values):
            differs.append(f"{concept}: claimed {want}, got {values}")
    places = [issue["expression"] for issue in found["issues"]]
    missing = [place for place in claim.get("issues", {}).get("expect", ()) if place not in places]
    return differs + [f"no issue at {place}, only at {places}" for place in missing]


def _answer(said: dict[str, Any]) -> str:
    """``unknown silent``: the answer, and its reason where it has one."""
    return " ".join(filter(None, (said["answer"], said["reason"])))


def _same(value: Any, want: Any) -> bool:
    if isinstance(value, str):
        return bool(value == want)
    bounds = want if isinstance(want, dict) else {"low": want, "high": want}
    return all(value[end] == bounds.get(end) for end in ("low", "high"))


@EVERY_CASE
def test_what_is_wrong_with_a_case_as_a_whole_is_told(case: Path) -> None:
    site = case.parent.name if case.parent.name in ward.mappings().sites else "generic"
    found = [read(raw, ward.reader(site)) for raw in ward.sent_in(case)]
    places = {issue.expression for one in found for issue in one.issues}
    places |= {issue.expression for one in found for refused in one.refused for issue in refused.issues}
    assert set(claimed(case).get("issues", {}).get("expect", ())) <= places


@EVERY_CASE
def test_the_whole_outcome_is_as_it_was_accepted(case: Path) -> None:
    beside = case / "expected.json"
    assert beside.is_file(), "run `natars-fhir expect --write`, read the difference, and commit it"
    assert json.loads(beside.read_text(encoding="utf-8")) == told(case)


def test_there_are_cases_enough_and_of_more_than_one_site() -> None:
    assert len(CASES) >= 25
    assert len({case.parent.name for case in CASES}) >= 2


def _claimed_answers() -> set[str]:
    return {
        f"{ident} {said.partition(' ')[0]}"
        for case in CASES
        for patient in claimed(case)["patient"]
        for ident, said in patient["criteria"].items()
        if not said.endswith("not-applicable")
    }


@pytest.mark.parametrize("ident", DECIDED)
@pytest.mark.parametrize("answer", ["yes", "no", "unknown"])
def test_every_answer_of_what_the_data_decides_has_a_case(ident: str, answer: str) -> None:
    assert f"{ident} {answer}" in _claimed_answers()


@pytest.mark.parametrize("criterion", ward.mappings().study.criteria, ids=lambda one: one.id)
def test_every_answer_that_can_be_has_a_case(criterion: Criterion) -> None:
    assert {kind for kind in shown.needed(criterion) if (criterion.id, kind) not in shown.claimed()} == set()


def test_what_cannot_be_is_claimed_by_no_case() -> None:
    assert not set(shown.NEVER) & set(shown.claimed())


def test_ups_of_any_grade_is_shown_as_taken_and_as_unknown() -> None:
    assert {"I-12 yes", "I-12 unknown"} <= _claimed_answers()
    assert "I-12 no" not in _claimed_answers()
