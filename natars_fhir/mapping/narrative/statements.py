"""Statements: what is said to be there, or not: metastasis, crossing of the diaphragm, earlier resection and the like.

clinical.md §2.1 (I-04, I-06, I-14), §2.2 (E-03, E-04), §3.5, §4.3. The phrases are data, one table a concept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.record import detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page, Stance
from natars_fhir.mapping.narrative.said import Kind, Said, firmness
from natars_fhir.mapping.narrative.words import NO_CONCEPTS, STATEMENTS, Words

_NODES = re.compile(r"\(?\s*(\d{1,3})\s*/\s*(\d{1,3})\s*\)?")
_DENIED_HERE = "未无不"
_SCALES = {"asa": ("asa-class", 1, 6), "ecog": ("ecog", 0, 5)}
#: the concepts that are classes
SCALES = frozenset(name for name, _, _ in _SCALES.values())
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_PRESENCE = {"present", "recurrence"}


def concepts(words: Words) -> tuple[str, ...]:
    """The concepts that statements.toml has phrases for."""
    names = (name.partition(".") for name in words.lexicons)
    return tuple(table for file, _, table in names if file == "statements" and table not in NO_CONCEPTS)


def read(page: Page, words: Words, kind: Kind) -> Iterator[Said]:
    """Every statement of the text; of one concept, none within another."""
    reached: dict[str, int] = {}
    for hit in page.overlapping(words[STATEMENTS]):
        concept, _, tag = hit.tag.partition(" ")
        if hit.start < reached.get(concept, 0) or (concept == "organs-resected" and kind != "operation"):
            continue
        reached[concept] = hit.end
        if page.void(hit.start):
            continue
        told = Hit(hit.start, hit.end, tag)
        yield from _scale(page, words, told) if concept == "scale" else _told(page, words, concept, told, kind)


def _told(page: Page, words: Words, concept: str, hit: Hit, kind: Kind) -> Iterator[Said]:
    stance = _stance(page, hit)
    span = page.span(hit.start, hit.end)
    if concept == "metastasis":
        yield from _metastasis(page, words, hit, stance, kind)
    elif hit.tag in _PRESENCE:
        if stance.denied and hit.tag == "recurrence":
            return  # no recurrence says nothing of an earlier operation
        value = "absent" if stance.denied else "suspected" if stance.hedged else "present"
        said = detail(origin="recurrence" if hit.tag == "recurrence" else None, method=kind)
        yield Said(concept, value, span, firmness(stance.hedged), said)
    elif hit.tag == "absent" or not stance.denied:
        yield Said(concept, hit.tag, span, firmness(stance.hedged), detail(method=kind))


def _stance(page: Page, hit: Hit) -> Stance:
    """The cues of the clause, and 未, 无, 不 right before the word."""
    denied = page.text[hit.start - 1 : hit.start] in _DENIED_HERE if hit.start else False
    stance = page.stance(hit.start, hit.end)
    return Stance(stance.denied or denied, stance.hedged)


def _metastasis(page: Page, words: Words, hit: Hit, stance: Stance, kind: Kind) -> Iterator[Said]:
    """What imaging alone shows is suspected; nodes that are counted decide."""
    low, high = page.clause(hit.start)
    near = max(low, hit.start - 24), min(high, hit.end + 24)
    places = {place.tag for place in page.find(words["statements.place"], *near)}
    nodes = _NODES.match(page.text, hit.end) if "lymph-nodes" in places else None
    denied = stance.denied or hit.tag == "absent" or (nodes is not None and int(nodes[1]) == 0)
    before = max(page.sentence(low)[0], hit.start - 60)
    proven = page.has(words["histology.around"], "tissue", before, hit.end)
    value = "absent" if denied else "suspected" if stance.hedged or (kind == "imaging" and not proven) else "present"
    scope = "lymph-nodes" if "lymph-nodes" in places else next(iter(sorted(places)), None)
    end = nodes.end() if nodes else hit.end
    said = detail(method=kind, scope=scope)
    yield Said("metastasis", value, page.span(hit.start, end), firmness(stance.hedged), said)


def _scale(page: Page, words: Words, hit: Hit) -> Iterator[Said]:
    """ASA classes and ECOG."""
    found = _scale_pattern(words).match(page.text, hit.end)
    number = _class(found, hit.tag) if found else None
    if found and number:
        hedged = page.stance(hit.start, found.end()).hedged
        said = detail(emergency=_emergency(found, hit.tag))
        yield Said(_SCALES[hit.tag][0], number, page.span(hit.start, found.end()), firmness(hedged), said)


def _emergency(found: re.Match[str], scale: str) -> str | None:
    return "yes" if scale == "asa" and (found["e"] or found["e2"]) else None


@lru_cache(maxsize=8)
def _scale_pattern(words: Words) -> re.Pattern[str]:
    level = r"(?:vi|iv|v|iii|ii|i|[0-6])"
    filler = words.any("statements.scale", "filler")
    return re.compile(
        rf"(?:[\s:,(=]|{filler})*?(?P<low>{level})\s*(?P<e>e)?(?:\s*(?:[-~/至或]|to)\s*(?P<high>{level}))?"
        r"\s*(?P<e2>e)?(?![\da-df-z.%]|\s*mg)"
    )


def _class(found: re.Match[str], scale: str) -> Number | None:
    _, floor, ceiling = _SCALES[scale]
    ends = sorted(_ROMAN.get(text) or int(text) for text in (found["low"], found["high"]) if text)
    if ends[0] < floor or ends[-1] > ceiling:
        return None
    return Interval(Decimal(ends[0]), Decimal(ends[-1]))


def scale(page: Page, words: Words, concept: str) -> Said | None:
    """A short value of a known scale: ``3E``, ``Ⅱ级``."""
    tag = next(tag for tag, (name, _, _) in _SCALES.items() if name == concept)
    found = _scale_pattern(words).match(page.text)
    value = _class(found, tag) if found else None
    if not found or not value:
        return None
    return Said(concept, value, page.span(0, len(page.text)), "final", detail(emergency=_emergency(found, tag)))


def answer(page: Page, words: Words, concept: str) -> Said | None:
    """A short yes or no for something that is there or not."""
    found = [hit.tag for hit in page.find(words["statements.answer"])]
    if not found:
        return None
    value = "suspected" if "suspected" in found else "absent" if "absent" in found else "present"
    return Said(concept, value, page.span(0, len(page.text)), firmness(value == "suspected"))
