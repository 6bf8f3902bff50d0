"""Made subjects for the tests of tables and figures. Nobody is real."""

from __future__ import annotations

from dataclasses import astuple
from decimal import Decimal
from typing import Any

from natars_fhir.domain.record import Fact
from natars_fhir.export.subject import Subject
from tests.domain.endpoints.course import (
    BORN,
    NEO,
    OPERATED,
    SURGERY,
    WAITING,
    complication,
    cycle,
    died,
    endpoints,
    grew,
    lab,
    scan,
    seen,
)
from tests.domain.trial_patients import fact, record


def subject(name: str, *facts: Fact, site: str = "hospital-a", planned: int = 0) -> Subject:
    return Subject(name, site, record(*facts), endpoints(*facts, planned=planned))


ALLOCATED_EARLY = fact("allocation", NEO, "2024-01-02", reference="ResearchSubject/1")
TREATED = (
    BORN,
    fact("sex", "female"),
    fact("consent", "given", "2024-01-01"),
    ALLOCATED_EARLY,
    cycle(1, "2024-01-05"),
    lab("anc", "0.8", "2024-01-06"),
    fact("adverse-event", "neutrophil-count-decreased", "2024-01-08", grade=lab("x", "3", "2024").value, serious="yes"),
    SURGERY,
    complication(5, "IIIb"),
    scan(90),
    grew(200),
    died(400),
)

A = subject("aaaa", *TREATED, planned=3)
B = subject("bbbb", *OPERATED, scan(90), seen(800), site="hospital-b")
C = subject("cccc", *WAITING, site="hospital-b")
D = subject("dddd", *OPERATED, died(None))
EVERYBODY = (A, B, C, D)


def plain(row: Any) -> tuple[Any, ...]:
    """A row as a file with types holds it: nothing is null, a number is a float."""
    return tuple(float(one) if isinstance(one, Decimal) else None if one == "" else one for one in astuple(row))
