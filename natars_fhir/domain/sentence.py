"""Sentences for people, in English and Chinese: made only when asked for, from a phrase and what fills it.

A phrase decides how a fact is shown: ``{0}`` its value and day, ``{0:days}`` its day alone (phrases.py; words.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from natars_fhir.domain.interval import Interval, Number, days
from natars_fhir.domain.phrases import PHRASES
from natars_fhir.domain.record import Fact
from natars_fhir.domain.screening import Sentence
from natars_fhir.domain.words import WORDS

Language = Literal["en", "zh"]

_COMMA: dict[Language, str] = {"en": ", ", "zh": "、"}
_PAUSE: dict[Language, str] = {"en": "; ", "zh": "；"}


def render(sentence: Sentence, language: Language) -> str:
    """What is to be said, in *language*."""
    text = _phrase(sentence, language)
    return text[:1].upper() + text[1:]


def _phrase(sentence: Sentence, language: Language) -> str:
    return PHRASES[language][sentence.key].format(*(_Fill(fill, language) for fill in sentence.fills))


class _Fill:
    """One fill, shown as its phrase asks."""

    __slots__ = ("language", "value")

    def __init__(self, value: object, language: Language) -> None:
        self.value = value
        self.language = language

    def __format__(self, spec: str) -> str:
        return _shown(self.value, self.language, days_only=spec == "days")


def _shown(value: object, language: Language, *, days_only: bool = False) -> str:
    if isinstance(value, tuple):
        return _listed(value, language, days_only=days_only)
    if isinstance(value, Fact):
        return _dated(value, language) if days_only else _fact(value, language)
    if isinstance(value, Sentence):
        return _phrase(value, language)
    if isinstance(value, Interval):
        return _number(value, language)
    if isinstance(value, date):
        return value.isoformat()
    return WORDS[language].get(str(value), str(value))


def _listed(values: Iterable[object], language: Language, *, days_only: bool) -> str:
    """Each thing said once; facts by their day, so that the order of a feed does not show."""
    ordered = sorted(
        values, key=lambda value: (value.when or "9", str(value.value)) if isinstance(value, Fact) else ("",)
    )
    shown = [_shown(value, language, days_only=days_only) for value in ordered]
    whole = any(isinstance(value, Sentence) for value in ordered)
    return (_PAUSE if whole else _COMMA)[language].join(dict.fromkeys(shown))


def _fact(fact: Fact, language: Language) -> str:
    value = _shown(fact.value, language)
    method = fact.said("method")
    how = f"{WORDS[language].get(str(method), str(method))}, " if method and language == "en" else ""
    if method and language == "zh":
        how = f"{WORDS[language].get(str(method), str(method))}，"
    about = WORDS[language]["about"] if fact.said("approximate") == "yes" else ""
    day = _dated(fact, language)
    return f"{about}{value} ({how}{day})" if language == "en" else f"{about}{value}（{how}{day}）"


def _dated(fact: Fact, language: Language) -> str:
    if fact.when:
        return _written(fact.when)
    if fact.known:
        return WORDS[language]["recorded"] + _written(fact.known)
    return WORDS[language]["undated"]


def _written(text: str) -> str:
    """A date as it was written; of a moment, the day in the trial's time zone."""
    return str(days(text).low) if "T" in text else text


def _number(number: Number, language: Language) -> str:
    unit = _unit(number.unit, language)
    low, high = number.low, number.high
    if low is not None and low == high:
        return f"{_plain(low)}{unit}"
    if low is not None and high is not None:
        return f"{_plain(low)}–{_plain(high)}{unit}"
    if low is not None:
        return f"{'>' if number.low_open else '≥'}{_plain(low)}{unit}"
    return f"{'<' if number.high_open else '≤'}{_plain(high)}{unit}" if high is not None else "?"


def _plain(point: Decimal) -> str:
    return f"{point.normalize():f}"


def _unit(unit: str, language: Language) -> str:
    if unit in ("", "1", "a"):
        return ""
    return unit if unit == "%" else f" {WORDS[language].get(unit, unit)}"
