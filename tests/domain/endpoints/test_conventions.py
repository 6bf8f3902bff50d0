"""What the protocol leaves open is settled in the trial file; what is wrong there is told, and the usual stands in."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.endpoints.conventions import USUAL, Conventions, PlannedVisit, conventions_of
from natars_fhir.domain.study import Study

VISIT = {"name": "1-d", "day": 1, "low": 1, "high": 2}


def test_a_file_without_them_has_the_usual() -> None:
    faults: list[str] = []
    assert conventions_of({}, faults) == USUAL
    assert faults == []


def test_what_a_file_tells_is_taken() -> None:
    faults: list[str] = []
    table = {"endpoints": {"scans": [90, 180], "new_therapy": "IGNORED", "regimen": ["x"]}, "visit": [VISIT]}
    found = conventions_of(table, faults)
    visits = (PlannedVisit("1-d", 1, 1, 2),)
    assert (faults, found) == ([], Conventions(new_therapy="IGNORED", scans=(90, 180), regimen=("x",), visits=visits))
    assert found.imputes


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"endpoints": {"cycle": 3}}, "endpoints: key cycle is not known; did you mean cycles?"),
        ({"endpoints": {"new_therapy": "CENSOR"}}, "endpoints: new_therapy must be one of CENSORS, IGNORED"),
        ({"endpoints": {"partial_dates": "MIDDLE"}}, "endpoints: partial_dates must be one of MID_MONTH, NOT_USED"),
        ({"endpoints": {"scans": [180, 90]}}, "endpoints: scans must be whole numbers that rise"),
        ({"endpoints": {"windows": ["30"]}}, "endpoints: windows must be whole numbers that rise"),
        ({"endpoints": {"windows": 30}}, "endpoints: windows must be whole numbers that rise"),
        ({"endpoints": {"cycles": 0}}, "endpoints: cycles must be a number of cycles"),
        ({"endpoints": {"cycles": "3"}}, "endpoints: cycles must be a number of cycles"),
        ({"visit": [{**VISIT, "dya": 1}]}, "visit 1: key dya is not known; did you mean day?"),
        ({"visit": [{"name": "x", "day": 1, "low": 1}]}, "visit 1: high is missing"),
        ({"visit": [{**VISIT, "low": 2}]}, "visit 1: day does not lie between low and high"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(table: dict[str, Any], fault: str) -> None:
    faults: list[str] = []
    assert conventions_of(table, faults) == USUAL
    assert faults == [fault]


def test_the_trial_file_settles_them_as_usual(study: Study) -> None:
    assert study.conventions == USUAL
