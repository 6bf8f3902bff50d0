"""Choice: which of several facts speak for a question, and what follows when they disagree (clinical.md §2.0, §5.1).

Only a final fact decides. A newer fact outdates an older one only when it is newer beyond doubt: of partly dated facts
each that may be the newest speaks, and where those disagree the answer is unknown, ``conflicting``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.answer import NO, UNKNOWN, YES, Answer, Reason
from natars_fhir.domain.interval import Interval, Number, days
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Asked, Choose

#: What makes an unknown graver: the first of these that is there is named.
GRAVEST: tuple[Reason, ...] = ("conflicting", "imprecise", "pending", "needs-attestation", "silent", "not-yet")


class Bounds(NamedTuple):
    """The earliest and the latest day that something may have happened."""

    low: date
    high: date


class Reading(NamedTuple):
    """What the chosen facts say: a word, or why there is none."""

    word: str | None
    reason: Reason | None
    facts: tuple[Fact, ...]


_SILENT = Reading(None, "silent", ())


_SOME_DAY = Bounds(date.min, date.max)


@lru_cache(maxsize=16_384)
def _bounds(text: str) -> Bounds:
    day = days(text)
    return Bounds(day.low or date.min, day.high or date.max)


def onset(fact: Fact) -> Bounds:
    """When an event began: the day of its recording only bounds it from above."""
    if fact.when:
        return _bounds(fact.when)
    return Bounds(date.min, _bounds(fact.known).high) if fact.known else _SOME_DAY


def stated(fact: Fact) -> Bounds:
    """When a result or a statement was made: its clinical date, else the day of its recording."""
    text = fact.when or fact.known
    return _bounds(text) if text else _SOME_DAY


def came_back(fact: Fact) -> bool:
    """Does a diagnosis tell it by its clinical status, that of a recurrence? Its day is then the diagnosis's own, and
    the tumour came back some day after that."""
    return fact.said("origin") == "recurrence" and fact.said("clinicalStatus") is not None


def gravest(reasons: Collection[Reason | None]) -> Reason:
    """The reason to name where several unknowns meet."""
    for reason in GRAVEST:
        if reason in reasons:
            return reason
    return "silent"


def doubt(facts: Iterable[Fact]) -> Reason:
    """Why facts that do not decide leave a question open."""
    found: Reason = "silent"
    for fact in facts:
        if fact.standing == "pending":
            return "pending"
        found = "imprecise"
    return found


def agreed(answers: Collection[Answer]) -> tuple[Answer, Reason | None]:
    """One answer from facts of equal rank: they agree, or the answer is unknown."""
    if YES in answers and NO in answers:
        return UNKNOWN, "conflicting"
    if UNKNOWN in answers:
        return UNKNOWN, "imprecise"
    return next(iter(answers)), None


def newest(facts: Sequence[Fact], certain_by: date = date.max) -> tuple[Fact, ...]:
    """Those that may be the newest. A fact later than *certain_by* may not count, so it outdates no other."""
    if len(facts) < 2:
        return tuple(facts)
    spans = [stated(fact) for fact in facts]
    floor = date.min
    for low, high in spans:
        if low > floor and high <= certain_by:
            floor = low
    return tuple([fact for fact, span in zip(facts, spans, strict=True) if span.high >= floor])


def oldest(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Those that may be the oldest."""
    ceiling = min((stated(fact).high for fact in facts), default=date.max)
    return tuple([fact for fact in facts if stated(fact).low <= ceiling])


Measure = Callable[[Fact], "Number | None"]


def measure(fact: Fact) -> Number | None:
    """The number that a final fact tells; None for a word, and for what is in doubt."""
    return fact.value if isinstance(fact.value, Interval) and fact.standing == "final" else None


def greatest(facts: Sequence[Fact], of: Measure = measure) -> tuple[Fact, ...]:
    """Those that may tell the greatest number; one whose number is not known may."""
    numbers = [of(fact) for fact in facts]
    floor = max((number.low for number in numbers if number is not None and number.low is not None), default=None)
    if floor is None or len(facts) < 2:
        return tuple(facts)
    return tuple([f for f, n in zip(facts, numbers, strict=True) if n is None or n.high is None or n.high >= floor])


#: Rules by which the greatest of several numbers speaks: the others need not agree with it.
GREATEST: frozenset[Choose] = frozenset({"largest", "worst"})


def rule_of(asked: Asked, concept: str, otherwise: Choose = "latest") -> Choose:
    """The choice rule that concepts.toml declares for *concept*; *otherwise* the question's own."""
    return asked.choices.get(concept, otherwise)


def chosen(
    asked: Asked,
    concept: str,
    facts: Sequence[Fact],
    otherwise: Choose = "latest",
    *,
    certain_by: date = date.max,
    of: Measure = measure,
) -> tuple[Fact, ...]:
    """Those of *facts* that speak for *concept*, by its declared rule: each that may be the latest, the earliest, the
    greatest; or all of them, which must agree or be weighed by the question."""
    if len(facts) < 2:
        return tuple(facts)
    rule = asked.choices.get(concept, otherwise)
    if rule == "latest":
        return newest(facts, certain_by)
    if rule == "earliest":
        return oldest(facts)
    return greatest(facts, of) if rule in GREATEST else tuple(facts)


def pre_treatment(asked: Asked, concept: str) -> tuple[Fact, ...]:
    """What was said before treatment began, or may have been; the index surgery's specimen tells of a later day.

    Where nothing of the trial has begun that is all that is known: the record ends at the same day.
    """
    facts = asked.record.about(concept)
    if not facts or not asked.enrolled:
        return facts
    cut = asked.treatment_start_by
    told = [fact for fact in facts if stated(fact).low <= cut]
    if asked.surgery is None:
        return tuple(told)
    return tuple([fact for fact in told if not of_index_surgery(asked, fact)])


#: Days after the index surgery in which what is told of a specimen is told of its own: later tissue may be of another
#: tumour, or of one that came back. The protocol names no number (docs/rules.md).
SPECIMEN_DAYS = timedelta(days=90)


def of_index_surgery(asked: Asked, fact: Fact) -> bool:
    """Was it read from the specimen that the index surgery removed? One that is older or much later beyond doubt was
    not."""
    if asked.surgery is None or asked.surgery.low is None:
        return False
    resected = fact.said("specimen") == "resection" or fact.said("timing") == "final-pathology"
    return resected and stated(fact).high >= asked.surgery.low and not long_after(asked, fact)


def long_after(asked: Asked, fact: Fact) -> bool:
    """Is it surely of a day on which nothing is told of the index surgery's specimen any more?"""
    operated = asked.surgery.high if asked.surgery is not None else None
    return operated is not None and stated(fact).low > operated + SPECIMEN_DAYS


def chosen_word(asked: Asked, concept: str, facts: Sequence[Fact], deciding: Collection[str]) -> Reading:
    """Of the *deciding* words that which the concept's rule chooses (else the newest before treatment); facts that are
    chosen alike must agree."""
    if not facts:
        return _SILENT
    decisive = [fact for fact in facts if fact.standing == "final" and fact.value in deciding]
    if not decisive:
        open_ones = tuple(fact for fact in facts if fact.value in deciding or fact.value == "pending")
        reason = "pending" if any(fact.value == "pending" for fact in open_ones) else doubt(open_ones)
        return Reading(None, reason, open_ones)
    speaking = chosen(asked, concept, decisive, certain_by=asked.treatment_start)
    words = {fact.value for fact in speaking}
    if len(words) > 1:
        return Reading(None, "conflicting", speaking)
    return Reading(str(words.pop()), None, speaking)
