"""Immunohistochemistry in free text: which markers, and what their results are (clinical.md §5.1 to §5.3).

Markers said together share a result: the one that follows them (``A、B均阳性``, ``A/B(+)``), else the one before them
(``positive for A and B``, ``Negative: A, B``). A name with no result is told as unread, never guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from natars_fhir.domain.record import Standing
from natars_fhir.mapping.narrative.groups import REACH, REGION, Group, groups
from natars_fhir.mapping.narrative.heads import heads
from natars_fhir.mapping.narrative.leads import befores
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.markers import Mention
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.stain import CLOSING, NOTHING, Part, Result, bracketed, parts, result, results
from natars_fhir.mapping.narrative.turns import in_turn
from natars_fhir.mapping.narrative.words import Words

_SENTENCE_WORDS = ("pending", "not-done", "not-interpretable", "equivocal")
_HAN = re.compile("[\u4e00-\u9fff]")
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
_NO_RESULT = "a marker is named, and no result can be read"


def read(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> list[Said | Unread]:
    """Every stain's result in the text."""
    if not mentioned:
        return []
    leading, headed = befores(page, words, mentioned), heads(page, words, mentioned)
    own = None if leading or headed else listed(page, words, mentioned)
    if own is not None:
        found: list[Said | Unread] = [*own]
    else:
        leading |= {index: head.before for index, head in headed.items()}
        closes = {index: head.close for index, head in headed.items()}
        found = [
            said
            for group in groups(page, mentioned, leading, closes)
            if not page.void(group.members[0].start)
            for said in _results(page, words, group)
        ]
    if page.amended:
        found += _corrections(page, words, mentioned)
    return found


def listed(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> list[Said] | None:
    """The usual list: every name with a result in brackets of its own. None for any other text."""
    found: list[Said] = []
    moved, voids, doubts = bool(page.normal.starts), page.voids, page.doubts
    for member in mentioned:
        concept, start, end, gene, own = member
        first, told = bracketed(concept, own, words) if own and not gene else NOTHING
        if not told:
            return None
        if voids and (page.void(start) or page.void(end + first - 1)):
            continue
        for value, length, standing, said in told:
            high = end + length
            if doubts and standing == "final" and _is_doubted(page, words, member, high):
                standing = "hedged"
            span = page.span(start, high) if moved else (start, high)
            found.append(_new(Said, (concept, value, span, standing, said)))
    return found


def _is_valued(text: str, words: Words) -> bool:
    """Does it say a result?"""
    found = parts(text, words)
    return bool(found) and found[0].value is not None


def _results(page: Page, words: Words, group: Group) -> list[Said | Unread]:
    text = page.text[group.low : page.until_void(group.low, group.high)]
    found = parts(text, words)
    valued = bool(found) and found[0].value is not None
    if page.voids and valued and page.void(group.low + found[0].end - 1):
        return []
    before = group.before
    if before is not None and before.tag == "asked":
        valued, before = valued and not found[0].mere, None
    if valued:
        return _after(page, words, group, before, text)
    if group.close and not found and _HAN.search(text):  # words that nobody understands
        return [Unread(each.concept, page.span(each.start, each.end), _NO_RESULT) for each in _distinct(group.members)]
    if before is not None and before.tag != "none-of":
        return _from_before(page, words, group, before, found)
    return _from_sentence(page, words, group)


def _after(page: Page, words: Words, group: Group, before: Hit | None, text: str) -> list[Said | Unread]:
    """The result that follows; after ``positive for A, B negative`` it belongs to the last alone."""
    shared = group.members
    said: list[Said | Unread] = []
    if len(shared) > 1 and (told := _in_turn(page, words, group, text)) is not None:
        return told
    denied = before is not None and before.tag == "none-of"
    if before is not None and not denied and len(shared) > 1:
        said = _from_before(page, words, group._replace(members=shared[:-1]), before, ())
        shared = shared[-1:]
    for member in _distinct(shared):
        for each in results(member.concept, text, words, denied):
            said.append(_one(page, words, member, each, member.start, group.low + each.end))
    return said


def _in_turn(page: Page, words: Words, group: Group, text: str) -> list[Said | Unread] | None:
    """A、B分别为阳性、阴性: each its own, or told as unread. None where all share one result."""
    sentence = page.text[group.low : min(page.sentence(group.low)[1], group.low + REACH)]
    found = in_turn(text, sentence, len(group.members), words)
    if found is None:
        return None
    if not found:
        return [Unread(each.concept, page.span(each.start, each.end), _NO_RESULT) for each in group.members]
    told = [(each, result(each.concept, part, words)) for each, part in zip(group.members, found, strict=True)]
    return [_one(page, words, each, one, each.start, group.low + one.end) for each, one in told]


def _from_before(
    page: Page, words: Words, group: Group, before: Hit, qualifying: tuple[Part, ...]
) -> list[Said | Unread]:
    if page.void(before.start):
        return []
    ahead = parts(page.text[max(page.clause(before.start)[0], before.start - 20) : before.start], words)
    qualities = ahead[-1].qualities if ahead and ahead[-1].value is None else {}
    said: list[Said | Unread] = []
    unsure = page.doubts and _heads_doubt(page, before, group.close)
    for member in _distinct(group.members):
        part = Part(before.tag, doubted=unsure, qualities=qualities)
        if qualifying and member.end == group.members[-1].end:
            part = part.merged(qualifying[0])
        told = result(member.concept, part, words)
        said.append(_one(page, words, member, told, before.start, group.low + part.end if part.end else 0))
    return said


def _heads_doubt(page: Page, before: Hit, close: int) -> bool:
    """Do the words before a result, or behind the bracket that its markers stand in, doubt it? The markers stand in
    clauses of their own."""
    if page.before(before.start).hedged:
        return True
    return close > 0 and (page.after(close).hedged or page.afterthought(close).hedged)


def _from_sentence(page: Page, words: Words, group: Group) -> list[Said | Unread]:
    """Awaited, not done, not readable or not certain may be said later in the sentence."""
    high = min(page.sentence(group.low)[1], group.low + REACH)
    hits = page.find(words["results.word"], group.low, high)
    later = next((hit for hit in hits if hit.tag in _SENTENCE_WORDS), None)
    members = _distinct(group.members)
    if later is None:
        return [Unread(member.concept, page.span(member.start, member.end), _NO_RESULT) for member in members]
    if page.void(later.start):
        return []
    told = [(member, result(member.concept, Part(later.tag), words)) for member in members]
    return [_one(page, words, member, each, member.start, later.end) for member, each in told]


def _distinct(members: tuple[Mention, ...]) -> Sequence[Mention]:
    """One a concept: ``鼠双微体2(MDM2)`` is one marker."""
    if len(members) == 1:
        return members
    return list({member.concept: member for member in reversed(members)}.values())[::-1]


def _one(page: Page, words: Words, member: Mention, told: Result, low: int, high: int) -> Said:
    """One result, from the marker's name or what stands before it to its closing bracket."""
    start, end = min(low, member.start), max(high, member.end)
    if (closing := CLOSING.match(page.text, end)) and page.text.find("(", member.end, end) >= 0:
        end = closing.end()
    standing: Standing = "pending" if told.awaited else firmness(told.doubted or _is_doubted(page, words, member, end))
    return Said(member.concept, told.value, page.span(start, end), standing, told.detail)


def _is_doubted(page: Page, words: Words, member: Mention, end: int) -> bool:
    """By the words around it; a doubt about a tumour named in between is not about the stain."""
    if not page.doubts:
        return False
    if page.after(end).hedged or page.afterthought(end).hedged:
        return True
    if not page.before(member.start).hedged:
        return False
    tumours = page.find(words["histology.name"], page.clause(member.start)[0], member.start)
    return page.before(member.start, tumours[-1].end).hedged if tumours else True


def _corrections(page: Page, words: Words, mentioned: tuple[Mention, ...]) -> Iterator[Said]:
    """``MDM2由阴性更正为阳性``: the marker before the correcting word, the result after it."""
    starts = [each.start for each in mentioned]
    for cue in page.cues:
        if cue.tag != "becomes":
            continue
        index = bisect_left(starts, cue.start)
        following = starts[index] if index < len(starts) else len(page.text)
        region = REGION.match(page.text, cue.end, cue.end + REACH)
        high = region.end() if region else cue.end
        if not index or following < high or cue.start - mentioned[index - 1].end > 60 or mentioned[index - 1].gene:
            continue
        text, member = page.text[cue.end : high], mentioned[index - 1]
        if _is_valued(text, words):
            for each in results(member.concept, text, words):
                yield _one(page, words, member, each, member.start, cue.end + each.end)


def bare(page: Page, words: Words, concept: str) -> Iterator[Said]:
    """A short value of a marker that is known already: ``阳性(+++)``."""
    member = Mention(concept, 0, 0)
    for each in results(concept, page.text, words):
        yield _one(page, words, member, each, 0, each.end)
