"""Primary site: where a text says that the tumour sits or began (clinical.md §2.1 I-03, §2.2 E-01).

Lying against an organ, or growing into it, is not beginning there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from natars_fhir.domain.record import detail
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.said import Said, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "primary-site"
_REACH = 16
_TO_ORGAN = re.compile(r"(?:[\s左右侧近后前上下壁:(]|the|wall of|muscle of|a|an)*")


def read(page: Page, words: Words, kind: str) -> Iterator[Said]:
    """Origins that are said in so many words, then the place of the lesion."""
    done = set()
    for each in _origins(page, words, kind):
        done.add(page.sentence(each.span[0])[0])
        yield each
    seats = (hit for hit in page.find(words["sites.seat"]) if hit.tag == "place")
    first: set[int] = set()
    for hit in seats:
        sentence = page.sentence(hit.start)[0]
        if sentence in first or page.void(hit.start) or not _holds_lesion(page, words, hit):
            continue
        first.add(sentence)
        hedged = page.before(hit.start).hedged
        denied = page.before(hit.start).denied
        if not denied:
            yield Said(CONCEPT, "retroperitoneum", page.span(hit.start, hit.end), firmness(hedged), detail(method=kind))


def _origins(page: Page, words: Words, kind: str) -> Iterator[Said]:
    """来源于胃, "arising from the stomach", 胃来源."""
    for hit in page.find(words["sites.origin"]):
        organ = _after(page, words, hit) if hit.tag == "before" else _before(page, words, hit)
        if organ is None or page.void(hit.start):
            continue
        low, high = min(hit.start, organ.start), max(hit.end, organ.end)
        stance = page.stance(low, high)
        if not stance.denied:
            said = detail(method=kind, origin="stated")
            yield Said(CONCEPT, organ.tag, page.span(low, high), firmness(stance.hedged), said)


def _after(page: Page, words: Words, hit: Hit) -> Hit | None:
    gap = _TO_ORGAN.match(page.text, hit.end, hit.end + _REACH)
    place = gap.end() if gap else hit.end
    cased = page.normal.cased
    organ = words["sites.organ"]
    return organ.at(page.text, cased, place) or organ.at(page.text, cased, hit.end)


def _before(page: Page, words: Words, hit: Hit) -> Hit | None:
    found = list(page.find(words["sites.organ"], max(page.clause(hit.start)[0], hit.start - _REACH), hit.start))
    return found[-1] if found and found[-1].end == hit.start else None


def _holds_lesion(page: Page, words: Words, hit: Hit) -> bool:
    """腹膜后 with a lesion in the same clause, or bracketed as the specimen's place."""
    low, high = page.clause(hit.start)
    if page.text[hit.end : hit.end + 1] == ")" and page.text[max(0, hit.start - 6) : hit.start].count("("):
        return True
    near = page.find(words["sites.seat"], low, high)
    return any(other.tag == "lesion" and abs(other.start - hit.end) <= 40 for other in near)
