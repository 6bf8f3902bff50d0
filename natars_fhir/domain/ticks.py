"""On which days time alone may change what a rule answers: an age is reached, an event leaves its lookback window.

A tick says "may": whoever wants to know asks the rule again for that day (again.py). Every rule that looks at the day
has its row in ``TICKS``, with the rule's own parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from natars_fhir.domain.choice import Bounds, onset, stated
from natars_fhir.domain.interval import days as days_of
from natars_fhir.domain.questions.windows import opens_after
from natars_fhir.domain.record import Fact
from natars_fhir.domain.sft import AGE_LIMIT
from natars_fhir.domain.study import Asked, Ticks

_ONE = timedelta(days=1)


def partly_known(asked: Asked) -> list[date]:
    """Days on which a partly known day (``2024-06`` in the middle of June) is over: a fact of it is past for sure."""
    text = asked.as_of.isoformat()
    found = [
        end
        for fact in asked.record.facts
        for said in (fact.when, fact.known)
        if said and len(said) < len(text) and text.startswith(said) and (end := days_of(said).high)
    ]
    return [day for end in {*found} for day in (end, end + _ONE)]


def _birthdays(asked: Asked, *years: int) -> Iterator[date]:
    for fact in asked.record.about("birth-date"):
        born = days_of(str(fact.value))
        for day in {born.low, born.high} - {None}:
            if day is not None:
                yield from (_anniversary(day, number) for number in years)


def _anniversary(day: date, years: int) -> date:
    """Who was born on 29 February is a year older on 1 March."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _age(low: int, high: int) -> Ticks:
    # that a birth date becomes impossible at 123 years is no day to wait for
    return lambda asked: _birthdays(asked, low, high + 1)


def _sft(**_: Any) -> Ticks:
    return lambda asked: _birthdays(asked, AGE_LIMIT)


def _within(concept: str, months: int, days: int = 0, supported_by: Iterable[str] = (), **_: Any) -> Ticks:
    concepts = (concept, *supported_by)
    return lambda asked: _left_behind(asked.record.about(*concepts), months, days)


def _left_behind(facts: Iterable[Fact], months: int, days: int) -> Iterator[date]:
    for fact in facts:
        ended = fact.said("ended")
        spans = [onset(fact), stated(fact)]
        if isinstance(ended, str):
            over = days_of(ended)
            spans.append(Bounds(over.low or date.min, over.high or date.max))
        for day in {day for span in spans for day in span} - {date.min, date.max}:
            yield opens_after(day, months, days)


def _pregnant(test_days: int, weeks: int) -> Ticks:
    def ticks(asked: Asked) -> Iterator[date]:
        facts = asked.record.about("hcg", "pregnancy")
        yield from _left_behind(facts, 0, test_days)
        yield from _left_behind(facts, 0, 7 * weeks)
        yield from _ends(facts)

    return ticks


def _breastfeeding(recent_days: int) -> Ticks:
    def ticks(asked: Asked) -> Iterator[date]:
        facts = asked.record.about("breastfeeding")
        yield from _left_behind(facts, 0, recent_days)
        yield from _ends(facts)

    return ticks


def _ends(facts: Iterable[Fact]) -> Iterator[date]:
    """The days on which it is over, or may be."""
    for fact in facts:
        ended = fact.said("ended")
        if isinstance(ended, str):
            yield from [day for day in (days_of(ended).low, days_of(ended).high) if day is not None]


def _consented() -> Ticks:
    def ticks(asked: Asked) -> Iterator[date]:
        """A period of consent that ends in days to come is no withdrawal yet."""
        ends = [fact.said("ended") for fact in asked.record.about("consent")]
        yield from [day for end in ends if isinstance(end, str) and (day := days_of(end).high)]

    return ticks


TICKS: dict[str, Callable[..., Ticks]] = {
    "age": _age,
    "consented": _consented,
    "breastfeeding": _breastfeeding,
    "pregnant": _pregnant,
    "sft_risk": _sft,
    "within": _within,
}
