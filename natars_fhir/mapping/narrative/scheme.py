"""Scheme: what stands at a grading scheme's name: the grade, the sum of its components (clinical.md §3.2, §5.5)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

#: how far before a scheme its grade begins, and how far the sum of its components reaches
_BEHIND, _SUMMED = 24, 90
#: so much around a scheme is remembered
_SHORT = 160
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "一": 1, "二": 2, "三": 3}
LEVELS = {(low, high): Interval(Decimal(low), Decimal(high)) for high in (1, 2, 3) for low in range(1, high + 1)}
#: "2 of 3", "2/3"; but 2/3级 may be either
_OF_THREE = re.compile(r"(?:of\s*|/\s*)(?:3|iii)$")
_ADDED = re.compile(r"(?<!\d)\d\s?\+\s?\d\s?\+\s?\d\s?=\s?(\d)(?!\d)")
_LEVEL = (
    r"(?:(?<![a-fh-z])(?:iii|ii|iv|i)(?![a-z])|[0-9](?!\d|\.\d|%)|(?<![第十])[一二三](?=\s?级(?![分法系评制手医护甲])))"
)


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
    scheme, level_word = (
        _names(words["grade.mark"].words["fnclcc"]),
        words.any("grade.mark", "high", "intermediate", "low"),
    )
    of_three = "三级(?=[分法评系)])"
    said = rf"the|of|{word}|{scheme}|{level_word}|{of_three}|标准|采用|按|法|评|system|grading|criteria|score|评分"
    lead = rf"(?:[\s:,()=\-约为是即系统法组织学肿瘤]|{said})*?"
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


def _names(schemes: tuple[str, ...]) -> str:
    """A pattern for a scheme's names, the longest first; the grade that is written to one (FNCLCC2) is none of it."""
    names = sorted({re.escape(name) for name in schemes if not name[-1].isdigit()}, key=lambda name: (-len(name), name))
    return "(?:" + "|".join(names) + ")"


def _shortest(words: tuple[str, ...]) -> tuple[str, ...]:
    """Those that hold no other."""
    return tuple(word for word in words if not any(other in word for other in words if other != word))


class Scheme(NamedTuple):
    """What stands at a scheme's name: its grade and where that stands, if any; the sum of components, and its end."""

    value: Number | None
    start: int
    end: int
    total: int | None
    reach: int


def scheme_at(page: Page, words: Words, hit: Hit) -> Scheme:
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
    return Scheme(level(found) if found else None, low, to, total, reach)


def _stated(text: str, shape: Patterns, first: int, start: int, end: int) -> re.Match[str] | None:
    """The grade after the scheme's name, else right before it."""
    if shape.not_graded.match(text, start):
        return None
    after = shape.after.match(text, start)
    if after:
        return after
    return next((found for found in shape.before.finditer(text, first, end) if found.end() >= end), None)


def level(found: re.Match[str]) -> Number | None:
    """An interval within 1 to 3; None for a grade that FNCLCC does not have."""
    said = found.groupdict()
    low = high = degree(said["low"])
    if said.get("high") and not _OF_THREE.search(found.string, found.start("low"), found.end()):
        high = degree(said["high"])
    low, high = min(low, high), max(low, high)
    if not 1 <= low <= high <= 3:
        return None
    if said.get("least") or said.get("up"):
        high = 3
    if said.get("most"):
        low = 1
    return LEVELS[low, high]


def degree(text: str) -> int:
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
