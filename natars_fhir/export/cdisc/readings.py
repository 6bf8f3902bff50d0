"""What fills a variable: one small question a row; a map names them, and holds no expressions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from natars_fhir.export.by_subject import age_of, sex_of
from natars_fhir.export.cdisc.placed import epoch, exact, study_day
from natars_fhir.export.cdisc.plan import Placed, Plan
from natars_fhir.export.cells import counts, ends, word
from natars_fhir.export.subject import Subject
from natars_fhir.export.tables import PARAMETERS, derivation

Value = str | int | float | None


class Line(NamedTuple):
    """What a row is read from: a subject, and a fact with its place, or a time to event."""

    plan: Plan
    study: Study
    dataset: str
    one: Subject
    sequence: int
    place: Placed | None = None
    fact: Fact | None = None
    time: TimeToEvent | None = None

    def term_of(self, terms: str, said: object) -> str | None:
        """The term of a code list that a word of ours is."""
        return next((one.term for one in self.plan.terms[terms] if said in one.of), None)


class Reading(NamedTuple):
    """One question, and the rows that it can be asked of; of every row where none are named."""

    ask: Callable[[Line], Value]
    rows: tuple[str, ...] = ()


def said(line: Line) -> str:
    """The word of a fact as CDISC calls it; empty where the map wants no row of it, or it is no word."""
    if line.fact is None or line.place is None:
        return ""
    values, value = line.place.values, line.fact.value
    if isinstance(value, str) and value in values:
        return values[value]
    return values.get("*", word(value))


def _number(line: Line) -> float | None:
    value = line.fact.value if line.fact else None
    if not isinstance(value, Interval) or not value.exact:
        return None
    return float(value.low) if isinstance(value.low, Decimal) else None


def _text(line: Line) -> str | None:
    """As the record has it: a word of the trial's, or a number with its bounds."""
    value = line.fact.value if line.fact else None
    if value == "not-done":
        return None
    return _bounds(value) if isinstance(value, Interval) else word(value) or said(line) or None


def _bounds(value: Interval[Decimal]) -> str:
    """``0.8``, ``<1``, ``>=2``, ``8 TO 10``."""
    low, high = ends(value)
    if low and high:
        return low if low == high else f"{low} TO {high}"
    if high:
        return high if value.high_open else f"<={high}"
    return low if value.low_open else f">={low}"


def _result(line: Line) -> str | None:
    value = line.fact.value if line.fact else None
    if value == "not-done":
        return None
    return _bounds(value) if isinstance(value, Interval) else said(line) or None


def _unit(line: Line) -> str | None:
    value = line.fact.value if line.fact else None
    return line.plan.units.get(value.unit) or None if isinstance(value, Interval) else None


def _treatment(line: Line) -> str | None:
    """A drug by its name; a procedure by its term."""
    if line.place is None or line.fact is None:
        return None
    return said(line).upper() if line.fact.concept == "antineoplastic-drug" else line.place.term


def _event(line: Line) -> str | None:
    """What happened, by its own word where the map has one; else the term."""
    if line.place is None:
        return None
    return said(line) if line.place.values else line.place.term


def _occurred(line: Line) -> str | None:
    """Y, N or U: what the fact says, and of a drug what is said of its giving."""
    if line.fact is None:
        return None
    given = line.fact.said("given")
    if line.place is not None and line.place.place:
        return "Y"
    return line.term_of("NY", given if given is not None else said(line))


def _grade(line: Line) -> str | None:
    graded = line.fact.said("grade") if line.fact else None
    return str(graded.low) if isinstance(graded, Interval) and graded.exact else None


def _location(line: Line) -> str | None:
    if line.fact is None or line.place is None or not line.place.place:
        return None
    return word(line.fact.value).upper() or None


def _dead(line: Line) -> str | None:
    told = line.one.record.about("death")
    return (
        "Y"
        if any(fact.value == "present" and fact.standing == "final" and counts(line.one, fact) for fact in told)
        else None
    )


def _arm_code(line: Line) -> str | None:
    arm = line.one.endpoints.arm.casefold()
    return next((a.slug.upper() for a in line.study.arms if arm in (a.name.casefold(), a.slug.casefold())), None)


def _censored(line: Line) -> int | None:
    if line.time is None or line.time.status == "not-evaluable":
        return None
    return 0 if line.time.status == "event" else 1


_SUBJECT, _FACT, _TIME = ("subject",), ("fact",), ("time",)
#: The name in the map → the question.
READINGS: dict[str, Reading] = {
    "study": Reading(lambda line: line.study.registry_id),
    "dataset": Reading(lambda line: line.dataset),
    "subject": Reading(lambda line: line.one.pseudonym),
    "site": Reading(lambda line: line.one.site),
    "sequence": Reading(lambda line: line.sequence),
    "arm": Reading(lambda line: line.one.endpoints.arm or None),
    "arm-code": Reading(_arm_code),
    "age": Reading(lambda line: age_of(line.one), _SUBJECT),
    "age-unit": Reading(lambda line: None if age_of(line.one) is None else "YEARS", _SUBJECT),
    "sex": Reading(lambda line: line.term_of("SEX", sex_of(line.one)), _SUBJECT),
    "death-flag": Reading(_dead, _SUBJECT),
    "code": Reading(lambda line: line.place.code if line.place else None, _FACT),
    "term": Reading(lambda line: line.place.term if line.place else None, _FACT),
    "category": Reading(lambda line: line.place.category or None if line.place else None, _FACT),
    "treatment": Reading(_treatment, _FACT),
    "event": Reading(_event, _FACT),
    "occurred": Reading(_occurred, _FACT),
    "location": Reading(_location, _FACT),
    "text": Reading(_text, _FACT),
    "result": Reading(_result, _FACT),
    "number": Reading(_number, _FACT),
    "unit": Reading(_unit, _FACT),
    "not-done": Reading(lambda line: line.term_of("ND", line.fact.value) if line.fact else None, _FACT),
    "grade": Reading(_grade, _FACT),
    "clavien-dindo": Reading(
        lambda line: word(line.fact.value) if line.fact and line.fact.concept == "clavien-dindo" else None, _FACT
    ),
    "serious": Reading(lambda line: line.term_of("NY", line.fact.said("serious")) if line.fact else None, _FACT),
    "outcome": Reading(lambda line: line.term_of("OUT", line.fact.said("outcome")) if line.fact else None, _FACT),
    "day": Reading(lambda line: study_day(line.one, exact(line.fact)) if line.fact else None, _FACT),
    "epoch": Reading(lambda line: epoch(line.one, line.fact) if line.fact else None, _FACT),
    "parameter-code": Reading(lambda line: line.time.parameter if line.time else None, _TIME),
    "parameter": Reading(lambda line: PARAMETERS[line.time.parameter] if line.time else None, _TIME),
    "days": Reading(lambda line: line.time.days if line.time else None, _TIME),
    "censored": Reading(_censored, _TIME),
    "event-or-reason": Reading(lambda line: line.time.reason if line.time else None, _TIME),
    "origin-day": Reading(lambda line: study_day(line.one, line.time.origin) if line.time else None, _TIME),
    "end-day": Reading(lambda line: study_day(line.one, line.time.end) if line.time else None, _TIME),
    "imputed": Reading(lambda line: "Y" if line.time and line.time.imputed else None, _TIME),
    "derivation": Reading(lambda line: derivation(line.time) if line.time else None, _TIME),
}
