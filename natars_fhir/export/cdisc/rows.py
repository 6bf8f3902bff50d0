"""Rows of CDISC's datasets, subject by subject: final facts that have a place, and the times to event.

Left out: what has no place in the map, what is not final, what is of other cells than the tumour's, what is surely
later than the end of consent, and values that are no word of the trial's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from natars_fhir.domain.interval import Interval
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from natars_fhir.export.cdisc.placed import Event, event, exact
from natars_fhir.export.cdisc.plan import Dataset, Placed, Plan, Told, Variable
from natars_fhir.export.cdisc.readings import READINGS, Line, Value, said
from natars_fhir.export.cells import counts
from natars_fhir.export.subject import Subject

#: The event of what is told once of a subject.
ONCE = Event("SE.SUBJECT")


class Row(NamedTuple):
    """One row of a dataset, and the study event that it belongs to."""

    dataset: str
    event: Event
    values: dict[str, Value]


class Mapped(NamedTuple):
    """The study, the map, and where each concept stands in it."""

    study: Study
    plan: Plan
    places: Mapping[str, Placed]
    #: dataset → its variables by name, each with what fills it
    filled: Mapping[str, tuple[tuple[str, Variable], ...]]
    concepts: Mapping[str, Told]


def mapped(study: Study, plan: Plan, concepts: Mapping[str, Told]) -> Mapped:
    """The map, made ready for the concepts of concepts.toml."""
    filled = {one.name: tuple((each.named(one.name), each) for each in plan.variables(one)) for one in plan.dataset}
    return Mapped(study, plan, plan.places(concepts), filled, concepts)


def rows_of(by: Mapped, one: Subject) -> Iterator[Row]:
    """Every row of one subject, dataset by dataset."""
    facts = _facts(by, one)
    for dataset in by.plan.dataset:
        if dataset.rows == "subject":
            yield _row(by, dataset, Line(by.plan, by.study, dataset.name, one, 1), ONCE)
        elif dataset.rows == "time":
            for number, found in enumerate(one.endpoints.times, 1):
                yield _row(by, dataset, Line(by.plan, by.study, dataset.name, one, number, time=found), ONCE)
        else:
            for number, (place, fact) in enumerate(facts.get(dataset.name, ()), 1):
                line = Line(by.plan, by.study, dataset.name, one, number, place, fact)
                yield _row(by, dataset, line, event(one, fact))


def _row(by: Mapped, dataset: Dataset, line: Line, at: Event) -> Row:
    values = {
        name: READINGS[one.source].ask(line) if one.source else one.constant for name, one in by.filled[dataset.name]
    }
    return Row(dataset.name, at, values)


def _facts(by: Mapped, one: Subject) -> dict[str, list[tuple[Placed, Fact]]]:
    """Dataset → its facts, by their day."""
    found: dict[str, list[tuple[Placed, Fact]]] = {}
    for fact in one.record.facts:
        place = by.places.get(fact.concept)
        if place is not None and _goes_out(by, one, place, fact):
            name = place.of_trial if place.of_trial and of_trial(by.study, one, fact) else place.dataset
            found.setdefault(name, []).append((place, fact))
    for rows in found.values():
        rows.sort(key=_in_order)
    return found


def _in_order(row: tuple[Placed, Fact]) -> tuple[date, str, str, str]:
    place, fact = row
    day = fact.day
    return (day.low if day and day.low else date.max), place.code or place.term, fact.concept, str(fact.value)


def _goes_out(by: Mapped, one: Subject, place: Placed, fact: Fact) -> bool:
    if fact.standing != "final" or fact.said("cellScope") not in (None, "tumour") or not counts(one, fact):
        return False
    if isinstance(fact.value, Interval) or fact.value == "not-done":
        return True
    return bool(said(Line(by.plan, by.study, "", one, 0, place, fact)))


def of_trial(study: Study, one: Subject, fact: Fact) -> bool:
    """Is it a dose of the trial's own treatment: of its drugs, given on a day of one of the subject's cycles?"""
    day = exact(fact)
    cycles = one.endpoints.cycles
    if day is None or not cycles or fact.value not in study.conventions.regimen or fact.said("given") != "given":
        return False
    until = cycles[-1].until
    return cycles[0].start <= day and (until is None or day < until)


def without_place(by: Mapped, subjects: Sequence[Subject]) -> dict[str, int]:
    """Concept → how many facts have no place, and the map does not say why."""
    known = {*by.places, *(one.concept for one in by.plan.left_out)}
    told = Counter(fact.concept for one in subjects for fact in one.record.facts if fact.concept not in known)
    return dict(sorted(told.items()))
