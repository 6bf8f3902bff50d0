"""Cycles of neoadjuvant treatment, counted from the doses on record."""

from __future__ import annotations

from typing import Any

import pytest

from tests import ward
from tests.mapping.test_reconcile import ALLOCATION, SURGERY
from tests.ward import ATC, concept, outcome, resource

DOXORUBICIN, IFOSFAMIDE, GEMCITABINE = "L01DB01", "L01AA06", "L01BC05"


def dose(day: str, code: str = DOXORUBICIN, status: str = "completed", **elements: Any) -> dict[str, Any]:
    drug = {"medicationCodeableConcept": concept(ATC, code)} | elements
    return resource("MedicationAdministration", f"{code}-{day}", status=status, effectiveDateTime=day, **drug)


#: Allocated on 15 January, operated on 1 February of the same year.
@pytest.mark.parametrize(
    ("doses", "begun"),
    [
        pytest.param([dose("2024-01-15"), dose("2024-01-15", IFOSFAMIDE)], ["2024-01-15"], id="the day of allocation"),
        pytest.param(
            [dose("2024-01-16", IFOSFAMIDE), dose("2024-01-20", IFOSFAMIDE)],
            ["2024-01-16"],
            id="five days are one cycle",
        ),
        pytest.param([dose("2024-01-16"), dose("2024-01-29")], ["2024-01-16"], id="13 days later"),
        pytest.param([dose("2024-01-16"), dose("2024-01-30")], ["2024-01-16", "2024-01-30"], id="14 days later"),
        pytest.param([dose("2024-01-14")], [], id="before allocation"),
        pytest.param([dose("2024-02-01")], [], id="from the operation on"),
        pytest.param([dose("2024-01")], [], id="on a day that is not known"),
        pytest.param([dose("2024-01-16", GEMCITABINE)], [], id="of another drug"),
        pytest.param([dose("2024-01-16", status="not-done")], [], id="not given"),
        pytest.param(
            [dose("2024-01-16", medicationCodeableConcept={"text": "盐酸安罗替尼胶囊"})], [], id="anlotinib alone"
        ),
    ],
)
def test_a_cycle_begins_with_a_dose(doses: list[dict[str, Any]], begun: list[str]) -> None:
    found = outcome(ward.bundle(*doses, ALLOCATION, SURGERY)).record.about("neoadjuvant-cycle")
    assert [fact.when for fact in found] == begun
    assert [fact.value.low for fact in found if not isinstance(fact.value, str)] == list(range(1, len(begun) + 1))


def test_without_an_allocation_there_is_no_cycle() -> None:
    assert outcome(dose("2024-01-16")).record.about("neoadjuvant-cycle") == ()


def test_the_evidence_of_a_cycle_is_its_first_dose() -> None:
    (fact,) = outcome(ward.bundle(dose("2024-01-16"), ALLOCATION)).record.about("neoadjuvant-cycle")
    assert fact.source.reference == "MedicationAdministration/L01DB01-2024-01-16"
