"""Fractions: a share of necrosis that is told as 1/3, 三分之一, 一半, as percent (clinical.md §3.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.mapping.narrative.quantity import comparator, measured
from natars_fhir.mapping.narrative.words import Words

PERCENT = "%"
#: how far into the next clause a share is looked for
SHARED = 30
#: a share told as a fraction, which is no count on fields, no score and no number of blocks: 1/3, 三分之一, 一半
_FRACTION = re.compile(
    r"(?<![\d./])(?:(?P<part>[1-9])\s?/\s?(?P<whole>[2-9]|10)(?![\d./]|\s?(?:个|枚|块|张|级|分|蜡块|切片|视野|淋巴|hp|高倍|mm))"
    r"|(?P<wholes>[二三四五六七八九十])分之(?P<parts>[一二三四五六七八九])|(?P<half>一半|半数|1半|(?<=[占近达])半(?![年天日月小径个]))"
    r"|(?P<over>(?<!超)过半数?(?![年天月日小])|(?<=占)一?大半)|(?P<under>(?<=占)一?小半)"
    r"|(?P<tenths>[一二两三四五六七八九1-9])(?:\s?[-~至到]?\s?(?P<most>[二三四五六七八九2-9]))?成(?P<rest>半)?(?![功熟分份形立纤骨人年品都长片块团簇巢]))"
    r"(?P<more>或?及?以上)?(?P<less>或?及?以下|以内)?"
)
_TO_FRACTION = re.compile(r"\s?[-~至到]\s?")
_NUMERALS = {"两": 2, **{sign: number for number, sign in enumerate("一二三四五六七八九十", 1)}}
#: between necrosis and its fraction: what says that the fraction is a share; and between a fraction and the necrosis
_FRACTION_NEXT = re.compile(
    r"(?:[\s,:()为]|有|存在|可见)*(?:坏死)?(?:面积|范围|区域|比例)?[\s:为]*(?:大?约)?(?:占比?|达|累及)?(?:整个|全部|总)?(?:肿瘤|瘤体|瘤组织|切面)?(?:组织)?"
    r"(?:总?面积|体积|范围)?[的之]?(?:大?约)?"
)
_FRACTION_BEFORE = re.compile(
    r"的?(?:整个|全部)?(?:肿瘤|瘤体|瘤组织)?(?:组织|区域|面积|范围|体积)?(?:发生|呈|为|见|可见|伴)?"
)
#: 1/3左右: no score is about so much
_BY_EYE = re.compile(r"\s?(?:左右|上下|强|弱(?!阳)|不到)")
_SHARE_WORD = re.compile("占|达|累及|面积|范围|区域|比例|肿瘤|瘤体")


class Near(NamedTuple):
    """What stands near a name: the value, from where to where it is said, and whether it is said to be about so."""

    value: Number | None
    start: int
    end: int
    about: bool = False


class Around(NamedTuple):
    """A stretch of text with a name in it: where the name stands, and between which places its value may; whether
    what is named is denied. Nothing else bears upon the value."""

    text: str
    start: int
    end: int
    low: int
    high: int
    #: how far a share may be told after it
    reach: int
    denied: bool


def fraction(around: Around, words: Words) -> Near | None:
    """坏死占1/3, 约三分之一区域坏死: a share by eye, as percent."""
    text, start, end, low, high, _, _ = around
    reach = high + SHARED if text[high : high + 1] == "," else high
    for found in _FRACTION.finditer(text, low, reach):
        before = comparator(text, found.start(), words)
        first = found.start() - len(before)
        if found.start() >= end:
            between = text[end:first] if _FRACTION_NEXT.fullmatch(text, end, first) else None
        else:
            between = text[found.end() : start] if _FRACTION_BEFORE.fullmatch(text, found.end(), start) else None
        plain = found["tenths"] or found["over"] or _BY_EYE.match(text, found.end())  # these say that they are shares
        if between is not None and (plain or before.strip() or _SHARE_WORD.search(between)):
            return _part_of(around, found, before, words)
    return None


def _part_of(around: Around, found: re.Match[str], before: str, words: Words) -> Near | None:
    """A fraction, or from one to another: 1/3~1/2."""
    to = _TO_FRACTION.match(around.text, found.end())
    last = _FRACTION.match(around.text, to.end()) if to else None
    value, upper = _percent(found, before, words), _percent(last, "", words) if last else None
    if value is None or (last and (upper is None or upper.high is None or value.low is None)):
        return None
    if upper is not None:
        value = Interval(value.low, upper.high, value.low_open, upper.high_open, PERCENT)
    start = found.start() - len(before)
    return Near(value, min(around.start, start), max(around.end, (last or found).end()), True)


def _percent(found: re.Match[str], before: str, words: Words) -> Number | None:
    """A fraction as percent; one that is no whole percent lies between two."""
    if found["over"] or found["under"]:
        half = Decimal(50)
        ends = (half, Decimal(100)) if found["over"] else (Decimal(0), half)
        return Interval(*ends, low_open=bool(found["over"]), high_open=bool(found["under"]), unit=PERCENT)
    if found["tenths"]:
        return _bounded(found, *_tenths(found), before, words)
    if found["half"]:
        part, whole = 1, 2
    elif found["part"]:
        part, whole = int(found["part"]), int(found["whole"])
    else:
        part, whole = _NUMERALS[found["parts"]], _NUMERALS[found["wholes"]]
    if part >= whole:
        return None
    low, rest = divmod(100 * part, whole)
    return _bounded(found, low, low + 1 if rest else None, before, words)


def _tenths(found: re.Match[str]) -> tuple[int, int | None]:
    """三成 is 30 percent, 一成半 is 15, 两三成 and 二至三成 lie between two."""
    low, high = (_NUMERALS.get(sign) or int(sign) for sign in (found["tenths"], found["most"] or "1"))
    rest = 5 if found["rest"] else 0
    return (10 * low + (0 if found["most"] else rest), 10 * high + rest if found["most"] else None)


def _bounded(found: re.Match[str], low: int, high: int | None, before: str, words: Words) -> Number | None:
    """With what stands before and after it: 超过三成, 三成以上."""
    value, _ = measured(before, str(low), str(high) if high else None, words, PERCENT, 100)
    if value is None:
        return None
    if found["more"]:
        return Interval(value.low, Decimal(100), unit=PERCENT)
    return Interval(Decimal(0), value.high, unit=PERCENT) if found["less"] else value
