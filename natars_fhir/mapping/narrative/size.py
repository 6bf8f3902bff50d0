"""Tumour sizes: which of a report's measures are the tumour's, in centimetres (clinical.md §5.4).

A specimen, a biopsy core, a lymph node or an organ is never the tumour; a number without a unit is never guessed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.measures import Measure, Patterns, extent, measures, patterns
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "tumour-size"
_NO_UNIT = "a tumour's dimensions have no unit of length"
_ELSEWHERE = "the measure of a lesion elsewhere"
_EARLIER = "an earlier measure, not the present one"
#: what may stand between a thing and its measure
_SMALL = " :约为(最大"
#: the same where the thing ends the clause before: 左腹膜后肿块，约18cm
_ALONE = " ,约"
_BEFORE, _AFTER = 200, 60


def found(page: Page, words: Words) -> list[Measure]:
    """Everything that is measured."""
    return [each for each in measures(page, words) if not page.void(each.start)]


def read(page: Page, words: Words, method: str, found: list[Measure]) -> list[Said | Unread]:
    """The tumour's sizes among what was *found*. Single axes belong to the size before them in the sentence: the
    largest counts."""
    if not found:
        return []
    shape = patterns(words)
    order = _things_near(page, words, found)
    own = [each for each in found if _is_tumours(page, words, shape, each, order)]
    others: list[Measure] = []
    if page.may_hold(words["sites.elsewhere"]):
        others = [each for each in own if _is_elsewhere(page, words, each.start)]
    told: list[Said | Unread] = [Unread(CONCEPT, page.span(each.start, each.end), _ELSEWHERE) for each in others]
    here = [each for each in own if each not in others] if others else own
    return told + [_told(page, words, group, method) for group in _axes_together(page, here)]


def leans(page: Page, words: Words, found: list[Measure]) -> bool:
    """Is the thing of any measure not named before it, so that it may be one of an earlier sentence?"""
    return bool(found) and _things_near(page, words, found).before(found[0].start) is None


def _things_near(page: Page, words: Words, found: list[Measure]) -> Things:
    """Things that may be measured: not further than a few sentences before a measure, or in its clause after."""
    things: list[Hit] = []
    reached = 0
    for each in found:
        low, high = max(reached, each.start - _BEFORE), each.end + _AFTER
        things += page.find(words["size.thing"], low, high)
        reached = max(reached, high)
    things = [hit for hit in things if hit.tag != "neutral"]
    return Things(things, [hit.start for hit in things])


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
    near = before is not None and page.text[before.end : each.start].strip(_SMALL if here else _ALONE) == ""
    if not here and after and after.start < min(high, each.end + _AFTER):
        thing, near = after, after.start - each.end < 12
    if thing and not _is_tumour(page, words, thing):
        return False
    sentence = page.sentence(each.start)[0]
    if (before is None or before.start < sentence) and shape.of_organ.match(page.text, sentence):
        return False  # 肾脏一个，大小12×6×5cm: the sentence is about an organ, and names no tumour yet
    if not here and before and before.tag == "core" and before.start >= sentence:
        return False  # a core's length, whatever is named after it
    if each.dimensions == 1 and shape.organ_next.match(page.text, each.end):
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
    """Is the last part of the body that the sentence names before a measure another one than the tumour's?"""
    low = max(page.sentence(place)[0], place - _AFTER)
    named = page.find(words["sites.elsewhere"], low, place)
    return bool(named) and not page.find(words["sites.here"], named[-1].end, place)


@lru_cache(maxsize=4096)
def _is_earlier(left: str, words: Words) -> bool:
    """Does what stands before a measure make it one of another day?"""
    return patterns(words).earlier.search(left) is not None


def _named(page: Page, shape: Patterns, each: Measure) -> bool:
    """Does a word such as 最大径 or "in diameter" stand beside it?"""
    left = page.text[max(0, each.start - 24) : each.start]
    if page.amended and any(cue.tag == "becomes" and 0 <= each.start - cue.end <= 1 for cue in page.cues):
        return True
    return shape.after.match(page.text, each.end) is not None or shape.axis.search(left) is not None


def _is_tumour(page: Page, words: Words, thing: Hit) -> bool:
    return thing.tag == "tumour" and not _in_organ(page, words, thing)


def _in_organ(page: Page, words: Words, thing: Hit) -> bool:
    low = max(page.clause(thing.start)[0], thing.start - 20)
    if page.text[thing.end : thing.end + 1] == " " and patterns(words).lies_in.match(page.text, thing.end):
        return True
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
        if each is not group[0] and each.value and (value is None or extent(each.value) > extent(value)):
            value = each.value
    if value is None:
        return Unread(CONCEPT, span, _NO_UNIT)
    said: Detail = ("dimensions", str(dimensions)), ("method", method)
    said = (("approximate", "yes"), *said) if about else said
    return Said(CONCEPT, value, span, firmness(page.hedged(start, end)), said)


def bare(page: Page, words: Words, method: str) -> Iterator[Said | Unread]:
    """A short value that is known to be the tumour's size."""
    found = measures(page, words)
    if found:
        largest = max(found, key=lambda each: extent(each.value) if each.value else (Decimal(-1), Decimal(0)))
        yield _told(page, words, [largest], method)
