"""Tumour sizes: which of a report's measures are the tumour's, in centimetres (clinical.md §5.4).

A specimen, a biopsy core, a lymph node or an organ is never the tumour; a number without a unit is never guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.interval import Number
from natars_fhir.domain.record import detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quantity import Amount, amount, ranged
from natars_fhir.mapping.narrative.said import Said, Unread, firmness, scaled
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "tumour-size"
_NO_UNIT = "a tumour's dimensions have no unit"
_EARLIER = "an earlier measure, not the present one"
_OF_MM = Decimal("0.1")
#: what may stand between a thing and its measure
_SMALL = " :约为(最大"
_BEFORE, _AFTER = 200, 60


class Patterns(NamedTuple):
    """What sizes look like."""

    #: a number that may begin a size: quick to find
    likely: re.Pattern[str]
    number: re.Pattern[str]
    single: re.Pattern[str]
    several: re.Pattern[str]
    axis: re.Pattern[str]
    after: re.Pattern[str]
    earlier: re.Pattern[str]
    distance: re.Pattern[str]
    organ: re.Pattern[str]
    millimetres: frozenset[str]


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
    number = rf"{ranged(words)}\s*({words.any('size.near', 'over')})?\s*({unit})?"
    label = r"(?:\s*\([^()\d,]{1,10}\))?"
    by = rf"{label}\s*(?:[x*]|by)\s*(?=[\d<>≤≥约])"
    near = {tag: words.any("size.near", tag) for tag in ("axis", "after", "earlier", "changed", "distance")}
    fill = (
        r"(?:[\s:=为是约大小仅至达(]|of|is|was|about|approximately|up to|with|to|a|the|in|最大|"
        + words.any("quantity.word", "below", "at-most", "above", "at-least", "about")
        + ")*"
    )
    between = rf"\s{{0,3}}(?:{words.any('quantity.word', 'range')}\s{{0,3}}[0-9.]{{1,8}}\s{{0,3}})?"
    follows = rf"{unit}|[x*(]|by"
    return Patterns(
        re.compile(
            rf"[0-9]{{1,6}}(?:\.[0-9]{{1,4}})?{between}(?:{words.any('size.near', 'over')})?\s{{0,3}}(?:{follows})"
        ),
        re.compile(number),
        re.compile(number.removesuffix("?")),
        re.compile(rf"{number}(?:{by}{number}){{1,2}}"),
        re.compile(rf"{near['axis']}{fill}$"),
        re.compile(rf"\s*{near['after']}"),
        re.compile(rf"{near['earlier']}(?!.*{near['changed']})[^,;。]{{0,14}}$"),
        re.compile(rf"{near['distance']}[^,;。x*\d]{{0,10}}$"),
        re.compile(rf"{words.any('size.organ', 'name')}(?:约|为|大小|体积|径线|最大|:|measures|measuring|size|\s)*$"),
        frozenset(words["quantity.length"].words["mm"]),
    )


def read(page: Page, words: Words, method: str) -> Iterator[Said | Unread]:
    """The tumour's sizes. Single axes belong to the size before them in the sentence: the largest counts."""
    shape = patterns(words)
    found = [each for each in _measures(page, words, shape) if not page.void(each.start)]
    if not found:
        return
    things = list(_things_near(page, words, found))
    order = Things(things, [hit.start for hit in things])
    for group in _axes_together(page, [each for each in found if _is_tumours(page, words, shape, each, order)]):
        yield _told(page, shape, group, method)


def _measures(page: Page, words: Words, shape: Patterns) -> Iterator[Measure]:
    """Every "a x b x c" and every single number with a unit."""
    text = page.text
    done = 0
    for likely in shape.likely.finditer(text):
        start = likely.start()
        if start < done:
            continue
        found = shape.several.match(text, start)
        first = found or shape.single.match(text, start)
        if first:
            done = first.end()
            yield _measure(text, start, done, shape, words)


def _measure(text: str, start: int, end: int, shape: Patterns, words: Words) -> Measure:
    pieces = list(shape.number.finditer(text, start, end))
    units = [piece[4] for piece in pieces]
    amounts = [amount(text, piece.start(1), piece[1], piece[2], words) for piece in pieces]
    over = [_over(each) if piece[3] else each for each, piece in zip(amounts, pieces, strict=True)]
    last = next((unit for unit in reversed(units) if unit), None)
    value = None
    if last:
        sizes = [_centimetres(each, unit or last, shape) for each, unit in zip(over, units, strict=True)]
        value = max((size for size in sizes if size), key=_extent, default=None)
    return Measure(over[0].start, end, value, len(pieces), any(each.about for each in over))


def _over(said: Amount) -> Amount:
    """10余cm: ten and more."""
    return Amount(said.start, said.low, None, about=said.about)


def _centimetres(said: Amount, unit: str, shape: Patterns) -> Number | None:
    number = said.number("cm")
    word = unit.rstrip("23^")
    return scaled(number, _OF_MM, "cm") if number and word in shape.millimetres else number


def _extent(size: Number) -> tuple[Decimal, Decimal]:
    """Larger sizes last; an open end reaches beyond its bound."""
    low = size.low or Decimal(0)
    return (Decimal("Infinity") if size.high is None else size.high), low


def _things_near(page: Page, words: Words, found: list[Measure]) -> Iterator[Hit]:
    """Things that may be measured: not further than a few sentences before a measure, or in its clause after."""
    reached = 0
    for each in found:
        low, high = max(reached, each.start - _BEFORE), each.end + _AFTER
        yield from (hit for hit in page.find(words["size.thing"], low, high) if hit.tag != "neutral")
        reached = max(reached, high)


class Things(NamedTuple):
    """What a text speaks of, in order, with where each begins."""

    hits: list[Hit]
    starts: list[int]

    def before(self, place: int) -> Hit | None:
        """The last one before a place."""
        index = bisect_left(self.starts, place)
        return self.hits[index - 1] if index else None

    def after(self, place: int) -> Hit | None:
        """The first one after a place."""
        index = bisect_left(self.starts, place)
        return self.hits[index] if index < len(self.hits) else None


def _is_tumours(page: Page, words: Words, shape: Patterns, each: Measure, things: Things) -> bool:
    """Is the tumour what is measured? The word nearest on the left in the clause, then right, then further left."""
    low, high = page.clause(each.start)
    before, after = things.before(each.start), things.after(each.end)
    here = before is not None and before.start >= low
    thing: Hit | None = before
    near = here and before is not None and page.text[before.end : each.start].strip(_SMALL) == ""
    if not here and after and after.start < min(high, each.end + _AFTER):
        thing, near = after, after.start - each.end < 12
    if thing and not _is_tumour(page, words, thing):
        return False
    left = page.text[max(low, each.start - 18) : each.start]
    if shape.distance.search(left) or shape.organ.search(left):
        return False
    return each.dimensions > 1 or near or _named(page, shape, each)


def _named(page: Page, shape: Patterns, each: Measure) -> bool:
    """Does a word such as 最大径 or "in diameter" stand beside it?"""
    left = page.text[max(0, each.start - 24) : each.start]
    return shape.after.match(page.text, each.end) is not None or shape.axis.search(left) is not None


def _is_tumour(page: Page, words: Words, thing: Hit) -> bool:
    return thing.tag == "tumour" and not _in_organ(page, words, thing)


@lru_cache(maxsize=8)
def _within_organ(words: Words) -> re.Pattern[str]:
    """肝右叶见 …: a lesion of that organ; 肝脏下方, 肾旁 are beside it."""
    inside = r"(?:[^,;。下后旁前外侧周间与和缘受压、\n]{0,10})"
    return re.compile(rf"(?:{words.any('size.organ', 'name')}){inside}$")


def _in_organ(page: Page, words: Words, thing: Hit) -> bool:
    low = max(page.clause(thing.start)[0], thing.start - 20)
    return _within_organ(words).search(page.text[low : thing.start]) is not None


def _axes_together(page: Page, found: list[Measure]) -> list[list[Measure]]:
    groups: list[list[Measure]] = []
    for each in found:
        last = groups[-1][-1] if groups else None
        if last and each.dimensions == 1 and page.sentence(each.start) == page.sentence(last.start):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _told(page: Page, shape: Patterns, group: list[Measure], method: str) -> Said | Unread:
    start, end = group[0].start, group[-1].end
    span = page.span(start, end)
    left = page.text[max(page.sentence(start)[0], start - 30) : start]
    if shape.earlier.search(left):
        return Unread(CONCEPT, span, _EARLIER)
    sizes = [each.value for each in group if each.value]
    if not sizes:
        return Unread(CONCEPT, span, _NO_UNIT)
    dimensions = sum(each.dimensions for each in group)
    about = "yes" if any(each.about for each in group) else None
    hedged = page.stance(start, end).hedged
    said = detail(method=method, dimensions=str(dimensions), approximate=about)
    return Said(CONCEPT, max(sizes, key=_extent), span, firmness(hedged), said)


def bare(page: Page, words: Words, method: str) -> Iterator[Said | Unread]:
    """A short value that is known to be the tumour's size."""
    shape = patterns(words)
    found = list(_measures(page, words, shape))
    if found:
        largest = max(found, key=lambda each: _extent(each.value) if each.value else (Decimal(-1), Decimal(0)))
        yield _told(page, shape, [largest], method)
