"""The study as the trial file tells it: criteria word for word, arms, sites, identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from natars_fhir.domain.endpoints.conventions import USUAL, Conventions
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.interval import Days
from natars_fhir.domain.life import NO_COURSE, Course
from natars_fhir.domain.record import Record

DecidedBy = Literal["data", "data-or-attestation", "attestation"]
Kind = Literal["inclusion", "exclusion"]
#: Which of several facts of one concept speak for it; declared with the concept, followed by `choice.chosen`.
Choose = Literal["latest", "earliest", "largest", "worst", "agree", "all"]

Found = TypeVar("Found")

NO_CHOICES: Mapping[str, Choose] = MappingProxyType({})
#: concept → sites whose silence on it means none
Complete = Mapping[str, frozenset[str]]
NOWHERE: Complete = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule is asked: a patient's record and the dates of clinical.md §2.0.

    ``as_of`` is the knowledge cut (the record is already cut there), ``reference`` the day from which age is counted,
    ``window_end`` the day at which lookbacks end, ``treatment_start`` the earliest of allocation, first trial dose,
    index surgery and ``as_of``: pre-treatment facts are admitted up to it. Where a day is partly known these are the
    earliest that it may be, and the ``…_by`` the latest. ``enrolled``: one of those trial events is on file.
    ``choices``: concept → its declared choice rule. ``complete``: concept → sites whose silence on it means none, by
    their own declaration.
    """

    record: Record
    as_of: date
    reference: date
    window_end: date
    treatment_start: date
    reference_by: date
    window_end_by: date
    treatment_start_by: date
    enrolled: bool
    surgery: Days | None
    choices: Mapping[str, Choose] = field(default_factory=lambda: NO_CHOICES, repr=False)
    complete: Complete = field(default_factory=lambda: NOWHERE, repr=False)
    _said: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, question: Callable[[Asked], Found]) -> Found:
        """What *question* finds: several criteria need it, and it is worked out for the first of them."""
        found: Found | None = self._said.get(question)
        if found is None:
            found = self._said[question] = question(self)
        return found


Rule = Callable[[Asked], Finding]

#: The days, some of them past, on which the mere passing of time may change what a rule answers.
Ticks = Callable[[Asked], Iterable[date]]


def never_ticks(_: Asked) -> tuple[date, ...]:
    """Of a rule that time alone does not change."""
    return ()


@dataclass(frozen=True, slots=True)
class Assumed:
    """A sign or reading that the protocol's copy lost, restored: what it rests on, and who confirmed it. ``zh`` is the
    same three in Chinese, where the file has them."""

    what: str
    reason: str
    source: str
    confirmed_by: str = ""
    zh: Mapping[str, str] = field(default_factory=dict, compare=False)

    def said(self, name: Literal["what", "reason", "source"], language: str) -> str:
        """One of the three in a language; in English where the file has no other."""
        told: str = getattr(self, name)
        return self.zh.get(name, told) if language == "zh" else told


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the protocol, word for word, and the rule that prefills it.

    A composite (``parts`` not empty) is shown and not folded into the verdict; nor is an advisory one. ``wants`` names
    what decides it where it is unknown. ``lasting``: only a correction of the data lifts a bar of it. ``off_study``: a
    bar that the surgery shows ends the patient's part. ``stands_days``: for so long a person's statement on it counts;
    None is for good.
    """

    id: str
    kind: Kind
    decided_by: DecidedBy
    text: Mapping[str, str]
    rule: Rule = field(repr=False, compare=False)
    parts: tuple[str, ...] = ()
    advisory: bool = False
    assumed: tuple[Assumed, ...] = ()
    wants: Mapping[str, str] = field(default_factory=dict)
    lasting: bool = False
    off_study: bool = False
    stands_days: int | None = None
    ticks: Ticks = field(default=never_ticks, repr=False, compare=False)

    def __hash__(self) -> int:
        """By its id: what is made of a criterion is made once for all patients."""
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Need:
    """What a site's feed must tell of a patient in scope: one of the concepts ``any_of``, of the histologies ``of`` (of
    every one where none is named). What only ``helps`` spares people work."""

    any_of: tuple[str, ...]
    of: tuple[str, ...] = ()
    helps: bool = False


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: ``name`` as registered; ``slug`` is R5's linkId, for the name has spaces (standards.md §1.4); ``zh`` is
    what Chinese pages call it."""

    slug: str
    name: str
    kind: str
    description: str
    zh: str = ""


@dataclass(frozen=True, slots=True)
class Centre:
    """A hospital that takes part, as registered."""

    name: str
    city: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """What stands about the trial elsewhere; ``kind`` is a code of related-artifact-type."""

    kind: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Officer:
    """A person of the trial office, who may tell of allocations; ``identifier`` as in a site's delegation list."""

    name: str
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """The trial file, read: who we are, whom we ask for, what we measure."""

    id: str
    registry_id: str
    acronym: str
    title: str
    description: str
    phase: str
    sponsor: str
    enrolment: int
    start: str
    end: str
    primary_completion: str
    status_note: str
    condition: str
    arms: tuple[Arm, ...]
    centres: tuple[Centre, ...]
    objectives: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str, str], ...]
    criteria: tuple[Criterion, ...]
    scope: Callable[[Record], bool] = field(repr=False, compare=False)
    #: what Chinese pages call it; ``title`` is as registered
    title_zh: str = ""
    #: the trial's purpose, a code of research-study-prim-purp-type: ``treatment``
    purpose: str = ""
    #: how it is designed: (code, display) of R5's study-design, ``SEVCO:01005`` is non-randomized assignment
    design: tuple[tuple[str, str], ...] = ()
    #: what stands about it elsewhere
    artifacts: tuple[Artifact, ...] = ()
    #: the open questions, and how each is settled here
    switches: Mapping[str, str] = field(default_factory=dict)
    #: what the protocol leaves open about its endpoints, and how it is settled here
    conventions: Conventions = USUAL
    #: what a site's feed must tell
    needs: tuple[Need, ...] = ()
    #: a subject's states, and what moves it
    life: Course = field(default=NO_COURSE, repr=False, compare=False)
    #: who speaks for the trial office
    office: tuple[Officer, ...] = ()
    #: concept → which of several facts speak for it, as concepts.toml declares it
    choices: Mapping[str, Choose] = field(default_factory=lambda: NO_CHOICES, repr=False, compare=False)
    #: concept → sites whose silence on it means none; the site files say so
    complete: Complete = field(default_factory=lambda: NOWHERE, repr=False, compare=False)
