"""Tumour sizes: which of a report's measures are the tumour's, in centimetres (clinical.md §5.4).

A specimen, a biopsy core, a lymph node or an organ is never the tumour; a number without a unit is never guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from natars_fhir.domain.interval import Number
from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quantity import Amount, comparator, parsed, ranged
from natars_fhir.mapping.narrative.said import Said, Unread, firmness, scaled
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "tumour-size"
_NO_UNIT = "a tumour's dimensions have no unit"
_EARLIER = "an earlier measure, not the present one"
_OF_MM, _NOTHING, _ENDLESS = Decimal("0.1"), Decimal(0), Decimal("Infinity")
#: what may stand between a thing and its measure
_SMALL = " :约为(最大"
_BEFORE, _AFTER = 200, 60


class Patterns(NamedTuple):
    """What sizes look like."""

    #: a unit or a "by": no size is without one
    sign: re.Pattern[str]
    #: a number that may begin a size: quick to find
    likely: re.Pattern[str]
    number: re.Pattern[str]
    #: between two dimensions
    by: re.Pattern[str]
    axis: re.Pattern[str]
    after: re.Pattern[str]
    earlier: re.Pattern[str]
    distance: re.Pattern[str]
    within: re.Pattern[str]
    organ: re.Pattern[str]


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
    label = r"(?:\s*\([^()\d,]{1,10}\))?"
    near = {tag: words.any("size.near", tag) for tag in ("axis", "after", "earlier", "changed", "distance")}
    fill = (
        r"(?:[\s:=为是约大小仅至达(]|of|is|was|about|approximately|up to|with|to|a|the|in|最大|"
        + words.any("quantity.word", "below", "at-most", "above", "at-least", "about", "nearly")
        + ")*"
    )
    between = rf"\s{{0,3}}(?:{words.any('quantity.word', 'range')}\s{{0,3}}[0-9.]{{1,8}}\s{{0,3}})?"
    inside = r"(?:[^,;。下后旁前外侧周间与和缘受压、\n]{0,10})"
    follows = rf"{unit}|[x*]|by|\([^()\d,]{{1,10}}\)\s*(?:[x*]|by)"
    return Patterns(
        re.compile("|".join(map(re.escape, ("x", "*", "by", *chain(*words["quantity.length"].words.values()))))),
        re.compile(
            rf"[0-9]{{1,6}}(?:\.[0-9]{{1,4}})?{between}(?:{words.any('size.near', 'over')})?\s{{0,3}}(?:{follows})"
        ),
        re.compile(number),
        re.compile(rf"{label}\s*(?:[x*]|by)\s*(?=\d)"),
        re.compile(rf"{near['axis']}{fill}$"),
        re.compile(rf"\s*{near['after']}"),
        re.compile(rf"{near['earlier']}(?!.*{near['changed']})[^,;。]{{0,14}}$"),
        re.compile(rf"{near['distance']}[^,;。x*\d]{{0,10}}$"),
        re.compile(rf"(?:{words.any('size.organ', 'name')}){inside}$"),
        re.compile(
            rf"{words.any('size.organ', 'name')}(?:约|为|大小|体积|径线|最大|:|[一两1-9][枚个条段块]|measures|measuring|size|\s)*$"
        ),
    )


def read(page: Page, words: Words, method: str) -> list[Said | Unread]:
    """The tumour's sizes. Single axes belong to the size before them in the sentence: the largest counts."""
    shape = patterns(words)
    found = [each for each in _measures(page, words, shape) if not page.void(each.start)]
    if not found:
        return []
    things = _things_near(page, words, found)
    order = Things(things, [hit.start for hit in things])
    own = [each for each in found if _is_tumours(page, words, shape, each, order)]
    return [_told(page, words, group, method) for group in _axes_together(page, own)]


def _measures(page: Page, words: Words, shape: Patterns) -> list[Measure]:
    """Every "a x b x c" and every single number with a unit."""
    text = page.text
    measures: list[Measure] = []
    if shape.sign.search(text) is None:
        return measures
    done = 0
    for likely in shape.likely.finditer(text):
        start = likely.start()
        if start < done:
            continue
        pieces = _pieces(text, start, shape)
        if len(pieces) > 1 or (pieces and pieces[0][4]):
            done = pieces[-1].end()
            measures.append(_measure(comparator(text, start, words), pieces, words))
    return measures


def _pieces(text: str, start: int, shape: Patterns) -> list[re.Match[str]]:
    """Up to three numbers with "x" between them."""
    pieces = []
    found = shape.number.match(text, start)
    while found:
        pieces.append(found)
        by = shape.by.match(text, found.end()) if len(pieces) < 3 else None
        found = shape.number.match(text, by.end()) if by else None
    return pieces


def _measure(before: str, pieces: list[re.Match[str]], words: Words) -> Measure:
    """One measure, with the characters before its first number."""
    last = next((unit for piece in reversed(pieces) if (unit := piece[4])), None)
    bound = pieces[-1].lastgroup
    said = []
    for piece in pieces:
        low, high, over, unit = piece.group(1, 2, 3, 4)
        said.append(_dimension(before, low, high, "more" if over else bound, unit or last, words))
        before = ""
    sizes = [each.value for each in said if each.value]
    value = max(sizes, key=_extent) if sizes else None
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


def _extent(size: Number) -> tuple[Decimal, Decimal]:
    """Larger sizes last; an open end reaches beyond its bound."""
    return (_ENDLESS if size.high is None else size.high), size.low or _NOTHING


def _things_near(page: Page, words: Words, found: list[Measure]) -> list[Hit]:
    """Things that may be measured: not further than a few sentences before a measure, or in its clause after."""
    things: list[Hit] = []
    reached = 0
    for each in found:
        low, high = max(reached, each.start - _BEFORE), each.end + _AFTER
        things += page.find(words["size.thing"], low, high)
        reached = max(reached, high)
    return [hit for hit in things if hit.tag != "neutral"]


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
    if not here and before and before.tag == "core" and before.start >= page.sentence(each.start)[0]:
        return False  # a core's length, whatever is named after it
    if _is_elsewhere(page, words, each.start):
        return False
    if _is_others(page.text[max(low, each.start - 18) : each.start], words):
        return False
    return each.dimensions > 1 or near or _named(page, shape, each)


@lru_cache(maxsize=4096)
def _is_others(left: str, words: Words) -> bool:
    """Does what stands before a measure make it a distance, or an organ's?"""
    shape = patterns(words)
    return shape.distance.search(left) is not None or shape.organ.search(left) is not None


def _is_elsewhere(page: Page, words: Words, place: int) -> bool:
    """Is the last place that the sentence names before a measure one of the limbs or the body wall?"""
    low = max(page.sentence(place)[0], place - _AFTER)
    return _ends_elsewhere(page.text[low:place], words)


@lru_cache(maxsize=4096)
def _ends_elsewhere(left: str, words: Words) -> bool:
    found = words["size.place"].whole.find(left, left, 0, len(left))
    return bool(found) and found[-1].tag == "elsewhere"


@lru_cache(maxsize=4096)
def _is_earlier(left: str, words: Words) -> bool:
    """Does what stands before a measure make it one of another day?"""
    return patterns(words).earlier.search(left) is not None


def _named(page: Page, shape: Patterns, each: Measure) -> bool:
    """Does a word such as 最大径 or "in diameter" stand beside it?"""
    left = page.text[max(0, each.start - 24) : each.start]
    return shape.after.match(page.text, each.end) is not None or shape.axis.search(left) is not None


def _is_tumour(page: Page, words: Words, thing: Hit) -> bool:
    return thing.tag == "tumour" and not _in_organ(page, words, thing)


def _in_organ(page: Page, words: Words, thing: Hit) -> bool:
    low = max(page.clause(thing.start)[0], thing.start - 20)
    return _leads_into(page.text[low : thing.start], words)


@lru_cache(maxsize=4096)
def _leads_into(left: str, words: Words) -> bool:
    """肝右叶见 …: a lesion of that organ; 肝脏下方, 肾旁 are beside it."""
    return patterns(words).within.search(left) is not None


def _axes_together(page: Page, found: list[Measure]) -> list[list[Measure]]:
    groups: list[list[Measure]] = []
    for each in found:
        last = groups[-1][-1] if groups else None
        if last and each.dimensions == 1 and page.sentence(each.start) == page.sentence(last.start):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _told(page: Page, words: Words, group: list[Measure], method: str) -> Said | Unread:
    start, end = group[0].start, group[-1].end
    span = page.span(start, end)
    left = page.text[max(page.sentence(start)[0], start - 30) : start]
    if _is_earlier(left, words):
        return Unread(CONCEPT, span, _EARLIER)
    value, dimensions, about = group[0].value, 0, False
    for each in group:
        dimensions, about = dimensions + each.dimensions, about or each.about
        if each is not group[0] and each.value and (value is None or _extent(each.value) > _extent(value)):
            value = each.value
    if value is None:
        return Unread(CONCEPT, span, _NO_UNIT)
    said: Detail = ("dimensions", str(dimensions)), ("method", method)
    said = (("approximate", "yes"), *said) if about else said
    return Said(CONCEPT, value, span, firmness(page.hedged(start, end)), said)


def bare(page: Page, words: Words, method: str) -> Iterator[Said | Unread]:
    """A short value that is known to be the tumour's size."""
    shape = patterns(words)
    found = _measures(page, words, shape)
    if found:
        largest = max(found, key=lambda each: _extent(each.value) if each.value else (Decimal(-1), Decimal(0)))
        yield _told(page, words, [largest], method)
