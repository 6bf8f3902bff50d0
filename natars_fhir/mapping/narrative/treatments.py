"""Treatments in words: drugs, chemotherapy and radiotherapy, given, refused, never given or planned.

clinical.md §2.1 (I-05 to I-07), §2.2 (E-05), §4.7. Treatments in a row are told alike; `course` says what became of
them. What nothing decides is told, so that a person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative.course import Decision, course
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, Unread, firmness
from natars_fhir.mapping.narrative.words import TREATMENTS, Words

DRUG, RADIOTHERAPY = "antineoplastic-drug", "radiotherapy"
_ROW = 14
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


def read(page: Page, words: Words) -> Iterable[Said | Unread]:
    """Every treatment of the text."""
    return _read(page, words, hits) if (hits := page.find(words[TREATMENTS])) else ()


def _read(page: Page, words: Words, hits: list[Hit]) -> Iterator[Said | Unread]:
    for row in _rows(page, words, [each for hit in hits for each in _treatments(hit)]):
        whose = _whose(page, row[0].hit.start)
        if whose != "other":
            start, end = row[0].hit.start, row[-1].hit.end
            decision = course(page, words, start, end) if whose == "patient" else Decision()
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


def _rows(page: Page, words: Words, found: list[Treatment]) -> Iterator[list[Treatment]]:
    """Treatments with nothing but joining words between them; the kind that a drug's name is followed by is its own."""
    join = _join(words)
    row: list[Treatment] = []
    for each in found:
        gap = each.hit.start - row[-1].hit.end if row else 0
        if row and not (
            gap <= _ROW and join.fullmatch(page.text, row[-1].hit.end, max(each.hit.start, row[-1].hit.end))
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


@lru_cache(maxsize=8)
def _join(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?:[\s、/+&()]|(?<=[a-z0-9]),|{words.any('treatments.word', 'join')})*")


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
