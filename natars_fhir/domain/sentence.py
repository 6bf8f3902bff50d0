"""Sentences for people, in English and Chinese: made only when asked for, from a phrase and what fills it.

A phrase decides how a fact is shown: ``{0}`` its value and day, ``{0:days}`` its day alone,
``{0:named}`` with its concept (phrases.py; words.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from natars_fhir.domain.finding import Sentence
from natars_fhir.domain.interval import Interval, Number, days
from natars_fhir.domain.phrases import PHRASES
from natars_fhir.domain.record import Fact
from natars_fhir.domain.words import IN_CLASSES, WORDS

Language = Literal["en", "zh"]

_COMMA: dict[Language, str] = {"en": ", ", "zh": "、"}
_PAUSE: dict[Language, str] = {"en": "; ", "zh": "；"}


def render(sentence: Sentence, language: Language) -> str:
    """What is to be said, in *language*."""
    return _known(sentence, language) if is_plain(sentence) else _text(sentence, language)


def is_plain(sentence: Sentence) -> bool:
    """Is it said without any fact, in words that many are told?"""
    return all(map(_is_word, sentence.fills))


def _is_word(fill: object) -> bool:
    return isinstance(fill, str) or (isinstance(fill, tuple) and all(type(one) is str for one in fill))


def _text(sentence: Sentence, language: Language) -> str:
    text = _phrase(sentence, language)
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]  # hCG stays hCG


#: What is said without any fact is said of most patients.
_known = lru_cache(maxsize=4_096)(_text)


def _phrase(sentence: Sentence, language: Language) -> str:
    return PHRASES[language][sentence.key].format(*(_Fill(fill, language) for fill in sentence.fills))


def said(value: object, language: Language) -> str:
    """A value of a fact (a word, a number or a range with its unit), or a fact with its day, by itself."""
    return _shown(value, language)


class _Fill:
    """One fill, shown as its phrase asks."""

    __slots__ = ("language", "value")

    def __init__(self, value: object, language: Language) -> None:
        self.value = value
        self.language = language

    def __format__(self, spec: str) -> str:
        return _shown(self.value, self.language, spec)


def _shown(value: object, language: Language, spec: str = "") -> str:
    if isinstance(value, Fact):
        return _FACTS[spec](value, language)
    if isinstance(value, Sentence):
        return _phrase(value, language)
    if isinstance(value, tuple):
        return _listed(value, language, spec)
    if isinstance(value, Interval):
        return _number(value, language)
    if isinstance(value, date):
        return value.isoformat()
    return WORDS[language].get(str(value), str(value))


def _listed(values: tuple[object, ...], language: Language, spec: str) -> str:
    """Each thing said once; facts by their day, so that the order of a feed does not show."""
    ordered = sorted(values, key=_day) if len(values) > 1 else values
    shown = [_shown(value, language, spec) for value in ordered]
    whole = any(isinstance(value, Sentence) for value in ordered)
    return (_PAUSE if whole else _COMMA)[language].join(dict.fromkeys(shown))


def _day(value: object) -> tuple[str, ...]:
    return (value.when or "9", str(value.value)) if isinstance(value, Fact) else ("",)


def _fact(fact: Fact, language: Language) -> str:
    words = WORDS[language]
    value = _shown(fact.value, language)
    if fact.concept in IN_CLASSES:
        value += words["class"]
    if fact.said("approximate") == "yes":
        value = words["about"] + value
    method = fact.said("method")
    how = words.get(str(method), str(method)) + words["comma"] if method else ""
    return words["bracketed"].format(value, how + _dated(fact, language))


def _named(fact: Fact, language: Language) -> str:
    words = WORDS[language]
    name = words.get(fact.concept, fact.concept)
    if fact.value == "present":
        return words["bracketed"].format(name, _dated(fact, language))
    return f"{name} {_fact(fact, language)}" if language == "en" else f"{name}{_fact(fact, language)}"


def _dated(fact: Fact, language: Language) -> str:
    if fact.when:
        return _written(fact.when)
    if fact.known:
        return WORDS[language]["recorded"] + _written(fact.known)
    return WORDS[language]["undated"]


def _written(text: str) -> str:
    """A date as it was written; of a moment, the day in the trial's time zone."""
    return str(days(text).low) if "T" in text else text


_FACTS: dict[str, Callable[[Fact, Language], str]] = {"": _fact, "days": _dated, "named": _named}


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
