"""Treatments in words: drugs, chemotherapy and radiotherapy, given, refused, never given or planned.

clinical.md §2.1 (I-05 to I-07), §2.2 (E-05), §4.7. Treatments in a row are told alike. The last word before them
decides, or what stands right after. "No chemotherapy" denies for good only where nothing narrows it (no *adjuvant*
chemotherapy does not). What nothing decides is told, so that a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.words import TREATMENTS, Words

DRUG, RADIOTHERAPY = "antineoplastic-drug", "radiotherapy"
_BEFORE, _AFTER, _ROW, _ASIDE = 60, 28, 14, 6
#: a denial that says of what right away, and those that may list other things first
_NEAR, _LISTS = 12, frozenset({"无", "否认", "denies", "denied", "no history of", "no"})
_UNDECIDED = "a treatment is named, and whether it was given is not said"
_KINDS: dict[str, tuple[str, ...]] = {
    "immunotherapy": ("immunotherapy",),
    "any": ("unclear",),
    "targeted": ("targeted",),
    "anthracycline": ("anthracycline", "chemotherapy"),
    "regimen": ("anthracycline", "chemotherapy", "ifosfamide"),
}
_CHEMOTHERAPY = "chemotherapy-unspecified"
#: who had none of these may have had others of their kind
_PARTS = frozenset({"anthracycline", "regimen"})
_SPOKEN_OF_OTHERS = frozenset({"relative", "differential"})


class Treatment(NamedTuple):
    """One treatment named: its word, its classes, and whether a denial of it denies its whole kind."""

    hit: Hit
    name: str
    classes: tuple[str, ...]
    generic: bool


class Decision(NamedTuple):
    """What became of a row: given, denied, planned, unclear, or nothing that is said; and where the words before and
    after it say so, if they do."""

    word: str | None = None
    start: int | None = None
    end: int | None = None
    limited: bool = False


class Patterns(NamedTuple):
    """What stands between treatments and after them."""

    join: re.Pattern[str]
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


@lru_cache(maxsize=8)
def patterns(words: Words) -> Patterns:
    """Compiled for one set of word lists."""
    word = {tag: words.any("treatments.word", tag) for tag in words["treatments.word"].words}
    history = r"[\s:=(]*(?:治疗)?(?:史|history)?[\s:=(]*(?:was|were)?\s*"
    return Patterns(
        re.compile(rf"(?:[\s、/+&()]|(?<=[a-z0-9]),|{word['join']})*"),
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
    )


def read(page: Page, words: Words) -> Iterable[Said | Unread]:
    """Every treatment of the text."""
    return _read(page, words, hits) if (hits := page.find(words[TREATMENTS])) else ()


def _read(page: Page, words: Words, hits: list[Hit]) -> Iterator[Said | Unread]:
    shape = patterns(words)
    for row in _rows(page, shape, [each for hit in hits for each in _treatments(hit)]):
        whose = _whose(page, row[0].hit.start)
        if whose != "other":
            decision = _decision(page, words, shape, row) if whose == "patient" else Decision()
            if _is_proposed(page, shape, row[0].hit.start):
                decision = _less_certain(decision)
            for each in row:
                if decision.word != "planned" or each.name != RADIOTHERAPY:
                    yield _told(page, each, decision)


def _treatments(hit: Hit) -> Iterator[Treatment]:
    """What a name stands for: drugs by their names in drugs.toml, kinds of treatment by the tag of their list."""
    name, _, classes = hit.tag.partition(" ")
    if classes:
        yield Treatment(hit, name, tuple(sorted(classes.split("+"))), name.endswith("-unspecified"))
    elif name in _KINDS:
        yield Treatment(hit, "unspecified", _KINDS[name], name not in _PARTS)
    elif name == "chemotherapy":
        yield Treatment(hit, _CHEMOTHERAPY, (name,), True)
    else:
        yield Treatment(hit, RADIOTHERAPY, (), True)
        if name == "chemoradiotherapy":
            yield Treatment(hit, _CHEMOTHERAPY, ("chemotherapy",), True)


def _rows(page: Page, shape: Patterns, found: list[Treatment]) -> Iterator[list[Treatment]]:
    """Treatments with nothing but joining words between them; the kind that a drug's name is followed by is its own."""
    row: list[Treatment] = []
    for each in found:
        gap = each.hit.start - row[-1].hit.end if row else 0
        if row and not (
            gap <= _ROW and shape.join.fullmatch(page.text, row[-1].hit.end, max(each.hit.start, row[-1].hit.end))
        ):
            yield row
            row = []
        between = page.text[row[-1].hit.end : each.hit.start] if row else ""
        if (
            row
            and each.generic
            and not row[-1].generic
            and not set(between) & set("、,/+及和与或&")
            and " " not in between.strip()
        ):
            row[-1] = row[-1]._replace(hit=row[-1].hit._replace(end=each.hit.end))
        else:
            row.append(each)
    if row:
        yield row


def _whose(page: Page, place: int) -> str:
    """``patient``; ``other``: a relative's, a possible tumour's, a corrected report's; ``unclear``: told after one."""
    tags = {cue.tag for cue in page.cues if page.clause(place)[0] <= cue.start < page.clause(place)[1]}
    if not page.void(place):
        return "patient"
    if not tags.isdisjoint(_SPOKEN_OF_OTHERS):
        return "other"
    low, high = page.sentence(place)
    around = {cue.tag for cue in page.cues if low <= cue.start < high}
    if "relative" in around:
        return "unclear"  # 父母体健，未行化疗: whose?
    return "other" if "advice" not in around else "patient"


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


def _decision(page: Page, words: Words, shape: Patterns, row: list[Treatment]) -> Decision:
    """By the last word before the row, and what stands right after it."""
    start, end = row[0].hit.start, row[-1].hit.end
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


def _told(page: Page, each: Treatment, decision: Decision) -> Said | Unread:
    """A value for what was decided, else that it was not."""
    word, start, end = decision.word, decision.start, decision.end
    low, high = each.hit.start if start is None else start, each.hit.end if end is None else end
    if word is None and (each.generic or page.void(each.hit.start)):
        concept = RADIOTHERAPY if each.name == RADIOTHERAPY else DRUG
        return Unread(concept, page.span(each.hit.start, each.hit.end), _UNDECIDED)
    span, doubtful = page.span(low, high), page.hedged(low, high)
    if each.name == RADIOTHERAPY:
        value = {"given": "present", "denied": "absent"}.get(word or "", "suspected")
        doubtful = doubtful or value == "suspected" or (decision.limited and value == "absent")
        return Said(RADIOTHERAPY, value, span, firmness(doubtful))
    if word == "denied" and each.generic:
        kinds: Detail = () if each.classes == ("unclear",) else (("class", each.classes),)
        none: Detail = (*kinds, ("given", "not-given"))
        return Said(DRUG, "none", span, firmness(doubtful or decision.limited), none)
    given = {"given": "given", "denied": "not-given", "planned": "requested"}.get(word or "", "unclear")
    said: Detail = (("class", each.classes), ("given", given))
    return Said(DRUG, each.name, span, firmness(doubtful or given == "unclear"), said)
