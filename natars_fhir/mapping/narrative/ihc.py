"""Immunohistochemistry in free text: which markers, and what their results are (clinical.md §5.1 to §5.3).

Markers said together share a result: the one that follows them (``A、B均阳性``, ``A/B(+)``), else the one before them
(``positive for A and B``, ``Negative: A, B``). A name with no result is told as unread, never guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.record import Standing, detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.markers import Mention
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, Unread
from natars_fhir.mapping.narrative.stain import Part, parts
from natars_fhir.mapping.narrative.words import Words

#: between markers that share a result
_AND = re.compile(r"\)?\s*(?:(?:[、,/&]|和|及|与|以及|and\b|or\b|as well as\b)\s*)*")
#: what follows a marker up to the end of its clause; brackets are read through, one within another too
_REGION = re.compile(r"(?:[^,;。、\n()!?.]|\.(?=\d)|\((?:[^()\n]|\([^()\n]{0,40}\)){0,80}\))*(?:\([^(),;。、\n]{0,8})?")
_SHARE_NEXT = re.compile(r",\s*[^,;。、\n\d()]{0,6}\d{1,3}(?:\.\d)?(?:\s?[-~]\s?\d{1,3})?\s?%(?=\s*(?:[,;。、)\n.]|$))")
_SENTENCE_WORDS = ("pending", "not-done", "not-interpretable")
_CLOSING = re.compile(r" {0,2}\)")
_REACH = 160
_NO_RESULT = "a marker is named, and no result can be read"


class Group(NamedTuple):
    """Markers side by side; the result region after them; the word before them that may be their result."""

    members: tuple[Mention, ...]
    low: int
    high: int
    before: Hit | None


def read(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Said | Unread]:
    """Every stain's result in the text."""
    for group in _groups(page, words, mentioned):
        if not page.void(group.members[0].start):
            yield from _results(page, words, group)
    yield from _corrections(page, words, mentioned)


def _groups(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Group]:
    befores = _befores(page, words, mentioned) if mentioned else {}
    ends = sorted(hit.start for hit in befores.values())
    inherited: Hit | None = None
    reached = -1
    for index, size in _runs(page, mentioned, befores):
        members = mentioned[index : index + size]
        following = mentioned[index + size].start if index + size < len(mentioned) else len(page.text)
        low = members[-1].end
        place = bisect_left(ends, low)
        limit = min([following, *ends[place : place + 1]])
        high = _region_end(page, low, limit)
        own = befores.get(index)
        if own is None and inherited and _continues(page.text[reached : members[0].start]):
            own = inherited
        inherited, reached = own, high
        if not members[0].gene:
            yield Group(members, low, high, own)


def _runs(page: Page, mentioned: tuple[Mention, ...], befores: dict[int, Hit]) -> Iterator[tuple[int, int]]:
    """Index and length of each run of markers with nothing but "and" between them."""
    start = 0
    for index in range(1, len(mentioned) + 1):
        if index < len(mentioned) and index not in befores and _together(page, *mentioned[index - 1 : index + 1]):
            continue
        yield start, index - start
        start = index


def _together(page: Page, left: Mention, right: Mention) -> bool:
    gap = page.text[left.end : right.start]
    if len(gap) > 12 or left.gene != right.gene:
        return False
    return _AND.fullmatch(gap) is not None


def _continues(gap: str) -> bool:
    return len(gap) <= 8 and _AND.fullmatch(gap) is not None


def _befores(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> dict[int, Hit]:
    """For each marker that a result word leads up to, that word."""
    found: dict[int, Hit] = {}
    reached = 0
    for index, each in enumerate(mentioned):
        for hit in page.find(words["results.before"], max(reached, each.start - 48), each.start):
            if _lead(words).fullmatch(page.text, hit.end, each.start):
                found[index] = hit
        reached = each.end
    return found


@lru_cache(maxsize=8)
def _lead(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?:[\s:]|{words.any('results.filler', 'before')})*")


def _region_end(page: Page, low: int, limit: int) -> int:
    text = page.text
    limit = min(limit, low + _REACH)
    found = _REGION.match(text, low + 1 if text[low : low + 1] == ")" else low, limit)
    high = found.end() if found else low
    share = _SHARE_NEXT.match(text, high, limit)
    if share:
        return share.end()
    # a dash or a plus right before the next letter joins two names, unless that name has a sign as well
    if high == limit and high > low and text[high - 1] in "+-" and text[high : high + 1].isalnum():
        sign_follows = re.match(r"[a-z0-9]+\s?[+\-±](?![a-z0-9])", text[high : high + 20])
        return high if text[high - 1] == "+" and sign_follows else high - 1
    return high


def _results(page: Page, words: Words, group: Group) -> Iterator[Said | Unread]:
    found = parts(page.text[group.low : group.high], words)
    valued = bool(found) and found[0].value is not None
    if valued and page.void(group.low + found[0].end - 1):
        return
    asked = group.before is not None and group.before.tag == "asked"
    if asked:
        valued, group = valued and not found[0].mere, group._replace(before=None)
    if valued:
        yield from _after(page, words, group, found)
    elif group.before and group.before.tag != "none-of":
        yield from _from_before(page, words, group, group.before, found)
    else:
        yield from _from_sentence(page, words, group)


def _after(page: Page, words: Words, group: Group, found: tuple[Part, ...]) -> Iterator[Said | Unread]:
    """The result that follows; after ``positive for A, B negative`` it belongs to the last alone."""
    shared = group.members
    before = group.before
    if before and before.tag == "none-of":
        found = tuple(_denied(part) for part in found)
    elif before and len(shared) > 1:
        yield from _from_before(page, words, group._replace(members=shared[:-1]), before, ())
        shared = shared[-1:]
    for member in _distinct(shared):
        yield from _said(page, words, member, found, group.low)


def _denied(part: Part) -> Part:
    """ "No expression of": the word that would be positive is what is not there."""
    flips = part.worded and part.value == "positive"
    return replace(part, value="negative") if flips else part


def _from_before(
    page: Page, words: Words, group: Group, before: Hit, qualifying: tuple[Part, ...]
) -> Iterator[Said | Unread]:
    if page.void(before.start):
        return
    ahead = parts(page.text[max(page.clause(before.start)[0], before.start - 20) : before.start], words)
    qualities = ahead[-1].qualities if ahead and ahead[-1].value is None else {}
    for member in _distinct(group.members):
        last = member.end == group.members[-1].end
        part = Part(before.tag, qualities=qualities)
        if last and qualifying:
            part = part.merged(qualifying[0])
        start = min(before.start, member.start)
        yield _one(page, words, member, part, (start, max(member.end, group.low + part.end if part.end else 0)))


def _from_sentence(page: Page, words: Words, group: Group) -> Iterator[Said | Unread]:
    """Awaited, not done or not readable may be said later in the sentence."""
    high = min(page.sentence(group.low)[1], group.low + _REACH)
    later = next((hit for hit in page.find(words["results.word"], group.low, high) if hit.tag in _SENTENCE_WORDS), None)
    for member in _distinct(group.members):
        if later and not page.void(later.start):
            yield _one(page, words, member, Part(later.tag), (member.start, later.end))
        elif not later:
            yield Unread(member.concept, page.span(member.start, member.end), _NO_RESULT)


def _distinct(members: tuple[Mention, ...]) -> list[Mention]:
    """One a concept: ``鼠双微体2(MDM2)`` is one marker."""
    return list({member.concept: member for member in reversed(members)}.values())[::-1]


def _said(page: Page, words: Words, member: Mention, found: tuple[Part, ...], low: int) -> Iterator[Said]:
    """The tumour's own result first, then those of other cells."""
    own = [part for part in found if part.cells in (None, "tumour")]
    others = [part for part in found if part.cells not in (None, "tumour")]
    nuclear = [part for part in own if part.qualities.get("compartment") == "nuclear"]
    if own:
        part = (nuclear or own)[0]
        if nuclear and part.value == "negative" and len(own) > 1:
            part = replace(part, value="equivocal")
        yield _one(page, words, member, part, (member.start, low + part.end))
    elif any(part.cells == "internal-control" and part.value == "positive" for part in others):
        # only the vessels or the control stained: the tumour did not (clinical.md §5.1)
        end = low + max(part.end for part in others)
        yield _one(page, words, member, Part("negative", cells="tumour"), (member.start, end))
    for part in others:
        yield _one(page, words, member, part, (member.start, low + part.end))


def _one(page: Page, words: Words, member: Mention, part: Part, reach: tuple[int, int]) -> Said:
    value, reason = _value(member.concept, part, words)
    start, end = min(reach[0], member.start), max(reach[1], member.end)
    closing = _CLOSING.match(page.text, end) if "(" in page.text[member.end : end] else None
    end = closing.end() if closing else end
    said = detail(**part.qualities, cell_scope=part.cells, percent=part.percent, reason=reason)
    return Said(member.concept, value, page.span(start, end), _standing(page, words, member, part, end), said)


def _value(concept: str, part: Part, words: Words) -> tuple[str, str | None]:
    """The contract's word for a part, with what held it back."""
    lists = words["markers.compartment"].words
    value = part.value or "equivocal"
    if value == "not-interpretable":
        return "equivocal", value
    elsewhere = part.qualities.get("compartment") in ("cytoplasmic", "membranous")
    if value == "positive" and elsewhere and concept in lists["nuclear"]:
        return "equivocal", "not-nuclear"
    little = part.unsigned and part.percent is not None and part.percent.low == 0
    if value == "positive" and little and concept not in lists["index"]:
        return "equivocal", "may-be-none"
    return value, None


def _standing(page: Page, words: Words, member: Mention, part: Part, end: int) -> Standing:
    if part.value == "pending":
        return "pending"
    hedged = part.doubted or page.after(end).hedged
    if not hedged and page.before(member.start).hedged:
        # a doubt about a tumour named in between is not about the stain
        low = page.clause(member.start)[0]
        tumours = [hit.end for hit in page.find(words["histology.name"], low, member.start)]
        hedged = page.before(member.start, tumours[-1]).hedged if tumours else True
    return "hedged" if hedged else "final"


def _corrections(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Said]:
    """``MDM2由阴性更正为阳性``: the marker before the correcting word, the result after it."""
    starts = [each.start for each in mentioned]
    for cue in page.cues:
        if cue.tag != "becomes":
            continue
        index = bisect_left(starts, cue.start)
        following = starts[index] if index < len(starts) else len(page.text)
        region = _REGION.match(page.text, cue.end, cue.end + _REACH)
        high = region.end() if region else cue.end
        if not index or following < high or cue.start - mentioned[index - 1].end > 60 or mentioned[index - 1].gene:
            continue
        found = parts(page.text[cue.end : high], words)
        if found and found[0].value is not None:
            yield from _said(page, words, mentioned[index - 1], found, cue.end)


def bare(page: Page, words: Words, concept: str) -> Iterator[Said]:
    """A short value of a marker that is known already: ``阳性(+++)``."""
    yield from _said(page, words, Mention(concept, 0, 0, False), parts(page.text, words), 0)
