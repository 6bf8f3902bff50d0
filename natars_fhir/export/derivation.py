"""Derivation: one subject's endpoints with every decision, for a file that leaves the house: days and no date.

Days are counted as the tables count them (day 0 is the surgery, or what a time counts from). A fact is named by whoever
calls, for its reference is the hospital's. A sentence that would still hold a date is left out: fail closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from natars_fhir.domain.endpoints.cycles import Cycle
from natars_fhir.domain.endpoints.morbidity import Morbidity
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.endpoints.trace import Step
from natars_fhir.domain.finding import Sentence
from natars_fhir.domain.interval import days
from natars_fhir.domain.record import Fact
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.words import WORDS
from natars_fhir.export.cells import word
from natars_fhir.export.subject import Subject

#: What a fact is called outside.
Name = Callable[[Fact], str]

_DATE = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d)?|(?:19|20)\d\d年")
_WRITTEN = re.compile(r"\d{4}(-\d{2}){0,2}(T.*)?")
_DAY: dict[Language, tuple[str, str]] = {"en": ("day {0}", "a day"), "zh": ("第{0}天", "某日")}


def derivation(one: Subject, name: Name) -> dict[str, Any]:
    """Everything that *one* came to, and how."""
    found = one.endpoints
    origin = found.surgery or found.allocated
    return {
        "subject": one.pseudonym,
        "site": one.site,
        "arm": found.arm,
        "sets": list(found.sets),
        "neverOperated": found.never_operated.reason if found.never_operated else None,
        "times": [_time(each, name, origin) for each in found.times],
        "cycles": [_cycle(each, found.allocated) for each in found.cycles],
        "morbidity": [_morbidity(each) for each in found.morbidity],
        "trace": [_step(step, origin, name) for step in found.trace],
        "issues": [
            {"flaw": i.name, "severity": i.severity, "place": i.expression, "en": i.text, "zh": i.zh}
            for i in found.issues
        ],
    }


def _time(one: TimeToEvent, name: Name, otherwise: date | None) -> dict[str, Any]:
    told = {"parameter": one.parameter, "status": one.status, "reason": one.reason, "days": one.days}
    steps = [_step(step, one.origin or otherwise, name) for step in one.trace]
    return {**told, "imputed": one.imputed, "trace": steps}


def _cycle(one: Cycle, origin: date | None) -> dict[str, Any]:
    grade = one.worst.grade
    visits = [{"visit": v.name, "standing": v.standing, "day": _from(v.done, origin)} for v in one.visits]
    worst = list(grade) if grade else None
    return {"cycle": one.number, "day": _from(one.start, origin), "worst": worst, "visits": visits}


def _from(day: date | None, origin: date | None) -> int | None:
    return (day - origin).days if day and origin else None


def _morbidity(one: Morbidity) -> dict[str, Any]:
    answers = {"major": one.major.word, "died": one.died.word, "reoperated": one.reoperated.word}
    return {"window": one.window, "worst": one.worst, "followed": one.followed, **answers}


def _step(step: Step, origin: date | None, name: Name) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "decision": step.sentence.key.removeprefix("endpoint."),
        "en": undated(step.sentence, "en", origin),
        "zh": undated(step.sentence, "zh", origin),
        "facts": sorted({name(fact) for fact in step.facts}),
    }


def undated(sentence: Sentence, language: Language, origin: date | None) -> str:
    """The sentence, each date in it as a day from *origin*; empty where one would be left."""
    said = Sentence(sentence.key, tuple(_guarded(fill) for fill in sentence.fills))
    text = render(said, language)
    for written in sorted({*_dates(said.fills)}, key=len, reverse=True):
        text = re.sub(rf"(?<![\d-]){re.escape(written)}(?![\d-])", _day(written, language, origin), text)
    return "" if _DATE.search(text) else text


def _guarded(fill: object) -> object:
    """A fact whose value is no word of the trial's, and no date, shows none."""
    if isinstance(fill, tuple) and not isinstance(fill, Fact):
        return tuple(_guarded(one) for one in fill)
    if not isinstance(fill, Fact) or not isinstance(fill.value, str):
        return fill
    known = fill.value in WORDS["en"] or word(fill.value)
    if known or _WRITTEN.fullmatch(fill.value):
        return fill
    return fill._replace(value="?")


def _dates(fills: object) -> Iterator[str]:
    """Every date that a fill may show, as it is written there."""
    if isinstance(fills, Fact):
        for told in (fills.when, fills.known, fills.value):
            if isinstance(told, str) and _WRITTEN.fullmatch(told):
                yield told
                yield str(days(told).low) if "T" in told else told
    elif isinstance(fills, date):
        yield fills.isoformat()
    elif isinstance(fills, tuple):
        for one in fills:
            yield from _dates(one)


def _day(written: str, language: Language, origin: date | None) -> str:
    """A month or a year is a day that is not told: its bounds would tell the origin's own date."""
    exact, unknown = _DAY[language]
    known = days(written)
    if origin is None or not known.exact or known.low is None:
        return unknown
    return exact.format((known.low - origin).days)
