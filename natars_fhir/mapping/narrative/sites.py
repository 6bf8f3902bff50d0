"""Primary site: where a text says that the tumour sits or began (clinical.md §2.1 I-03, §2.2 E-01).

Lying against an organ, or growing into it, is not beginning there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Kind, Said, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "primary-site"
_REACH = 16
_TO_ORGAN = re.compile(r"(?:[\s左右侧近后前上下壁:(]|the|wall of|muscle of|a|an)*")


def read(page: Page, words: Words, kind: Kind) -> list[Said]:
    """Origins that are said in so many words, and the place of the lesion: once a sentence."""
    told: list[Said] = []
    done = -1
    for hit in page.find(words["sites.mark"]):
        if page.void(hit.start):
            continue
        if hit.tag != "place":
            told += _origin(page, words, hit, kind)
        elif hit.start >= done and _holds_lesion(page, words, hit):
            stance = page.before(hit.start)
            if not stance.denied:
                done = page.sentence(hit.start)[1]
                span = page.span(hit.start, hit.end)
                told.append(Said(CONCEPT, "retroperitoneum", span, firmness(stance.hedged), (("method", kind),)))
    return told


def _origin(page: Page, words: Words, hit: Hit, kind: Kind) -> Iterator[Said]:
    """来源于胃, "arising from the stomach", 胃来源."""
    organ = _after(page, words, hit) if hit.tag == "origin-before" else _before(page, words, hit)
    if organ is None:
        return
    low, high = min(hit.start, organ.start), max(hit.end, organ.end)
    stance = page.stance(low, high)
    if not stance.denied:
        said = (("method", kind), ("origin", "stated"))
        yield Said(CONCEPT, organ.tag, page.span(low, high), firmness(stance.hedged), said)


def _after(page: Page, words: Words, hit: Hit) -> Hit | None:
    gap = _TO_ORGAN.match(page.text, hit.end, hit.end + _REACH)
    place = gap.end() if gap else hit.end
    return page.at(words["sites.organ"], place) or page.at(words["sites.organ"], hit.end)


def _before(page: Page, words: Words, hit: Hit) -> Hit | None:
    found = page.find(words["sites.organ"], max(page.clause(hit.start)[0], hit.start - _REACH), hit.start)
    return found[-1] if found and found[-1].end == hit.start else None


def _holds_lesion(page: Page, words: Words, hit: Hit) -> bool:
    """腹膜后 with a lesion in the same clause, or bracketed as the specimen's place."""
    low, high = page.clause(hit.start)
    if page.text[hit.end : hit.end + 1] == ")" and page.text.find("(", max(0, hit.start - 6), hit.start) >= 0:
        return True
    return bool(page.find(words["sites.lesion"], max(low, hit.start - 30), min(high, hit.end + 40)))


def bare(page: Page, words: Words) -> Said | None:
    """A short value that is known to be the primary site."""
    organs = page.find(words["sites.organ"])
    if not organs:
        return None
    found = organs[0]
    stance = page.stance(found.start, found.end)
    return (
        None if stance.denied else Said(CONCEPT, found.tag, page.span(found.start, found.end), firmness(stance.hedged))
    )
