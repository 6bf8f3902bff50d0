"""Subjects whose course is known: short ways to write it, all around one surgery."""

from __future__ import annotations

from datetime import date, timedelta

from natars_fhir.domain.endpoints.conventions import USUAL, Conventions
from natars_fhir.domain.endpoints.derive import Endpoints, derive
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.interval import number
from natars_fhir.domain.record import Fact
from natars_fhir.domain.sentence import render
from tests.domain.trial_patients import Said, drug, fact, prove_sayable, record

T0 = date(2024, 3, 10)
CUT = date(2026, 6, 30)
NEO, SURGERY_ONLY = "The Neoadjuvant Therapy Group", "The Surgery only Group"


def day(after: int, start: date = T0) -> str:
    """So many days after the surgery, as FHIR writes it."""
    return (start + timedelta(days=after)).isoformat()


BORN = fact("birth-date", "1965-03-02")
CONSENT = fact("consent", "given", "2024-02-25")
ALLOCATED = fact("allocation", SURGERY_ONLY, "2024-03-01", reference="ResearchSubject/1")
SURGERY = fact("index-surgery", "present", T0.isoformat(), reference="Procedure/1")
#: One who was operated, and of whom nothing else is known yet.
OPERATED = (BORN, CONSENT, ALLOCATED, SURGERY)
#: One of the treatment arm who is not operated.
WAITING = (BORN, CONSENT, fact("allocation", NEO, "2024-01-02", reference="ResearchSubject/1"))


def scan(after: int | str, value: str = "SD") -> Fact:
    when = day(after) if isinstance(after, int) else after
    return fact("disease-assessment", value, when, reference=f"Observation/scan-{when}")


def image(after: int) -> Fact:
    return fact("disease-imaging", "present", day(after), reference=f"DiagnosticReport/{after}")


def grew(when: int | str | None, value: str = "present", **said: Said) -> Fact:
    dated = day(when) if isinstance(when, int) else when
    return fact("progression", value, dated, reference=f"Observation/grew-{dated}", **said)


def died(when: int | str | None, reference: str = "Patient/1") -> Fact:
    return fact("death", "present", day(when) if isinstance(when, int) else when, reference=reference)


def seen(after: int | str) -> Fact:
    when = day(after) if isinstance(after, int) else after
    return fact("last-known-alive", when, when, reference=f"Observation/seen-{when}")


def complication(when: int | str, grade: str) -> Fact:
    dated = day(when) if isinstance(when, int) else when
    return fact("clavien-dindo", grade, dated, reference=f"AdverseEvent/{dated}-{grade}")


def given(name: str, after: int, *classes: str) -> Fact:
    return drug(name, *classes, when=day(after))


def cycle(count: int, when: str) -> Fact:
    return fact("neoadjuvant-cycle", number(count), when, reference=f"MedicationAdministration/{count}")


def lab(name: str, value: str, when: str) -> Fact:
    return fact(name, number(value), when, reference=f"Observation/{name}-{when}")


def endpoints(*facts: Fact, as_of: date = CUT, how: Conventions = USUAL, planned: int = 0) -> Endpoints:
    """What a subject comes to; every sentence is proven sayable in both languages on the way."""
    found = derive(record(*facts), as_of, how, planned_cycles=planned)
    assert found is not None
    for step in (*found.trace, *(step for one in found.times for step in one.trace)):
        prove_sayable(step.sentence)
        assert step.rule.startswith("clinical.md §6.")
    return found


def time(parameter: str, *facts: Fact, as_of: date = CUT, how: Conventions = USUAL) -> TimeToEvent:
    found = endpoints(*facts, as_of=as_of, how=how).time(parameter)
    assert found is not None
    return found


def short(one: TimeToEvent) -> tuple[str, str, int | None]:
    return one.status, one.reason, one.days


def said(one: TimeToEvent) -> list[str]:
    return [render(step.sentence, "en") for step in one.trace]


def problems(*facts: Fact, as_of: date = CUT) -> list[str]:
    return [issue.text for issue in endpoints(*facts, as_of=as_of).issues]
