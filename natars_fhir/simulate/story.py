"""What is true of one invented patient: who it is, the tumour, and what happened and was told, day by day.

A story knows no FHIR and no dialect: `truth` answers the protocol's criteria from it, `telling` makes resources of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is. The name and the numbers are invented, and look it."""

    number: int
    key: str
    name: str
    record: str
    resident: str
    female: bool
    born: date
    #: how much of the birth date is told: "day", "year" or "none"
    birth_told: str = "day"
    #: does the hospital have two records of the person, under one number?
    twice: bool = False

    @property
    def second(self) -> str:
        """The id of the second record."""
        return f"{self.key}-b"


@dataclass(frozen=True, slots=True)
class Tumour:
    """A sarcoma as it is: type, place, what slides, scanner and gene show."""

    histology: str
    name: str
    morphology: str
    site: str
    side: str
    grade: int
    scores: tuple[int, int, int]
    mitoses: int
    necrosis: int
    dimensions: tuple[float, ...]
    stains: Mapping[str, str]
    ki67: int
    amplified: bool
    ratio: float
    crossing: bool
    #: none, suspected or present
    spread: str
    #: the report names it with doubt (考虑)
    hedged: bool = False

    @property
    def size(self) -> float:
        """The largest diameter in cm."""
        return max(self.dimensions)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or was found, and is told on that day.

    ``slip``: how the telling goes wrong: "amended" (told wrong first), "error" (entered for the wrong patient),
    "twice" (sent again), "preliminary" (told as awaited first), "late" (arrives weeks after its day).
    """

    day: date
    what: str
    value: Mapping[str, Any] = field(default_factory=dict)
    slip: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One patient. ``left_out``: what is known and not told, and why. ``words``: what is told in words alone."""

    person: Person
    group: str
    tumour: Tumour | None
    events: tuple[Event, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def all(self, what: str) -> Iterator[Event]:
        """Every event of a kind that counts, in the order of the days."""
        return (event for event in self.events if event.what == what and event.slip != "error")

    def last(self, what: str) -> Event | None:
        """The latest event of a kind; None where there is none."""
        return next(reversed(list(self.all(what))), None)

    def first(self, what: str) -> Event | None:
        """The earliest event of a kind; None where there is none."""
        return next(self.all(what), None)

    def until(self, day: date) -> Story:
        """What of it had been told at the end of *day*."""
        return replace(self, events=tuple(event for event in self.events if event.day <= day))
