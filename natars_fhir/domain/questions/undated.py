"""A yes that names no day of its own, beside diagnoses that do (clinical.md §2.2: the event's onset decides).

A form's answer, or an item that somebody ticked, has the day on which it was said. Which event it means, it does not
say: where an event is on file with a day, the yes may mean that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from natars_fhir.domain.choice import onset, stated
from natars_fhir.domain.interval import days as days_of
from natars_fhir.domain.questions.windows import Place, Window
from natars_fhir.domain.record import Fact

#: A fact and where it lies.
Placed = tuple[Fact, Place]


def is_diagnosis(fact: Fact) -> bool:
    """Is it dated by its own onset, or by the recording of it, and not by the day on which somebody was asked?"""
    return fact.said("method") == "diagnosis"


def diagnoses(placed: Iterable[Placed]) -> list[Placed]:
    """The confirmed diagnoses among facts that lie somewhere."""
    return [
        (fact, place)
        for fact, place in placed
        if is_diagnosis(fact) and fact.value == "present" and fact.standing == "final"
    ]


def leaves_open(dated: Sequence[Placed], *, lasting: bool) -> bool:
    """May a bare yes mean an event that lies elsewhere? So it may where some are *dated*, and none of them surely lies
    in the window, or may last into it."""
    return bool(dated) and not any(place == "in" or (lasting and fact.said("ended") is None) for fact, place in dated)


def told_by(dated: Sequence[Placed], said: Fact, window: Window) -> bool:
    """Was the event that an older *said* told of one of the *dated* that are over? It began by then, and it was not
    over for longer than the window is."""
    spoken, length = stated(said), window.end - window.start
    return any(place == "before" and _covers(fact, spoken.low, spoken.high, length) for fact, place in dated)


def _covers(fact: Fact, low: date, high: date, length: timedelta) -> bool:
    ended = fact.said("ended")
    if not isinstance(ended, str) or (last := days_of(ended).high) is None:
        return False
    return onset(fact).low <= high and last + length >= low
