"""Adverse: events by term and CTCAE grade, and complications by their Clavien-Dindo grade, in every arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.stacked import Series, Stacked
from natars_fhir.export.figures.words import say
from natars_fhir.export.rows import AdverseEventRow

Of = Literal["adverse-event", "clavien-dindo"]
GRADES: dict[Of, tuple[str, ...]] = {
    "adverse-event": ("1", "2", "3", "4", "5"),
    "clavien-dindo": ("I", "II", "IIIa", "IIIb", "IVa", "IVb", "V"),
}
#: A grade that is not told, or not told exactly: it is shown, and never rounded to one of them.
INEXACT = "?"


class Event(NamedTuple):
    """Events of one term in one arm: how many of each grade, and of how many subjects. A complication has no term."""

    kind: Of
    term: str
    arm: str
    grades: tuple[int, ...]
    events: int
    subjects: int


def columns(kind: Of) -> tuple[str, ...]:
    """The grades in their order, and last what is not exact."""
    return (*GRADES[kind], INEXACT)


def adverse(rows: Iterable[AdverseEventRow], kind: Of) -> tuple[Event, ...]:
    """The counts, the most frequent term first."""
    told = [one for one in rows if one.kind == kind]
    terms = Counter(one.term for one in told)
    places = sorted({(one.term, one.arm) for one in told}, key=lambda one: (-terms[one[0]], *one))
    return tuple(_event(kind, place, [one for one in told if (one.term, one.arm) == place]) for place in places)


def _event(kind: Of, place: tuple[str, str], told: Sequence[AdverseEventRow]) -> Event:
    grades = Counter(one.grade if one.grade in GRADES[kind] else INEXACT for one in told)
    subjects = len({one.subject for one in told})
    return Event(kind, *place, tuple(grades[grade] for grade in columns(kind)), len(told), subjects)


def stacked(told: Sequence[Event], kind: Of, language: Language) -> Stacked:
    """The figure's numbers: a stack a term, a colour a grade; of complications a stack an arm."""
    names = [_named(one, language) for one in told]
    series = tuple(
        Series(_grade(grade, language), tuple(one.grades[number] for one in told))
        for number, grade in enumerate(columns(kind))
    )
    return Stacked(say(kind, language), say("events-counted", language), tuple(names), series, lying=True)


def _grade(grade: str, language: Language) -> str:
    return say("inexact", language) if grade == INEXACT else say("grade", language, grade)


def _named(one: Event, language: Language) -> str:
    arm = one.arm or say("no-arm", language)
    return f"{say(one.term, language)} · {arm}" if one.term else arm


def table(told: Sequence[Event]) -> Table:
    """A row a term, arm and grade; the rows without a grade tell how many events and subjects there are."""
    rows: list[tuple[str | int | float | None, ...]] = []
    for one in told:
        same = (one.kind, one.term, one.arm)
        rows.append((*same, "", one.events, one.subjects))
        rows += [(*same, grade, count, None) for grade, count in zip(columns(one.kind), one.grades, strict=True)]
    return Table(("kind", "term", "arm", "grade", "events", "subjects"), rows)
