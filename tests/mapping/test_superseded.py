"""Reports of one order under several ids: the final one replaces the preliminary, a correction the final; a supplement
adds, and what came later than its correction is another report."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests import ward
from tests.ward import ICD_O, LOINC, concept, lines, outcome, resource

CODES = {"WDLPS": "8851/3", "DDLPS": "8858/3", "LMS": "8890/3"}
ORDER = {"basedOn": [{"reference": "ServiceRequest/s1"}]}
NUMBER = {"identifier": [{"system": "urn:accession", "value": "P24-1"}]}
PATIENT = resource("Patient", "p1")


def report(ident: str, status: str, kind: str, issued: str = "2024-05-02", **elements: Any) -> dict[str, Any]:
    code = elements.pop("code", concept(LOINC, "22637-3"))
    return resource(
        "DiagnosticReport",
        ident,
        status=status,
        code=code,
        conclusionCode=[concept(ICD_O, CODES[kind])],
        issued=f"{issued}T10:00:00+08:00",
        **elements,
    )


def read_in_every_order(*sent: dict[str, Any]) -> list[str]:
    """The facts of the record, the same in whatever order the reports come."""
    found = {tuple(lines(outcome(PATIENT, *mixed))) for mixed in permutations(sent)}
    assert len(found) == 1
    return list(found.pop())


@pytest.mark.parametrize("same", [pytest.param(ORDER, id="by the order"), pytest.param(NUMBER, id="by the number")])
@pytest.mark.parametrize(
    ("first", "second", "facts"),
    [
        pytest.param("preliminary", "final", ["histology DDLPS"], id="final for preliminary"),
        pytest.param("registered", "amended", ["histology DDLPS"], id="corrected for registered"),
        pytest.param("final", "amended", ["histology DDLPS"], id="corrected for final"),
        pytest.param("final", "corrected", ["histology DDLPS"], id="in the other word"),
        pytest.param("preliminary", "appended", ["histology DDLPS"], id="with its supplement for preliminary"),
        pytest.param("final", "appended", ["histology DDLPS", "histology WDLPS"], id="a supplement adds"),
    ],
)
def test_the_later_word_on_one_order_counts(same: dict[str, Any], first: str, second: str, facts: list[str]) -> None:
    sent = report("r1", first, "WDLPS", **same), report("r2", second, "DDLPS", "2024-05-09", **same)
    assert sorted(read_in_every_order(*sent)) == facts


@pytest.mark.parametrize(
    ("other", "facts"),
    [
        pytest.param({}, 2, id="no order, no number"),
        pytest.param({"basedOn": [{"reference": "ServiceRequest/s2"}]}, 2, id="another order"),
        pytest.param({**ORDER, "code": concept(LOINC, "24627-2")}, 2, id="another kind of report on the order"),
        pytest.param({**ORDER, "issued": "2024-05-01"}, 2, id="an older correction does not reach a newer report"),
    ],
)
def test_other_reports_stay(other: dict[str, Any], facts: int) -> None:
    sent = report("r1", "final", "WDLPS", **ORDER), report("r2", "amended", "DDLPS", **other)
    assert len(read_in_every_order(*sent)) == facts


def test_what_is_set_aside_is_told() -> None:
    found = outcome(PATIENT, report("r1", "preliminary", "WDLPS", **ORDER), report("r2", "final", "DDLPS", **ORDER))
    assert [issue.expression for issue in found.issues] == ["DiagnosticReport.status"]


def test_two_reports_of_equal_standing_conflict_and_both_are_shown() -> None:
    found = outcome(
        ward.bundle(PATIENT, report("r1", "final", "LMS", **ORDER), report("r2", "final", "DDLPS", **ORDER))
    )
    answer = {one.id: finding for one, finding in found.screening.findings}["I-02"]
    assert (answer.answer.word, answer.reason, len(answer.facts)) == ("unknown", "conflicting", 2)


def test_a_corrected_report_is_corrected_again_under_its_number() -> None:
    sent = [report(f"r{n}", "amended", kind, **NUMBER) for n, kind in enumerate(("WDLPS", "DDLPS"))]
    assert lines(outcome(PATIENT, *sent)) == ["histology DDLPS"]
