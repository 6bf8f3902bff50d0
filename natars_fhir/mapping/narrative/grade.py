"""Histological grade: FNCLCC within 1 to 3, and other grades under another name (clinical.md §3.2, §5.5)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from natars_fhir.domain.interval import Number, number
from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.quoted import is_quoted, is_regraded
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.scheme import LEVELS, Patterns, degree, level, patterns, scheme_at
from natars_fhir.mapping.narrative.words import Words

FNCLCC, OTHER = "fnclcc-grade", "histologic-grade"
_AHEAD, _HIGHER = 20, 30
#: of so many words for grades in one sentence the schemes are read
_NAMED = 6
#: after these nothing before bounds what follows
_APART = frozenset({"", *",;:()。\n"})
_NO_SCHEME: Detail = (("scheme", "unknown"),)
_NOT_A_GRADE = "FNCLCC is named, and no grade from 1 to 3 can be read"


def read(page: Page, words: Words) -> Iterator[Said | Unread]:
    """FNCLCC grades, grades of no known scheme, and words such as 高级别."""
    shape = patterns(words)
    marks = page.find(words["grade.mark"])
    schemes: list[tuple[int, Said | Unread]] = []
    taken: list[tuple[int, int]] = []
    reached = again = 0
    higher = _higher_places(page, shape) if marks else ()
    for hit in marks:
        again = again + 1 if taken and hit.start < taken[-1][1] else 0
        if hit.tag == "fnclcc" and not page.void(hit.start) and hit.start >= reached and again < _NAMED:
            span, told = _fnclcc(page, words, hit, higher)
            if again and (
                isinstance(told, Unread)
                or told.value in [each.value for _, each in schemes[-_NAMED:] if isinstance(each, Said)]
            ):
                continue  # the scheme named once more in its sentence says something only where it says otherwise
            reached = span[1]
            taken.append((span[0], max(span[1], page.sentence(hit.start)[1])))
            schemes.append((hit.start, told))
        elif hit.tag in ("high", "intermediate", "low") and not page.void(hit.start):
            stance = page.stance(hit.start, hit.end)
            if not stance.denied:
                span = page.span(hit.start, hit.end)
                yield Said(OTHER, hit.tag, span, firmness(stance.hedged), _NO_SCHEME)
    yield from _own_first(page, words, schemes)
    if page.amended:
        yield from _corrections(page, shape, marks)
    if any(sign in page.text for sign in shape.signs):
        yield from _alone(page, shape, marks, taken)


def _own_first(page: Page, words: Words, schemes: list[tuple[int, Said | Unread]]) -> Iterator[Said | Unread]:
    """外院FNCLCC 1级，本院会诊2级: what another hospital thought is doubted where this one's word stands beside it."""
    quoted = [is_quoted(page, words, place) for place, _ in schemes]
    for (place, told), of_other in zip(schemes, quoted, strict=True):
        doubted = of_other and (not all(quoted) or is_regraded(page, words, place))
        yield told._replace(standing="hedged") if doubted and isinstance(told, Said) else told


def _corrections(page: Page, shape: Patterns, marks: list[Hit]) -> Iterator[Said]:
    """FNCLCC分级由2级更正为3级: the scheme before the correcting word, the grade right after it."""
    for cue in page.cues:
        low = page.sentence(cue.start)[0]
        if cue.tag == "becomes" and any(hit.tag == "fnclcc" and low <= hit.start < cue.start for hit in marks):
            found = shape.level.match(page.text, cue.end + (page.text[cue.end : cue.end + 1] in (" ", ":")))
            value = level(found) if found else None
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


def _fnclcc(
    page: Page, words: Words, hit: Hit, higher: tuple[int, ...] | None
) -> tuple[tuple[int, int], Said | Unread]:
    """The grade by the scheme's name, else by the sum of its components, and how far it reaches."""
    shape = patterns(words)
    value, start, end, total, reach = scheme_at(page, words, hit)
    known = start >= 0
    span = (start, end) if known else (hit.start, max(reach, hit.end))
    if value is not None and value.high is not None and _is_bound_above(page, higher, span[1]):
        value = LEVELS[int(value.low or 1), 3]  # a biopsy that may have missed the worst part
    bound = _bound_before(page, shape, min(start, hit.start)) if value is not None and known else None
    if value is not None and bound:
        value, span = _bounded(value, bound[0]), (bound[1], span[1])
    if value is None and total is not None:
        value, span = _of_sum(total), (hit.start, reach)
    if value is None:
        return span, Unread(FNCLCC, page.span(hit.start, hit.end), _NOT_A_GRADE)
    return span, _said(page, value, (min(span[0], hit.start), max(span[1], hit.end)), total)


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
    return LEVELS[(low, 3) if bound == "least" else (1, high)]


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
        value = level(three) if three else None
        if value:
            yield _said(page, value, (start, three.end() if three else end), None)
        elif not any(hit.tag in ("other", "fnclcc") for hit in near) and 1 <= degree(found["low"]) <= 4:
            hedged = page.hedged(start, end)
            said = number(degree(found["low"]))
            yield Said(OTHER, said, page.span(start, end), firmness(hedged), _NO_SCHEME)


def bare(page: Page, words: Words) -> Said | None:
    """A short value of a grade that is known to be FNCLCC: ``2级``, ``G2``, ``II``, ``grade 2 of 3``."""
    shape = patterns(words)
    text = page.text.strip()
    found = shape.of_three.search(text) or shape.level.search(text)
    value = level(found) if found else None
    return _said(page, value, (0, len(page.text)), None) if value else None
