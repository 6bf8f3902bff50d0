"""Course: what became of the treatments that a row of names tells: given, denied, planned, unclear.

The last word before them decides, or what stands right after. "No chemotherapy" denies for good only where nothing
narrows it (no *adjuvant* chemotherapy does not); what is proposed, or concluded in a meeting, is not yet given.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

_BEFORE, _AFTER, _ASIDE = 60, 28, 6
#: a denial that says of what right away, and those that may list other things first
_NEAR, _LISTS = 12, frozenset({"无", "否认", "denies", "denied", "no history of", "no"})


class Decision(NamedTuple):
    """What became of a row: given, denied, planned, unclear, or nothing that is said; and where the words before and
    after it say so, if they do."""

    word: str | None = None
    start: int | None = None
    end: int | None = None
    limited: bool = False


class Patterns(NamedTuple):
    """What stands around treatments."""

    through: re.Pattern[str]
    counted: re.Pattern[str]
    denied_after: re.Pattern[str]
    yes_after: re.Pattern[str]
    aspect: re.Pattern[str]
    topic: re.Pattern[str]
    meeting: re.Pattern[str]
    then: re.Pattern[str]
    limits: re.Pattern[str]
    past: re.Pattern[str]
    stopped: re.Pattern[str]
    listed: re.Pattern[str]
    refused: re.Pattern[str]


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    word = {tag: words.any("treatments.word", tag) for tag in words["treatments.word"].words}
    history = r"[\s:=(]*(?:治疗)?(?:史|history)?[\s:=(]*(?:was|were)?\s*"
    return Patterns(
        re.compile(rf"(?:\s|{word['through']})*"),
        re.compile(rf"\d{{1,3}}(?:\.\d)?\s?(?:余|多|[-~]\d{{1,2}})?\s?{word['counted']}"),
        re.compile(rf"{history}(?P<word>{words.any('treatments.after', 'denied')})(?![a-z效进反])(?!\s?\d)"),
        re.compile(rf"\s*(?:治疗)?(?:史|history)?\s*(?::|\()\s*{words.any('treatments.after', 'yes')}(?![a-z0-9])"),
        re.compile(rf"[\s(后药物治疗]*{word['aspect']}"),
        re.compile(rf"[\s(药物治疗的史]*{word['topic']}"),
        re.compile(rf"(?<![a-z]){word['meeting']}"),
        re.compile(rf"\s*{word['then']}"),
        re.compile(rf"(?<![a-z]){word['limits']}(?!\s?[a-z]{{0,2}}[0-9]+年)"),
        re.compile(rf"(?:19|20)\d\d(?:年|[-/.]\d|(?!\d))|{word['elapsed']}"),
        re.compile(rf"[\s,]*{word['stopped']}"),
        re.compile(rf"[、,/+]|{word['join']}"),
        re.compile(rf"[\s,;]*(?:但是?|后来?|而)?(?:患者|病人|家属)?(?:本人|自行|因\S{{1,8}})?\s?{word['refused']}"),
    )


def course(page: Page, words: Words, start: int, end: int) -> Decision:
    """What became of the treatments named between two places."""
    shape = patterns(words)
    decision = _decision(page, words, shape, start, end)
    return _less_certain(decision) if _is_proposed(page, shape, start) else decision


def _is_proposed(page: Page, shape: Patterns, place: int) -> bool:
    """Is it said after advice or a plan, or in a meeting's conclusion?"""
    low = page.sentence(place)[0]
    return page.void(place) or shape.meeting.search(page.text, low, place) is not None


def _less_certain(decision: Decision) -> Decision:
    """建议入组，行新辅助化疗后手术: what sounds given is proposed as well."""
    if decision.word == "given":
        return decision._replace(word="unclear")
    return decision._replace(limited=True)


class Around(NamedTuple):
    """What stands around a row: the clause's part before and after it, and what their words make of it."""

    low: int
    start: int
    end: int
    high: int
    left: str | None
    place: int | None
    right: str | None
    reach: int | None


def _decision(page: Page, words: Words, shape: Patterns, start: int, end: int) -> Decision:
    """By the last word before the row, and what stands right after it."""
    low = max(page.clause(start)[0], start - _BEFORE)
    high = min(page.clause(end)[1], end + _AFTER)
    around = Around(
        low, start, end, high, *_left(page, words, shape, low, start), *_right(page, words, shape, end, high)
    )
    left, right = around.left, around.right
    if left != "given" and shape.topic.match(page.text, end):
        return Decision()
    if left in ("planned", "advised") or right in ("planned", "unclear"):
        return _planned(page, shape, around)
    if "denied" in (left, right) or left == "limited":
        return _denied(page, shape, around)
    return _given(page, shape, around)


def _planned(page: Page, shape: Patterns, around: Around) -> Decision:
    """拟行放疗, 目前已完成10次 is no longer a plan alone."""
    if shape.stopped.match(page.text, around.high) and around.right != "denied":
        return Decision("unclear", around.place, around.reach)
    planned = around.right != "denied" and around.left != "advised" and "planned" in (around.left, around.right)
    return Decision("planned", around.place, around.reach) if planned else Decision()


def _denied(page: Page, shape: Patterns, around: Around) -> Decision:
    """Denied for good only where nothing narrows it."""
    if shape.aspect.match(page.text, around.end):
        return Decision()
    if around.right == "given":  # 否认化疗后不适: what is denied came after it
        return Decision("unclear", around.place, around.reach)
    after = around.right == "denied"
    narrowed = shape.limits.search(page.text, around.low, max(around.high, around.reach or 0)) is not None
    limited = narrowed or (around.left == "limited" and not after)
    return Decision("denied", around.place, around.reach if after else None, limited)


def _given(page: Page, shape: Patterns, around: Around) -> Decision:
    """Given for certain, or perhaps: an order, a plan told as if done, a date beside a name."""
    left, right, place, reach = around.left, around.right, around.place, around.reach
    if shape.refused.match(page.text, around.high):  # 予安罗替尼，未服用: prescribed, and perhaps never taken
        return Decision("unclear", place, reach)
    certain = Decision("given", place, reach)
    if left == "given" or right == "history":
        return certain
    if right == "given":
        # 新辅助化疗后手术: told, or to come?
        to_come = reach and page.text[reach - 1] == "后" and shape.then.match(page.text, reach)
        return Decision("unclear", place, reach) if to_come else certain
    if left == "begun":
        past = shape.past.search(page.text, page.sentence(around.start)[0], around.start)
        return certain if past or shape.stopped.match(page.text, around.high) else Decision("unclear", place, reach)
    # a date in its clause makes it a deed, if not a certain one: 2019年放疗
    return Decision("unclear") if shape.past.search(page.text, around.low, around.start) else Decision()


def _left(page: Page, words: Words, shape: Patterns, low: int, start: int) -> tuple[str | None, int | None]:
    """What the words before make of it, and where the deciding one stands: a denial of a kind is ``limited``."""
    state: str | None = None
    place, reached = start, low
    for hit in page.find(words["treatments.before"], low, start):
        if state in ("planned", "advised"):
            break
        goes_on = state == "denied" and hit.tag in ("given", "begun")
        if state == "given" and hit.tag == "begun":
            reached = hit.end  # 既往因乳腺癌行化疗: an earlier deed
            continue
        if goes_on and shape.through.fullmatch(page.text, reached, hit.start):
            reached = hit.end
        else:
            state, place, reached = hit.tag, hit.start, hit.end
    gap = start - reached
    far = gap > _NEAR and (
        state == "denied" or (state == "given" and gap > _NEAR * (1 + page.text[start - 1].isascii()))
    )
    if state is None or (far and page.text[place:reached].strip() not in _LISTS):
        return None, None
    if state == "denied":
        last = shape.listed.split(page.text[reached:start])[-1]
        return ("denied" if shape.through.fullmatch(last) else "limited"), place
    return state, place


def _right(page: Page, words: Words, shape: Patterns, end: int, high: int) -> tuple[str | None, int | None]:
    """What the words after make of it, and where they end."""
    denied = shape.denied_after.match(page.text, end, high + 1)
    if denied:
        return "denied", denied.end()
    if said := shape.yes_after.match(page.text, end, high + 1):
        return "given", said.end()
    hits = page.find(words["treatments.after"], end, high)
    for tag in ("planned", "unclear", "history", "given"):
        found = next((hit for hit in hits if hit.tag == tag), None)
        if found and (tag != "unclear" or found.start - end <= _ASIDE):
            return tag, found.end
    counted = shape.counted.search(page.text, end, high) or shape.counted.search(page.text, high, high + _AFTER // 2)
    if counted and (counted.start() <= high or page.text[high : counted.start()].strip(" ,共计x*") == ""):
        return "given", counted.end()
    return None, None
