"""A patient's trial record: facts in the trial's own words, each with the evidence that it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from natars_fhir.domain.interval import Days, Number, days

#: A coded word of the contract, or a number (with unit) as an interval.
Value = str | Number

#: `final` decides. `pending`: preliminary or awaited. `hedged`: said with doubt (考虑, "favor"). Neither ever decides.
Standing = Literal["final", "pending", "hedged"]

#: What qualifies a value (extent, method, percent …), as sorted pairs; a number is an interval.
Detail = tuple[tuple[str, "str | Number | tuple[str, ...]"], ...]

_TWO_DAYS = timedelta(days=2)


class Source(NamedTuple):
    """One resource version that facts were read from, and the mapping that read it."""

    site: str
    reference: str
    version: str = ""
    mapping: str = ""
    #: other resources that had a say (a Medication, a Specimen, a panel's members), as references
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read: enough to find it again, never the value itself."""

    reference: str
    path: str
    span: tuple[int, int] | None = None
    version: str = ""
    mapping: str = ""


class Fact(NamedTuple):
    """One thing that the hospital says of a patient (a NamedTuple: there are many, and a dataclass costs thrice).

    ``when`` is the clinical date as it was written (``2024-03`` stays so), ``known`` the day it was recorded or
    issued. ``span`` counts characters in the text at ``path``.
    """

    concept: str
    value: Value
    when: str | None
    source: Source
    path: str
    standing: Standing = "final"
    known: str | None = None
    span: tuple[int, int] | None = None
    detail: Detail = ()

    @property
    def evidence(self) -> Evidence:
        """Made when asked for: a fact keeps only what it shares with its neighbours."""
        source = self.source
        return Evidence(source.reference, self.path, self.span, source.version, source.mapping)

    @property
    def day(self) -> Days | None:
        """The days that ``when`` may mean; None where the fact is undated."""
        return days(self.when) if self.when else None

    def said(self, key: str) -> str | Number | tuple[str, ...] | None:
        """One of the details; None where nothing was said of it."""
        for name, value in self.detail:
            if name == key:
                return value
        return None


def detail(**said: str | Number | tuple[str, ...] | None) -> Detail:
    """Details as the record keeps them: sorted, and without what was not said. ``cell_scope`` becomes ``cellScope``."""
    return tuple(sorted((_camel(key), value) for key, value in said.items() if value is not None))


def _camel(name: str) -> str:
    if "_" not in name:
        return name
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


@dataclass(frozen=True, slots=True)
class Patient:
    """The hospital's patient: its site, its reference there, its business identifiers (system, value)."""

    site: str
    reference: str
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one patient, reconciled."""

    patient: Patient
    facts: tuple[Fact, ...]
    _by_concept: Mapping[str, tuple[Fact, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_concept", {one: tuple(same) for one, same in by_concept(self.facts).items()})

    @classmethod
    def of(cls, patient: Patient, named: Mapping[str, tuple[Fact, ...]]) -> Record:
        """The record of facts that stand together by their concept already: concepts come in order."""
        record = object.__new__(cls)
        object.__setattr__(record, "patient", patient)
        object.__setattr__(record, "facts", tuple([fact for concept in sorted(named) for fact in named[concept]]))
        object.__setattr__(record, "_by_concept", named)
        return record

    def about(self, concept: str, *others: str) -> tuple[Fact, ...]:
        """The facts of these concepts, in the record's order."""
        facts = self._by_concept.get(concept, ())
        if not others:
            return facts
        for other in others:
            facts += self._by_concept.get(other, ())
        return facts

    def known_by(self, day: date) -> Record:
        """The record as it stood at the end of *day*: what is dated or recorded later does not count."""
        known, late = known_by(self.facts, day)
        return Record(self.patient, tuple(known)) if late else self


def by_concept(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Facts by what they are of, each concept's in the order in which they came."""
    named: dict[str, list[Fact]] = {}
    for fact in facts:
        concept = fact.concept
        if concept in named:
            named[concept].append(fact)
        else:
            named[concept] = [fact]
    return named


def known_by(facts: Iterable[Fact], day: date) -> tuple[list[Fact], list[Fact]]:
    """The facts that were known at the end of *day*, and those that are certainly dated, or were recorded, later."""
    told, limit = list(facts), day.isoformat()
    for fact in told:  # a text that sorts before the day is never later: a time zone moves a day by one at the most
        if (fact.when or "") >= limit or (fact.known or "") >= limit:
            return _parted(told, day, limit)
    return told, []


def _parted(facts: Iterable[Fact], day: date, limit: str) -> tuple[list[Fact], list[Fact]]:
    # from this text on it is later, whatever the time zone; nothing is, at the end of the calendar
    surely = (day + _TWO_DAYS).isoformat() if day < date.max - _TWO_DAYS else "~"
    known: list[Fact] = []
    late: list[Fact] = []
    for fact in facts:
        when, told = fact.when or "", fact.known or ""
        if when >= surely or told >= surely or _later(when, day, limit) or _later(told, day, limit):
            late.append(fact)
        else:
            known.append(fact)
    return known, late


def _later(text: str, day: date, limit: str) -> bool:
    return text >= limit and (days(text).low or date.min) > day


def in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts in one order whatever order they came in: by concept, date, resource, place."""
    return tuple(sorted(facts, key=place))


def place(fact: Fact) -> tuple[str, str, str, str, tuple[int, ...], str]:
    """What gives a fact its place in that order."""
    word = fact.value if isinstance(fact.value, str) else ""
    return fact.concept, fact.when or "", fact.source.reference, fact.path, fact.span or (), word
