"""Mitoses and necrosis: counts, shares, and the bounds that words give (clinical.md §3.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.interval import Interval, Number, number
from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.fractions import PERCENT, SHARED, Around, Near, fraction
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quantity import amount, comparator, measured, ranged
from natars_fhir.mapping.narrative.said import Kind, Said, firmness, scaled
from natars_fhir.mapping.narrative.words import Words

MITOSES, NECROSIS = "mitoses-per-10hpf", "necrosis-percent"
PER_TEN = "{mitoses}/10.[HPF]"
#: ten fields are taken as two square millimetres (clinical.md §3.1)
_TO_NECROSIS = re.compile(
    r"[^\d%]{0,10}|[^\d%a-z]{0,4}的?(?:肿瘤|瘤体|区域)[^\d%a-z]{0,6}"
    r"|\s?of (?:the )?(?:tumou?r|mass|lesion|specimen)(?: volume| area| surface)? (?:is|was|shows|showed|appears) ?"
)
_TAKES_UP = re.compile(
    r"\s*(?:(?:坏死|其)?(?:面积|范围|区域|比例)?(?:大?约)?占?(?:整个|全部|总)?(?:肿瘤|瘤体|瘤组织|切面)?(?:组织)?"
    r"(?:总?面积|体积|范围)?的?(?:大?约)?|(?:comprising|occupying|involving|constituting|accounting for) ?)\s*"
)
#: between what compares a share and the share: 小于肿瘤的10%
_OF_WHOLE = re.compile(r"(?:整个|全部|总)?(?:肿瘤|瘤体|瘤组织|切面)(?:组织)?(?:总?面积|体积|范围)?的?$")
_TO_WHOLE = 12
_SHARE_OF = re.compile("占|comprising|occupying|involving|constituting|accounting")
_FIELDS, _AREA = Decimal(10), Decimal(2)
#: how far before a name fields may be counted, and what compares the number before that
_LEFT, _COMPARED = 20, 17
_RARE = Interval(Decimal(0), Decimal(3), unit=PER_TEN)
_FREQUENT = Interval(Decimal(1), None, unit=PER_TEN)
_SOME = Interval(Decimal(0), None, low_open=True, unit=PER_TEN)
_NONE = number(0, PER_TEN)
_NECROTIC = Interval(Decimal(0), Decimal(100), low_open=True, unit=PERCENT)
_EXTENSIVE = Interval(Decimal(10), Decimal(100), unit=PERCENT)


class Patterns(NamedTuple):
    """Counts on fields or areas, and shares."""

    per_field: re.Pattern[str]
    fields_first: re.Pattern[str]
    share: re.Pattern[str]
    #: right after a share: that or more, that or less
    bound: re.Pattern[str]
    mitotic: dict[str, re.Pattern[str]]
    necrotic: dict[str, re.Pattern[str]]


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    field, area = words.any("counts.mitoses", "field"), words.any("counts.mitoses", "area")
    unit = rf"(?P<many>\d{{1,3}}(?:\.\d{{1,2}})?)?\s*个?\s*(?:(?P<field>{field})|(?P<area>{area}))(?![a-z])"
    named, count = words.any("counts.name", "mitoses"), ranged(words, ends=("?P<low>", "?P<high>"))
    tags = {tag: words.any("quantity.word", f"or-{tag}") for tag in ("more", "less")}
    bound = rf"(?:(?P<more>{tags['more']})|(?P<less>{tags['less']}))"
    last = bound.replace("?P<", "?P<last_")
    return Patterns(
        re.compile(rf"{count}\s*\)?\s*(?:个|枚|{named})?{bound}?\s*(?:/|每|per|in|\()\s*{unit}(?:\s?{last})?"),
        re.compile(rf"(?:每|in|per)?\s*{unit}\s*(?:内|中|视野)?[^,;。\d]{{0,8}}{count}\s*个"),
        re.compile(rf"{ranged(words, r'%?')}\s*%"),
        re.compile(rf"\s?{bound}"),
        {tag: re.compile(words.any("counts.mitoses", tag)) for tag in ("rare", "frequent", "seen", "none")},
        {tag: re.compile(words.any("counts.necrosis", tag)) for tag in ("extensive", "seen", "none")},
    )


def read(page: Page, words: Words, kind: Kind) -> list[Said]:
    """Mitoses per ten fields and the share of necrosis, of reports that may tell them."""
    if kind not in words["counts.from"].words["microscope"]:
        return []
    names = page.find(words["counts.name"])
    if page.voids:
        names = [hit for hit in names if not page.void(hit.start)]
    if not names:
        return []
    told: list[tuple[int, Said | None]] = []
    for sort, reader in (("mitoses", _mitoses), ("necrosis", _necrosis)):
        own = [hit for hit in names if hit.tag == sort]
        for index, hit in enumerate(own):
            following = own[index + 1].start if index + 1 < len(own) else len(page.text)
            previous = own[index - 1].end if index else 0
            told.append((hit.start, reader(page, words, hit, (previous, following))))
    return _counted(page, [(place, each) for place, each in told if each])


def alone(page: Page, words: Words, kind: Kind, last: bool) -> list[Said] | None:
    """The same where nothing beyond its clause bears upon it: of one name with its count or share right beside it, or
    one that is denied in the *last* clause. None for any other text."""
    names = page.find(words["counts.name"])
    if len(names) != 1:
        return None
    shape, [(start, end, sort)] = patterns(words), names
    own, reach = (shape.per_field, 40) if sort == "mitoses" else (shape.share, 20)
    beside = own.search(page.text, end, min(page.clause(end)[1], end + reach))
    if not beside and not (last and page.stance(start, end).denied):
        return None
    told = read(page, words, kind)
    return None if _NECROTIC in [each.value for each in told] else told


def _counted(page: Page, told: list[tuple[int, Said]]) -> list[Said]:
    """That necrosis is seen says nothing more where its share is told in the same sentence."""
    shares = [(place, each) for place, each in told if each.concept == NECROSIS and each.value != _NECROTIC]
    near = {page.sentence(place) for place, each in shares if each.standing == "final"}
    return [each for place, each in told if each.value != _NECROTIC or page.sentence(place) not in near]


_NOWHERE = Near(None, 0, 0)


def _around(page: Page, hit: Hit, low: int, high: int, reach: int) -> tuple[int, Around]:
    """A name with what may bear upon it, and where that begins in the text."""
    first = max(0, min(low, hit.start - _LEFT) - _COMPARED)
    text = page.text[first : max(reach, high) + SHARED]
    denied = page.stance(hit.start, hit.end).denied
    return first, Around(text, hit.start - first, hit.end - first, low - first, high - first, reach - first, denied)


def _mitoses(page: Page, words: Words, hit: Hit, reach: tuple[int, int]) -> Said | None:
    """A count near the name, else what the words beside it bound."""
    high = min(page.sentence(hit.end)[1], hit.end + 40, reach[1])
    low, end = page.clause(hit.start)
    low = max(low, reach[0], hit.start - 24)
    first, around = _around(page, hit, low, high, min(end, reach[1], hit.end + 14))
    return _said(page, MITOSES, first, _mitotic(around, words))


@lru_cache(maxsize=4096)
def _mitotic(around: Around, words: Words) -> Near:
    text, start, end, low, high, _, _ = around
    shape = patterns(words)
    counted = shape.per_field.search(text, end, high) or shape.per_field.search(text, low, high)
    counted = counted or shape.fields_first.search(text, max(low, start - _LEFT), high)
    if counted:
        return Near(_per_ten(text, counted, words), min(start, counted.start()), max(end, counted.end()))
    return _bounded(around, low, around.reach, shape.mitotic, _MITOTIC)


_MITOTIC = {"rare": _RARE, "frequent": _FREQUENT, "none": _NONE, "seen": _SOME}
_NECROTIC_WORDS = {"none": number(0, PERCENT), "extensive": _EXTENSIVE, "seen": _NECROTIC}


def _per_ten(text: str, found: re.Match[str], words: Words) -> Number | None:
    low, high, many, field = found.group("low", "high", "many", "field")
    said = found.groupdict()
    bound = next((tag for tag in ("more", "less") if said.get(tag) or said.get(f"last_{tag}")), None)
    return _bounded_by(
        bound, _count(comparator(text, found.start("low"), words), low, high, many, field is not None, words), None
    )


def _bounded_by(bound: str | None, value: Number | None, most: Decimal | None) -> Number | None:
    """50%以上, 10%以下, 4个以上: that or more, up to *most*; that or less."""
    if value is None or bound is None:
        return value
    if bound == "more":
        return Interval(value.low, most, value.low_open, unit=value.unit)
    return Interval(Decimal(0), value.high, high_open=value.high_open, unit=value.unit)


@lru_cache(maxsize=4096)
def _count(before: str, low: str, high: str | None, many: str | None, field: bool, words: Words) -> Number | None:
    """A count on so many fields, or so much area, as one on the whole."""
    count, _ = measured(before, low, high, words, PER_TEN)
    whole, fields = _FIELDS if field else _AREA, Decimal(many or 1)
    if count is None or not fields:
        return None
    return count if fields == whole else scaled(count, whole / fields, PER_TEN)


def _necrosis(page: Page, words: Words, hit: Hit, reach: tuple[int, int]) -> Said | None:
    """A share beside the name, else what the words beside it bound."""
    low, high = page.clause(hit.start)
    low, high = max(low, reach[0], hit.start - 24), min(high, reach[1], hit.end + 20)
    first, around = _around(page, hit, low, high, high)
    return _said(page, NECROSIS, first, _necrotic(around, words))


@lru_cache(maxsize=4096)
def _necrotic(around: Around, words: Words) -> Near:
    text, start, end, low, high, _, _ = around
    shape = patterns(words)
    share = None
    if text.find("%", low, high + SHARED) >= 0:
        share = shape.share.search(text, end, high)
        share = share or _share_next(text, words, shape, end, high) or _share_before(text, shape, low, start)
    if not share:
        part = None if around.denied else fraction(around, words)
        return part or _bounded(around, low, min(high, end + 10), shape.necrotic, _NECROTIC_WORDS)
    whole = _OF_WHOLE.search(text, max(0, share.start() - _TO_WHOLE), share.start())
    before = comparator(text, whole.start() if whole else share.start(), words)
    value, said = measured(before, share[1], share[2], words, PERCENT, 100)
    if not value or value.high is None or value.high > 100:
        return _NOWHERE
    bound = shape.bound.match(text, share.end())
    last = bound.end() if bound else share.end()
    value = _bounded_by(bound.lastgroup if bound else None, value, Decimal(100))
    return Near(value, min(start, share.start() - said.lead), max(end, last), said.about)


def _share_next(text: str, words: Words, shape: Patterns, low: int, high: int) -> re.Match[str] | None:
    """A share that is the whole of the next clause: "necrosis present, about 30%", 可见坏死，约占55%."""
    found = shape.share.search(text, high, high + SHARED) if text[high : high + 1] == "," else None
    if found is None:
        return None
    lead = amount(text, found.start(), found[1], found[2], words).lead
    compared = lead and not text[high + 1 : found.start() - lead].strip()
    if low == high and not compared and not _SHARE_OF.search(text, high + 1, found.start() - lead):
        return None  # 坏死, Ki-67 30%: whose share is it? 坏死, <10% is its own
    return found if _TAKES_UP.fullmatch(text, high + 1, found.start() - lead) else None


def _share_before(text: str, shape: Patterns, low: int, start: int) -> re.Match[str] | None:
    """约20%坏死, "20% necrosis"."""
    found = list(shape.share.finditer(text, low, start))
    if not found or not _TO_NECROSIS.fullmatch(text, found[-1].end(), start):
        return None
    return found[-1]


def _bounded(around: Around, low: int, high: int, shape: dict[str, re.Pattern[str]], values: dict[str, Number]) -> Near:
    """What the words before or after the name make of it. "None" before it may reach over a list."""
    text, start, end = around.text, around.start, around.end
    before, after = text[low:start], text[end:high]
    if around.denied or shape["none"].match(after.strip(" :,为是均was")):
        place = _last(shape["none"], before)
        return Near(values["none"], *((low + place, end) if place is not None else (start, high)))
    for tag, value in values.items():
        if tag == "none":
            continue
        right = shape[tag].search(after)
        left = _last(shape[tag], before[-14:])
        if right:
            return Near(value, start, end + right.end())
        if left is not None:
            return Near(value, max(low, start - 14) + left, end)
    return _NOWHERE


def _last(shape: re.Pattern[str], text: str) -> int | None:
    place = None
    for found in shape.finditer(text):
        place = found.start()
    return place


def _said(page: Page, concept: str, first: int, near: Near) -> Said | None:
    """A value in the text; *first* is where the stretch begins in which it was read."""
    if not near.value:
        return None
    said: Detail = (("approximate", "yes"),) if near.about else ()
    start, end = near.start + first, near.end + first
    return Said(concept, near.value, page.span(start, end), firmness(page.hedged(start, end)), said)


def bare_mitoses(page: Page, words: Words) -> Said | None:
    """A short value: ``5/10HPF``, 罕见, or a plain number per ten fields."""
    shape = patterns(words)
    found = shape.per_field.search(page.text)
    value = _per_ten(page.text, found, words) if found else None
    value = value or _plain(page.text, words, PER_TEN, None) or _worded(page.text, shape.mitotic, _MITOTIC)
    return Said(MITOSES, value, page.span(0, len(page.text))) if value else None


def bare_necrosis(page: Page, words: Words) -> Said | None:
    """A short value: ``20%``, 无, or a plain number of percent."""
    value = _plain(page.text, words, PERCENT, 100) or _worded(page.text, patterns(words).necrotic, _NECROTIC_WORDS)
    if value is None or (value.high is not None and value.high > 100):
        return None
    return Said(NECROSIS, value, page.span(0, len(page.text)))


def _plain(text: str, words: Words, unit: str, ceiling: int | None) -> Number | None:
    found = re.search(ranged(words, r"%?\s*"), text)
    if found is None:
        return None
    return amount(text, found.start(1), found[1], found[2], words).number(unit, ceiling=ceiling)


def _worded(text: str, forms: dict[str, re.Pattern[str]], values: dict[str, Number]) -> Number | None:
    return next((values[tag] for tag in ("none", *values) if forms[tag].search(text)), None)
