"""Life: a subject's way through the trial, as the trial file tells it: states, causes, and which cause moves what.

The engine knows no trial. A cause stands from its day until another undoes it; what stands moves the subject as soon as
a state lets it, so that the order in which a hospital's records arrive does not matter. Words of the states:
https://hl7.org/fhir/R4/valueset-research-subject-status.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from natars_fhir.domain.interval import days
from natars_fhir.domain.issue import Issue

#: Who tells a cause: the hospital's record, the screening, or a named person.
ToldBy = Literal["record", "screening", "people"]

#: What a cause leaves of the data: all, what was known on its day, or nothing that may be used.
DataKept = Literal["all", "to-that-day", "none"]

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class State:
    """Where a subject may stand: ``id`` is R4's status, ``r5`` the subjectState. ``ends``: no cause leads out of it.
    ``needs``: of these causes one stands as long as the subject is here."""

    id: str
    r5: str
    text: Text
    ends: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """What may move a subject. ``roles``: who may say it; ``needs``: what must stand before a person may; ``undoes``:
    what no longer stands after it. ``corrects``: it strikes out what a person said before. ``anytime``: it counts in
    every state."""

    id: str
    text: Text
    source: str
    told_by: tuple[ToldBy, ...]
    roles: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    data: DataKept = "all"
    anytime: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """From a state by a cause to a state: why, and where that is written."""

    before: str
    cause: str
    after: str
    reason: Text
    source: str


@dataclass(frozen=True, slots=True)
class Course:
    """All of it. ``initial`` is where a subject begins; ``causes`` are in the order in which they count on one day."""

    initial: str
    states: Mapping[str, State]
    causes: Mapping[str, Cause]
    moves: Mapping[tuple[str, str], Move]


#: A course without moves, where none is told.
NO_COURSE = Course("potential-candidate", {}, {}, {})


@dataclass(frozen=True, slots=True)
class Event:
    """A cause on a day (as it was written; empty where it is not known). ``at`` is when a person said it or the
    software noticed it, ``strikes`` the cause that a correction takes back."""

    cause: str
    day: str = ""
    at: datetime | None = None
    by: str = ""
    role: str = ""
    reason: str = ""
    arm: str = ""
    strikes: str = ""
    #: of an unknown day: before all others, and not after them
    early: bool = False
    #: of one moment: the order in which it was written down
    seq: int = 0

    @property
    def low(self) -> date:
        """The earliest day that it may have been."""
        return (days(self.day).low if self.day else None) or date.min

    @property
    def high(self) -> date:
        """The latest day that it may have been: a death of "2024" is not before an allocation in June."""
        known = days(self.day).high if self.day else None
        return known or (date.min if self.early else date.max)


@dataclass(frozen=True, slots=True)
class Step:
    """A state, since when, and by what; no event where the subject began there."""

    state: str
    since: str = ""
    event: Event | None = None
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """The way as it is known now. ``idle``: what moved nothing, with the state that it met; ``held``: what stands."""

    steps: tuple[Step, ...]
    held: Mapping[str, Event] = field(default_factory=dict)
    idle: tuple[tuple[Event, str], ...] = ()
    course: Course = field(default=NO_COURSE, repr=False, compare=False)

    @property
    def state(self) -> str:
        """Where the subject stands."""
        return self.steps[-1].state

    @property
    def ended(self) -> bool:
        """Is it a state that nothing leads out of?"""
        known = self.course.states.get(self.state)
        return known is not None and known.ends

    @property
    def allocated(self) -> bool:
        """Is the subject in an arm, or was?"""
        return "allocated" in self.held


#: The trial's acts that show that consent stood: of an end without a day, the first of these that is known.
STOOD_AT = ("allocated", "operated", "consented")


def left_on(life: Life) -> date | None:
    """The day of the first end that has one; None where none has."""
    ends = [one.low for one in life.held.values() if life.course.causes[one.cause].data == "to-that-day" and one.day]
    return min(ends, default=None)


def kept_until(life: Life) -> date | None:
    """The day to which the subject's data is kept, and censored at; None where it goes on. Of an end of which no day is
    told only what was known when consent surely stood is kept."""
    told = left_on(life)
    if told is not None or all(life.course.causes[name].data != "to-that-day" for name in life.held):
        return told
    return next((life.held[name].low for name in STOOD_AT if name in life.held), date.min)


def may_be_used(life: Life) -> bool:
    """May anything of the subject be emitted, exported or counted? Not after the use of data was withdrawn."""
    return all(life.course.causes[name].data != "none" for name in life.held)


def follow(course: Course, events: Iterable[Event]) -> Life:
    """The way that *events* lead, in whatever order they came."""
    walk = _Walk(course)
    for event in sorted(events, key=lambda one: _order(course, one)):
        walk.take(event)
    return walk.life()


def refusal(course: Course, life: Life, event: Event, place: str = "") -> Issue | None:
    """Why a person cannot cause this now; None where it can be."""
    cause = course.causes.get(event.cause)
    if cause is None or "people" not in cause.told_by:
        return Issue("error", "not-supported", place, "No person can say this: it follows from the data.")
    if event.role not in cause.roles:
        return Issue("error", "forbidden", place, f"To say this is for: {', '.join(cause.roles)}.")
    if cause.corrects:
        return _uncorrectable(cause, life, event, place)
    if event.cause in life.held and not cause.undoes:
        return Issue("error", "duplicate", place, "This stands already.")
    missing = [name for name in cause.needs if name not in life.held]
    if missing:
        told = "; ".join(course.causes[name].text["en"] for name in missing)
        return Issue("error", "business-rule", place, f"This needs first: {told}.")
    if (life.state, event.cause) in course.moves or cause.anytime:
        return None
    text = f"A subject who is {life.state} cannot be moved by this."
    return Issue("error", "business-rule", place, text)


def _uncorrectable(cause: Cause, life: Life, event: Event, place: str) -> Issue | None:
    if event.strikes not in cause.corrects:
        return Issue("error", "business-rule", place, "This cannot be struck out: have the record corrected.")
    said = life.held.get(event.strikes)
    if said is None or said.at is None:
        return Issue("error", "not-found", place, "No person has said this: there is nothing to strike out.")
    return None


def _order(course: Course, event: Event) -> tuple[date, bool, float, int, int, str]:
    """By day; on one day the record's causes first, as the file has them, then what was said or noticed, as it came."""
    names = [*course.causes]
    rank = names.index(event.cause) if event.cause in course.causes else len(names)
    at = event.at.timestamp() if event.at else 0.0
    return event.high, event.at is not None, at, event.seq, rank, event.day


class _Walk:
    """One way, step by step."""

    def __init__(self, course: Course) -> None:
        self._course, self._state = course, course.initial
        self._held: dict[str, Event] = {}
        self._taken: list[Event] = []
        self._steps = [Step(course.initial)]
        self._idle: list[tuple[Event, str]] = []

    def life(self) -> Life:
        """What it came to. A beginning that nobody saw is left out."""
        steps = self._steps[1:] if len(self._steps) > 1 and not self._steps[0].since else self._steps
        return Life(tuple(steps), dict(self._held), tuple(self._idle), self._course)

    def take(self, event: Event) -> None:
        """The next event."""
        cause = self._course.causes.get(event.cause)
        if cause is None:
            self._idle.append((event, self._state))
        elif cause.corrects:
            self._strike(event)
        else:
            self._taken.append(event)
            self._stand(event, cause)

    def _stand(self, event: Event, cause: Cause) -> None:
        before = self._state
        for name in cause.undoes:
            self._held.pop(name, None)
        first = self._held.setdefault(event.cause, event)
        self._go(event)
        self._settle(event)
        if len(self._steps) == 1 and not self._steps[0].since and "screening" in cause.told_by:
            self._steps[0] = Step(self._state, event.day, event)
        if before == self._state and first is event:
            self._idle.append((event, before))

    def _strike(self, event: Event) -> None:
        """What a person said is taken back: the way is followed again without it, and goes on from there."""
        kept = [one for one in self._taken if one.cause != event.strikes or one.at is None]
        if len(kept) == len(self._taken):
            self._idle.append((event, self._state))
            return
        again = _Walk(self._course)
        for one in kept:
            again.take(one)
        self._taken, self._held = kept, again._held
        if again._state != self._state:
            self._state = again._state
            self._steps.append(Step(self._state, event.day, event))

    def _settle(self, event: Event) -> None:
        """What stands moves the subject as soon as a state lets it."""
        for _ in self._course.states:
            if not any(
                self._go(held, event) for held in [self._held[n] for n in self._course.causes if n in self._held]
            ):
                return

    def _go(self, event: Event, now: Event | None = None) -> bool:
        move = self._course.moves.get((self._state, event.cause))
        if move is None or not self._may(move.after):
            return False
        self._state = move.after
        since = event if now is None or now.high <= event.high else now
        self._steps.append(Step(move.after, since.day, event, move))
        return True

    def _may(self, state: str) -> bool:
        """Does what the state needs stand?"""
        needs = self._course.states[state].needs
        return not needs or any(name in self._held for name in needs)
