"""Histological grade: FNCLCC within 1 to 3, and other grades under another name (clinical.md §3.2, §5.5)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.interval import Interval, Number, number
from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

FNCLCC, OTHER = "fnclcc-grade", "histologic-grade"
_AHEAD, _HIGHER = 20, 30
#: how far before a scheme its grade begins, and how far the sum of its components reaches
_BEHIND, _SUMMED = 24, 90
#: so much around a scheme is remembered
_SHORT = 160
#: after these nothing before bounds what follows
_APART = frozenset({"", *",;:()。\n"})
_NO_SCHEME: Detail = (("scheme", "unknown"),)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_LEVELS = {(low, high): Interval(Decimal(low), Decimal(high)) for high in (1, 2, 3) for low in range(1, high + 1)}
_NOT_A_GRADE = "FNCLCC is named, and no grade from 1 to 3 can be read"
#: "2 of 3", "2/3"; but 2/3级 may be either
_OF_THREE = re.compile(r"(?:of\s*|/\s*)(?:3|iii)$")
_ADDED = re.compile(r"(?<!\d)\d\s?\+\s?\d\s?\+\s?\d\s?=\s?(\d)(?!\d)")
_LEVEL = r"(?:(?<![a-fh-z])(?:iii|ii|iv|i)(?![a-z])|[0-9](?!\d|\.\d|%))"


class Patterns(NamedTuple):
    """What grades look like."""

    level: re.Pattern[str]
    after: re.Pattern[str]
    before: re.Pattern[str]
    alone: re.Pattern[str]
    of_three: re.Pattern[str]
    components: re.Pattern[str]
    total: re.Pattern[str]
    #: a score that ends here is one component's
    part: re.Pattern[str]
    not_graded: re.Pattern[str]
    #: what says that the grade may be a higher one
    higher: tuple[str, ...]
    underrated: tuple[str, ...]
    #: every word for a grade holds one of these
    signs: tuple[str, ...]
    #: bounds that may stand before the scheme, and what may stand between
    least: tuple[str, ...]
    most: tuple[str, ...]
    fillers: tuple[str, ...]


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    word = words.any("grade.word", "grade")
    least, most = words.any("quantity.word", "at-least", "above"), words.any("quantity.word", "at-most")
    bound = rf"(?:(?P<least>{least})|(?P<most>{most}))?\s*(?:grade\s+)?"
    span, bounds = words.any("quantity.word", "range"), words["quantity.word"].words
    level = (
        rf"{bound}(?P<g>g)?\s*(?P<low>{_LEVEL})(?:\s*级)?"
        rf"(?:\s*(?:{span}|/|或|or|of|out of)\s*(?P<to>g)?(?P<high>{_LEVEL}))?"
        r"(?P<unit>\s*级)?(?P<up>\s*(?:及以上|或以上|以上))?(?!\s*(?:分|个|/|\+|mm|cm|hpf|-\d|\.\d|(?:级\s?)?[:=(]?\s?\d\s?[-~]\s?\d\s?分))"
    )
    added = r"\d\s?\+\s?\d\s?\+\s?\d(?:\s?=\s?\d)?\s?分?"
    scheme, level_word = words.any("grade.mark", "fnclcc"), words.any("grade.mark", "high", "intermediate", "low")
    said = rf"the|of|{word}|{scheme}|{level_word}|标准|采用|按|system|grading|criteria|score|评分"
    lead = rf"(?:[\s:,()=为是即系统法组织学肿瘤]|{said})*?"
    either = words.any("grade.word", "score")
    part = {tag: words.any("grade.word", tag) for tag in ("differentiation", "mitoses", "necrosis")}
    points = r"\s*[:=为]?\s*\(?\s*(\d)\s*(?:分|points?)?\)?"
    join = r"[\s,+、;]*"
    return Patterns(
        re.compile(rf"(?<![\d.a-z]){level}"),
        re.compile(rf"{scheme}{lead}(?:{added}{lead})?{level}"),
        re.compile(rf"(?:{word}\s*[:为]?\s*)?{level}\s*[,(]*\s*{scheme}"),
        re.compile(rf"{word}\s*[:为是]*\s*{level}"),
        re.compile(r"grade\s*:?\s*(?P<low>iii|ii|i|[1-3])\s*(?:of|out of|/)\s*(?:3|iii)(?![\d级])"),
        re.compile(
            rf"{part['differentiation']}{points}{join}{part['mitoses']}{points}{join}{part['necrosis']}{points}"
            r"(?:\s*[=,:，]?\s*(?:总分|合计|共|total|score|:|为|=|\s)*(\d)\s*(?:分|points?|\)|$))?"
        ),
        re.compile(
            rf"{either}(?:\s|:|为|=|of|是|\(\d\s*\+\s*\d\s*\+\s*\d\s*=?|\d\s*\+\s*\d\s*\+\s*\d\s*=)*\s*(\d)\s*(?:分|points?|\)|$|,|。)"
        ),
        re.compile(rf"(?:{part['differentiation']}|{part['mitoses']}|{part['necrosis']})\s?$"),
        re.compile(rf"{scheme}[^,;。\n]{{0,12}}{words.any('grade.word', 'not-graded')}"),
        words["grade.word"].words["higher"],
        words["grade.word"].words["underrated"],
        _shortest(words["grade.word"].words["grade"]),
        (*bounds["at-least"], *bounds["above"]),
        bounds["at-most"],
        (" of", " is", " a", " an", " the"),
    )


def _shortest(words: tuple[str, ...]) -> tuple[str, ...]:
    """Those that hold no other."""
    return tuple(word for word in words if not any(other in word for other in words if other != word))


def read(page: Page, words: Words) -> Iterator[Said | Unread]:
    """FNCLCC grades, grades of no known scheme, and words such as 高级别."""
    shape = patterns(words)
    marks = page.find(words["grade.mark"])
    taken: list[tuple[int, int]] = []
    higher = _higher_places(page, shape) if marks else ()
    for hit in marks:
        if hit.tag == "fnclcc" and not page.void(hit.start) and not (taken and hit.start < taken[-1][1]):
            span, told = _fnclcc(page, words, hit, higher)
            taken.append((span[0], max(span[1], page.sentence(hit.start)[1])))
            yield told
        elif hit.tag in ("high", "intermediate", "low") and not page.void(hit.start):
            stance = page.stance(hit.start, hit.end)
            if not stance.denied:
                span = page.span(hit.start, hit.end)
                yield Said(OTHER, hit.tag, span, firmness(stance.hedged), _NO_SCHEME)
    if page.amended:
        yield from _corrections(page, shape, marks)
    if any(sign in page.text for sign in shape.signs):
        yield from _alone(page, shape, marks, taken)


def _corrections(page: Page, shape: Patterns, marks: list[Hit]) -> Iterator[Said]:
    """FNCLCC分级由2级更正为3级: the scheme before the correcting word, the grade right after it."""
    for cue in page.cues:
        low = page.sentence(cue.start)[0]
        if cue.tag == "becomes" and any(hit.tag == "fnclcc" and low <= hit.start < cue.start for hit in marks):
            found = shape.level.match(page.text, cue.end + (page.text[cue.end : cue.end + 1] in (" ", ":")))
            value = _level(found) if found else None
            if found and value and not page.void(found.start()):
                yield _said(page, value, (cue.start, found.end()), None)


def may_be_told(page: Page, words: Words) -> bool:
    """May it tell a grade of any kind?"""
    if "grade.mark" in page.found:
        return True
    shape = patterns(words)
    return [sign for sign in shape.signs if sign in page.text] != [] and shape.alone.search(page.text) is not None


def may_be_higher(page: Page, words: Words) -> bool:
    """May it say that a grade told elsewhere is too low?"""
    shape = patterns(words)
    return any(word in page.text for word in (*shape.higher, *shape.underrated))


class Scheme(NamedTuple):
    """What stands at a scheme's name: its grade and where that stands, if any; the sum of components, and its end."""

    value: Number | None
    start: int
    end: int
    total: int | None
    reach: int


def _fnclcc(
    page: Page, words: Words, hit: Hit, higher: tuple[int, ...] | None
) -> tuple[tuple[int, int], Said | Unread]:
    """The grade by the scheme's name, else by the sum of its components, and how far it reaches."""
    shape = patterns(words)
    value, start, end, total, reach = _scheme_at(page, words, hit)
    known = start >= 0
    span = (start, end) if known else (hit.start, max(reach, hit.end))
    if value is not None and value.high is not None and _is_bound_above(page, higher, span[1]):
        value = _LEVELS[int(value.low or 1), 3]  # a biopsy that may have missed the worst part
    bound = _bound_before(page, shape, min(start, hit.start)) if value is not None and known else None
    if value is not None and bound:
        value, span = _bounded(value, bound[0]), (bound[1], span[1])
    if value is None and total is not None:
        value, span = _of_sum(total), (hit.start, reach)
    if value is None:
        return span, Unread(FNCLCC, page.span(hit.start, hit.end), _NOT_A_GRADE)
    return span, _said(page, value, (min(span[0], hit.start), max(span[1], hit.end)), total)


def _scheme_at(page: Page, words: Words, hit: Hit) -> Scheme:
    """What stands at a scheme's name; the same words around it are read once. No word of a grade holds a full stop or
    a semicolon, so that nothing reaches beyond those."""
    low, high = page.sentence(hit.start)
    low = max(low, hit.start - _BEHIND)
    ends = [place for sign in "。;" if (place := page.text.find(sign, hit.end)) >= 0]
    first = min(low, 1)  # with the sign before it, which may belong to a word
    low -= first
    around = page.text[low : min(ends, default=len(page.text))]
    read = _scheme if len(around) <= _SHORT else _scheme.__wrapped__
    found = read(around, first, hit.start - low, hit.end - low, min(high, hit.start + _SUMMED) - low, words)
    if not low:
        return found
    start = found.start + low if found.start >= 0 else -1
    return Scheme(found.value, start, found.end + low, found.total, found.reach + low if found.reach else 0)


@lru_cache(maxsize=4096)
def _scheme(text: str, first: int, start: int, end: int, high: int, words: Words) -> Scheme:
    shape = patterns(words)
    found = _stated(text, shape, first, start, end)
    total, reach = _sum(text, shape, start, high)
    low, to = found.span() if found else (-1, -1)
    return Scheme(_level(found) if found else None, low, to, total, reach)


def _stated(text: str, shape: Patterns, first: int, start: int, end: int) -> re.Match[str] | None:
    """The grade after the scheme's name, else right before it."""
    if shape.not_graded.match(text, start):
        return None
    after = shape.after.match(text, start)
    if after:
        return after
    return next((found for found in shape.before.finditer(text, first, end) if found.end() >= end), None)


def _level(found: re.Match[str]) -> Number | None:
    """An interval within 1 to 3; None for a grade that FNCLCC does not have."""
    said = found.groupdict()
    low = high = _number(said["low"])
    if said.get("high") and not _OF_THREE.search(found.string, found.start("low"), found.end()):
        high = _number(said["high"])
    low, high = min(low, high), max(low, high)
    if not 1 <= low <= high <= 3:
        return None
    if said.get("least") or said.get("up"):
        high = 3
    if said.get("most"):
        low = 1
    return _LEVELS[low, high]


def _higher_places(page: Page, shape: Patterns) -> tuple[int, ...] | None:
    """Where the text says that a grade may be a higher one; None where it says so of all of them."""
    if any(word in page.text for word in shape.underrated):
        return None
    found = (word for word in shape.higher if page.doubts and word in page.text)
    return tuple(place.start() for word in found for place in re.finditer(word, page.text))


def _is_bound_above(page: Page, higher: tuple[int, ...] | None, end: int) -> bool:
    """…, 不排除更高级别: in the same sentence, and near."""
    if not higher:
        return higher is None
    high = min(page.sentence(end)[1], end + _HIGHER)
    return any(end <= place < high for place in higher)


def _bound_before(page: Page, shape: Patterns, start: int) -> tuple[str, int] | None:
    """At least FNCLCC grade 2: which bound stands right before the scheme, and where."""
    if page.text[start - 1 : start] in _APART:
        return None
    before = page.text[max(0, start - _AHEAD) : start].rstrip(" 为是")
    for filler in shape.fillers:
        before = before.removesuffix(filler)
    for bound, words in (("least", shape.least), ("most", shape.most)):
        if before.endswith(words):
            word = next(word for word in words if before.endswith(word))
            return bound, max(0, start - _AHEAD) + len(before) - len(word)
    return None


def _bounded(value: Number, bound: str) -> Number:
    low, high = (int(end) if end is not None else at for end, at in ((value.low, 1), (value.high, 3)))
    return _LEVELS[(low, 3) if bound == "least" else (1, high)]


def _number(text: str) -> int:
    return _ROMAN.get(text) or int(text)


def _sum(text: str, shape: Patterns, start: int, high: int) -> tuple[int | None, int]:
    """The sum of the components, as said or as added up, within the sentence, and where it ends."""
    parts = shape.components.search(text, start, high)
    if parts:
        added = sum(int(parts[group]) for group in (1, 2, 3))
        return (int(parts[4]) if parts[4] else added), parts.end()
    totals = shape.total.finditer(text, start, high)
    total = next((each for each in totals if not shape.part.search(text, start, each.start())), None)
    if total is None and text.find("+", start, high) >= 0:
        total = _ADDED.search(text, start, high)
    return (int(total[1]), total.end()) if total else (None, 0)


def _of_sum(total: int) -> Number | None:
    """clinical.md §3.2: 2-3 is grade 1, 4-5 grade 2, 6-8 grade 3."""
    if not 2 <= total <= 8:
        return None
    return number(1 if total <= 3 else 2 if total <= 5 else 3)


def _said(page: Page, value: Number, reach: tuple[int, int], total: int | None) -> Said:
    said: Detail = (("scheme", "fnclcc"),)
    if total is not None:
        said = (*said, ("sum", number(total)))
    return Said(FNCLCC, value, page.span(*reach), firmness(page.hedged(*reach)), said)


def _alone(page: Page, shape: Patterns, marks: list[Hit], taken: list[tuple[int, int]]) -> Iterator[Said]:
    """G2, 组织学分级2级: a grade whose scheme is not said; "grade 2 of 3" is FNCLCC's."""
    starts = [hit.start for hit in marks]
    for found in shape.alone.finditer(page.text):
        start, end = found.span()
        if start and page.text[start].isascii() and page.text[start - 1].isascii() and page.text[start - 1].isalnum():
            continue
        near = marks[bisect_left(starts, start - 24) : bisect_left(starts, end + 24)]
        if any(low - 30 <= start < high for low, high in taken[-8:] + taken[:8]) or page.void(start):
            continue
        three = shape.of_three.match(page.text, start)
        value = _level(three) if three else None
        if value:
            yield _said(page, value, (start, three.end() if three else end), None)
        elif not any(hit.tag in ("other", "fnclcc") for hit in near) and 1 <= _number(found["low"]) <= 4:
            hedged = page.hedged(start, end)
            level = number(_number(found["low"]))
            yield Said(OTHER, level, page.span(start, end), firmness(hedged), _NO_SCHEME)


def bare(page: Page, words: Words) -> Said | None:
    """A short value of a grade that is known to be FNCLCC: ``2级``, ``G2``, ``II``, ``grade 2 of 3``."""
    shape = patterns(words)
    text = page.text.strip()
    found = shape.of_three.search(text) or shape.level.search(text)
    value = _level(found) if found else None
    return _said(page, value, (0, len(page.text)), None) if value else None
