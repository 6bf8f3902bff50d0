"""Measures: every "a x b x c" of a text, and every single number with a unit, as an interval in centimetres.

Which of them are the tumour's is ``size``'s to say (clinical.md §5.4). A number without a unit is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from natars_fhir.domain.interval import Number
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quantity import Amount, comparator, parsed, ranged
from natars_fhir.mapping.narrative.said import scaled
from natars_fhir.mapping.narrative.words import Words

_OF_MM, _NOTHING, _ENDLESS = Decimal("0.1"), Decimal(0), Decimal("Infinity")


class Patterns(NamedTuple):
    """What sizes look like."""

    #: a unit or a "by": no size is without one
    sign: re.Pattern[str]
    #: a number that may begin a size: quick to find
    likely: re.Pattern[str]
    number: re.Pattern[str]
    #: between two dimensions
    by: re.Pattern[str]
    #: the unit of all dimensions, behind the label of the last, or in brackets: 12.0（上下）cm, 大小(cm)：
    unit: re.Pattern[str]
    unit_before: re.Pattern[str]
    axis: re.Pattern[str]
    after: re.Pattern[str]
    earlier: re.Pattern[str]
    distance: re.Pattern[str]
    within: re.Pattern[str]
    lies_in: re.Pattern[str]
    organ: re.Pattern[str]
    organ_next: re.Pattern[str]
    of_organ: re.Pattern[str]


class Measure(NamedTuple):
    """Dimensions at one place of the text, largest first in ``value``; None where no unit is said."""

    start: int
    end: int
    value: Number | None
    dimensions: int
    about: bool


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    unit = words.any("quantity.length", "cm", "mm") + r"(?![a-wyz])(?:\^?[23](?!\d))?"
    bound = rf"(?P<more>{words.any('quantity.word', 'or-more')})|(?P<less>{words.any('quantity.word', 'or-less')})"
    number = rf"{ranged(words)}\s*({words.any('size.near', 'over')})?\s*({unit})?(?:(?<=[a-z米分])\s*(?:{bound}))?"
    label = r"(?:\s*\([^()\d,]{1,10}\)|\s?(?:ap|tr|cc|si|ml|lr|rl)\b)?"
    near = {tag: words.any("size.near", tag) for tag in ("axis", "after", "earlier", "changed", "distance")}
    fill = (
        r"(?:[\s:=为是约大小仅至达(]|of|is|was|about|approximately|up to|with|to|a|the|in|最大|"
        + words.any("quantity.word", "below", "at-most", "above", "at-least", "about", "nearly")
        + ")*"
    )
    between = rf"\s{{0,3}}(?:{words.any('quantity.word', 'range')}\s{{0,3}}[0-9.]{{1,8}}\s{{0,3}})?"
    inside = r"(?:(?:[左右]?[上中下前后内外]{1,2}[叶极段]|[^,;。下后旁前外侧周间与和缘受压、\n]){0,10})"
    follows = rf"{unit}|[x*]|by|\([^()\d,]{{1,10}}\)\s*(?:[x*]|by)"
    return Patterns(
        re.compile("|".join(map(re.escape, ("x", "*", "by", *chain(*words["quantity.length"].words.values()))))),
        re.compile(
            rf"[0-9]{{1,6}}(?:\.[0-9]{{1,4}})?{between}(?:{words.any('size.near', 'over')})?\s{{0,3}}(?:{follows})"
        ),
        re.compile(number),
        re.compile(rf"{label}\s*(?:[x*]|by)\s*(?=\d)"),
        re.compile(rf"(?:\s*\([^()\d,]{{1,10}}\)\s*|\s*\(\s*)({unit})"),
        re.compile(rf"\(\s*({unit})\s*\)\s*[:为]?\s*约?$"),
        re.compile(rf"{near['axis']}{fill}$"),
        re.compile(rf"\s*{near['after']}"),
        re.compile(rf"{near['earlier']}(?!.*{near['changed']})[^,;。]{{0,14}}$"),
        re.compile(rf"(?<!方向)(?<!纵向)(?<!上下){near['distance']}[^,;。x*\d]{{0,10}}$"),
        re.compile(rf"(?:{words.any('size.organ', 'name')}){inside}$"),
        re.compile(rf"\s(?:in|of|within) (?:the )?(?:\w+ )?{words.any('size.organ', 'name')}(?![a-z])"),
        re.compile(
            rf"{words.any('size.organ', 'name')}(?:约|为|大小|体积|径线|最大|直径|上下|纵向|头足|方向|长度|长|径|:"
            r"|[一两1-9][枚个条段块]|measures|measuring|size|\s)*$"
        ),
        re.compile(rf"\s*(?:的|长)?{words.any('size.organ', 'name')}(?![周旁下后前上区来源])"),
        re.compile(
            rf"[\s:;\d.)、]*(?:the |(?:双侧|左侧|右侧|左|右|全)?){words.any('size.organ', 'name')}"
            "(?![周旁区后下前外间])"
        ),
    )


def measures(page: Page, words: Words) -> list[Measure]:
    """Every "a x b x c" and every single number with a unit."""
    text, shape = page.text, patterns(words)
    found: list[Measure] = []
    if shape.sign.search(text) is None:
        return found
    done = 0
    for likely in shape.likely.finditer(text):
        start = likely.start()
        if start < done:
            continue
        pieces = _pieces(text, start, shape)
        if len(pieces) > 1 or (pieces and pieces[0][4]):
            done = pieces[-1].end()
            apart = None if [piece for piece in pieces if piece[4]] else _unit_apart(text, start, done, shape)
            found.append(_measure(comparator(text, start, words), pieces, apart, words))
    return found


def _pieces(text: str, start: int, shape: Patterns) -> list[re.Match[str]]:
    """Up to three numbers with "x" between them."""
    pieces = []
    found = shape.number.match(text, start)
    while found:
        pieces.append(found)
        by = shape.by.match(text, found.end()) if len(pieces) < 3 else None
        found = shape.number.match(text, by.end()) if by else None
    return pieces


def _unit_apart(text: str, start: int, end: int, shape: Patterns) -> str | None:
    """The unit of dimensions that none is written to."""
    found = shape.unit.match(text, end) or shape.unit_before.search(text[max(0, start - 12) : start])
    return found[1] if found else None


def _measure(before: str, pieces: list[re.Match[str]], apart: str | None, words: Words) -> Measure:
    """One measure, with the characters before its first number; *apart* is a unit that stands apart from all."""
    last = next((unit for piece in reversed(pieces) if (unit := piece[4])), apart)
    bound = pieces[-1].lastgroup
    said = []
    for piece in pieces:
        low, high, over, unit = piece.group(1, 2, 3, 4)
        said.append(_dimension(before, low, high, "more" if over else bound, unit or last, words))
        before = ""
    solid = len(pieces) == 1 and last is not None and last[-1] in "23"  # a volume, or an area
    sizes = [each.value for each in said if each.value and not solid]
    value = max(sizes, key=extent) if sizes else None
    start, end = pieces[0].start() - said[0].lead, pieces[-1].end()
    return Measure(start, end, value, len(said), True in [each.about for each in said])


class Dimension(NamedTuple):
    """One number of a measure; None where no unit is said."""

    value: Number | None
    about: bool
    lead: int


@lru_cache(maxsize=4096)
def _dimension(before: str, low: str, high: str | None, bound: str | None, unit: str | None, words: Words) -> Dimension:
    said = parsed(before, low, high, words)
    number = said
    if bound == "more":  # eight centimetres odd, or more
        number = said._replace(high=None, low_open=False, high_open=False)
    elif bound == "less":
        number = said._replace(low=None, low_open=False, high_open=False)
    return Dimension(_centimetres(number, unit, words) if unit else None, said.about, said.lead)


def _centimetres(said: Amount, unit: str, words: Words) -> Number | None:
    number = said.number("cm")
    millimetres = unit.rstrip("23^") in words["quantity.length"].words["mm"]
    return scaled(number, _OF_MM, "cm") if number and millimetres else number


def largest(before: str, figures: Iterable[str], unit: str, words: Words) -> Number | None:
    """The value of plain figures with "x" between them and a unit after the last; *before* compares the first."""
    sizes = []
    for figure in figures:
        value = _dimension(before, figure, None, None, unit, words).value
        if value:
            sizes.append(value)
        before = ""
    return max(sizes, key=extent) if sizes else None


def extent(size: Number) -> tuple[Decimal, Decimal]:
    """For comparison: larger sizes last; an open end reaches beyond its bound."""
    return (_ENDLESS if size.high is None else size.high), size.low or _NOTHING
