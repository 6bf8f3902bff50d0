"""Shown: moments, days and texts as pages show them: in the trial's zone, in the words of the sentences, and no sign
that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Final

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.sentence import Language, said
from natars_fhir.domain.words import WORDS
from natars_fhir.web.pages.words import msg, saying

#: Signs that turn the direction of a text, or that a page cannot show. https://www.unicode.org/reports/tr9/
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

#: Values and their details that no sentence says, and so no word list has.
VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "male": msg("male"),
        "female": msg("female"),
        "abdominal-vein": msg("abdominal-vein"),
        "adrenal": msg("adrenal"),
        "benign": msg("benign"),
        "bladder": msg("bladder"),
        "colon": msg("colon"),
        "diaphragm": msg("diaphragm"),
        "inferior-vena-cava": msg("inferior-vena-cava"),
        "kidney": msg("kidney"),
        "liver": msg("liver"),
        "malignant": msg("malignant"),
        "metastatic": msg("metastatic"),
        "pancreas": msg("pancreas"),
        "small-bowel": msg("small-bowel"),
        "spleen": msg("spleen"),
        "stomach": msg("stomach"),
        "uncertain": msg("uncertain"),
        "ureter": msg("ureter"),
        "active": msg("active"),
        "inactive": msg("inactive"),
        "resolved": msg("resolved"),
        "remission": msg("remission"),
        "recurrence": msg("recurrence"),
        "relapse": msg("relapse"),
        "a date": msg("a date"),
        "a text": msg("a text"),
        "a number": msg("a number"),
    }
)

_NUMBER: Final = msg("a number in {unit}")


def valued(value: object, language: Language) -> str:
    """A value of a fact, or a fact with its day, in *language*."""
    told = said(value, language)
    return str(saying(language)(VALUES[told])) if told in VALUES else told


def heard(word: str, language: Language) -> str:
    """A word of the trial's lists, or what kind of thing was read, as `mapping.heard.readiness` counts them."""
    _, number, unit = word.partition("a number in ")
    return str(saying(language)(_NUMBER, unit=unit)) if number else valued(word, language)


def moment(at: datetime | None) -> str:
    """To the minute; a dash where there is none."""
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(at: datetime | date | None) -> str:
    """The day; a dash where there is none."""
    if at is None:
        return "—"
    return (at.astimezone(SHANGHAI) if isinstance(at, datetime) else at).strftime("%Y-%m-%d")


def written(text: str | None) -> str:
    """A date as it was written; of a moment with its zone, the minute in the trial's; a dash where there is none."""
    if not text:
        return "—"
    try:
        return moment(datetime.fromisoformat(text)) if "T" in text else text
    except ValueError:
        return text


def visible(text: str) -> str:
    """A text of the hospital with what nobody would see named: a sign that turns the direction makes words lie."""
    return _UNSEEN.sub(lambda sign: f"⟨U+{ord(sign[0]):04X}⟩", str(text))


@cache
def worded(language: Language) -> Callable[[str], str]:
    """What says a word of the sentences (a place, a reason, a concept) in *language*; one without a row stays."""
    words = WORDS[language]
    return lambda name: words.get(name, name)
