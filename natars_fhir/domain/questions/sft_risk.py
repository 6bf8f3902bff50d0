"""The risk score of a solitary fibrous tumour, from the facts (clinical.md §2.1, I-13; §3.1; the points: sft.py).

Age is counted at diagnosis: the day of the earliest tissue that proves the type. Size, mitoses and necrosis are the
largest told before treatment; what is not told may be worth none or all of its points.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from natars_fhir.domain.answer import UNKNOWN, Reason
from natars_fhir.domain.choice import GREATEST, chosen, doubt, gravest, measure, pre_treatment, rule_of, stated
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.interval import Interval, Number, completed_years, days
from natars_fhir.domain.questions.histology import proven
from natars_fhir.domain.questions.tumour import reading, sizes
from natars_fhir.domain.record import Fact
from natars_fhir.domain.sft import VARIABLES, Points, points, reaches, total
from natars_fhir.domain.study import Asked, Rule

_NOUGHT = Decimal(0)
_CONCEPTS = {"size": "tumour-size", "mitoses": "mitoses-per-10hpf", "necrosis": "necrosis-percent"}


class Part(NamedTuple):
    """One variable of the score: its points, the facts it was read from, and why it is not known."""

    variable: str
    points: Points
    facts: tuple[Fact, ...]
    reason: Reason | None


def sft_risk(at_least: int, variables: int = 4) -> Rule:
    """Is the score at least *at_least*? *variables*: 4 with necrosis, 3 without. Raises ValueError for another."""
    if variables not in VARIABLES:
        raise ValueError("variables must be 3 or 4")
    names = VARIABLES[variables]
    most = total([points(name, None) for name in names]).high

    def rule(asked: Asked) -> Finding:
        parts = [_part(asked, name) for name in names]
        score = total([part.points for part in parts])
        answer = reaches(score, at_least)
        facts = tuple([fact for part in parts for fact in part.facts])
        told = tuple([Sentence(_key(part.points), (part.variable, *_few(part.points))) for part in parts])
        fills: tuple[object, ...] = (_span(score), most, told)
        if answer is not UNKNOWN:
            return Finding(answer, None, Sentence("sft.is", fills), facts)
        wanting = [part for part in parts if part.points.low < part.points.high]
        reason = gravest([part.reason or "imprecise" for part in wanting])
        names_wanted = tuple(part.variable for part in wanting)
        return Finding(answer, reason, Sentence("sft.unknown", (*fills, names_wanted)), facts)

    return rule


def _key(scored: Points) -> str:
    return "sft.points" if scored.low == scored.high else "sft.open-points"


def _few(scored: Points) -> tuple[int, ...]:
    return (scored.low,) if scored.low == scored.high else (scored.low, scored.high)


def _span(scored: Points) -> Number:
    return Interval(Decimal(scored.low), Decimal(scored.high))


def _part(asked: Asked, variable: str) -> Part:
    if variable == "age":
        return _age(asked)
    if variable == "size":
        facts = sizes(asked)
        return _worth(asked, variable, facts, [reading(fact) for fact in facts])
    told = pre_treatment(asked, _CONCEPTS[variable])
    seen = [fact for fact in told if fact.standing == "final"] or told
    facts = chosen(asked, _CONCEPTS[variable], seen, "worst")
    return _worth(asked, variable, facts, [measure(fact) for fact in facts])


def _worth(asked: Asked, variable: str, facts: tuple[Fact, ...], values: list[Number | None]) -> Part:
    """Points rise with the value, so the largest value's points are the largest points. By another rule each of the
    chosen may be the true one."""
    if not values:
        return Part(variable, points(variable, None), (), "silent")
    each = [points(variable, value) for value in values]
    reason: Reason = "pending" if doubt(facts) == "pending" else "imprecise"
    largest = rule_of(asked, _CONCEPTS[variable], "worst") in GREATEST
    low = max(p.low for p in each) if largest else min(p.low for p in each)
    return Part(variable, Points(low, max(p.high for p in each)), facts, reason)


def _age(asked: Asked) -> Part:
    told = [fact for fact in asked.record.about("birth-date") if fact.standing == "final"]
    births = chosen(asked, "birth-date", told, "agree")
    if not births:
        return Part("age", points("age", None), (), "silent")
    found = [stated(fact) for fact in proven(asked).facts]
    first = min((span.low for span in found), default=date.min)
    by = min((span.high for span in found), default=asked.as_of)
    each = [points("age", _years(str(fact.value), first, min(by, asked.as_of))) for fact in births]
    return Part("age", Points(min(p.low for p in each), max(p.high for p in each)), births, "imprecise")


def _years(birth: str, first: date, by: date) -> Number:
    born = days(birth)
    low = max(completed_years(born, first).low or _NOUGHT, _NOUGHT)
    return Interval(low, max(completed_years(born, by).high or low, low))
