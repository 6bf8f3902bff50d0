"""Primary site: where a text says that the tumour sits or began (clinical.md §2.1 I-03, §2.2 E-01).

Lying against an organ, or growing into it, is not beginning there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import DOUBTED, Page, Stance
from natars_fhir.mapping.narrative.said import Kind, Said, Unread, firmness
from natars_fhir.mapping.narrative.words import Words

CONCEPT = "primary-site"
#: the types whose place decides
_TYPES = frozenset({"DDLPS", "WDLPS", "LMS", "UPS", "SFT"})
#: no organ that a name belongs to ends before these
_BREAKS = frozenset(")。,;:(\n")
_NOT_SAID = "a vessel is named beside the tumour, and whether it began there is not said"
_REACH, _PLACED, _ORGAN = 40, 80, 20
_TO_ORGAN = re.compile(
    r"(?:[\s左右侧近后前上下壁:(]|the|wall of|muscle of|anterior|posterior|lateral|medial|upper|lower|left|right|an?)*"
)
#: between a vessel and its tumour, and between a tumour and its vessel
_OF_VESSEL = re.compile(r"壁?的?(?:原发性?)?\s*(?:primary )?")
_IN_VESSEL = re.compile(r"\sof(?: the| wall of| wall of the)*\s")
#: 待排腹膜后肿瘤, 腹膜后肿瘤待排
_AWAITED = re.compile("待(?:排除?|除外|鉴别)")
#: 腹膜后转移, 腹膜后复发: where a tumour went is not where it began, and where it came back need not be
_WENT = re.compile(r"(?:区域?|间隙|内|局部|广泛|多发|软组织){0,2}(?:(?P<there>性?转移|种植|播散)|复发)")
_OF_PLACE = re.compile(r"\b(?:of|in|within) the (?:left |right )?$")


def read(page: Page, words: Words, kind: Kind, names: list[Hit]) -> list[Said | Unread]:
    """Origins that are said in so many words, and the place of the lesion: once a sentence."""
    told: list[Said | Unread] = []
    done = -1
    for hit in page.find(words["sites.mark"]):
        if page.void(hit.start):
            continue
        if hit.tag == "vessel":
            told += _of_vessel(page, words, hit, kind)
        elif hit.tag == "beside":
            told += _beside(page, words, hit, kind)
        elif hit.tag != "place":
            told += _origin(page, words, hit, kind)
        elif hit.start >= done and _holds_lesion(page, words, hit):
            stance, went = _of_lesion(page, words, hit), _WENT.match(page.text, hit.end)
            if not stance.denied and not (went and went["there"]) and not _is_touched(page, words, hit):
                done = page.sentence(hit.start)[1]
                span = page.span(hit.start, hit.end)
                doubted = stance.hedged or went is not None
                told.append(Said(CONCEPT, "retroperitoneum", span, firmness(doubted), (("method", kind),)))
    for name in names:
        if name.tag in _TYPES and name.start and page.text[name.start - 1] not in _BREAKS:
            told += _of_organ(page, words, name, kind)
    return told


def _of_lesion(page: Page, words: Words, place: Hit) -> Stance:
    """How the lesion right behind a place is said: 腹膜后肿瘤已排除, 待排腹膜后肿瘤. What it is may be in doubt without
    its place being so."""
    stance = page.before(place.start)
    if _AWAITED.search(page.text, max(0, place.start - 6), place.start):
        return DOUBTED
    lesion = next(iter(page.find(words["sites.lesion"], place.end, place.end + _ORGAN)), None)
    if lesion is None or page.clause(lesion.start) != page.clause(place.start):
        return stance
    doubted = stance.hedged or _AWAITED.match(page.text, lesion.end) is not None
    return Stance(stance.denied or page.after(lesion.end).denied, doubted)


def _is_touched(page: Page, words: Words, place: Hit) -> bool:
    """胰腺癌累及腹膜后: what reaches a place did not begin there."""
    return _touching(words).search(page.text, max(0, place.start - 10), place.start) is not None


@lru_cache(maxsize=8)
def _touching(words: Words) -> re.Pattern[str]:
    return re.compile(rf"{words.any('sites.touching', 'before')}(?:至|到|于|入|向)?\s?(?:[左右双]侧)?$")


def _of_organ(page: Page, words: Words, name: Hit, kind: Kind) -> Iterator[Said]:
    """子宫平滑肌肉瘤, "gastric leiomyosarcoma": an organ right before the tumour's name may be where it began."""
    clause, high = page.clause(name.start)
    low = max(clause, name.start - _ORGAN)
    organ = organ_before(page.text[low : name.start], words)
    if organ is None or page.void(name.start) or page.before(name.start).denied:
        return
    if not page.find(words["histology.past"], clause, high):  # else of another time
        yield Said(CONCEPT, organ.tag, page.span(low + organ.start, name.end), "hedged", (("method", kind),))


@lru_cache(maxsize=4096)
def organ_before(left: str, words: Words) -> Hit | None:
    """The organ that a text ends with, unless it is one that something lies against."""
    left = left.rstrip()
    found = words["sites.organ"].whole.find(left, left, 0, len(left)) if left else []
    if not found or found[-1].end != len(left) or found[-1].tag == "retroperitoneum":
        return None
    before = left[: found[-1].start]
    return None if words["sites.touching"].whole.find(before, before, 0, len(before)) else found[-1]


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


def _of_vessel(page: Page, words: Words, hit: Hit, kind: Kind) -> Iterator[Said | Unread]:
    """下腔静脉平滑肌肉瘤, "leiomyosarcoma of the inferior vena cava": it began in a vessel of the retroperitoneum."""
    names = page.find(words["histology.name"], max(0, hit.start - _REACH), hit.end + _REACH)
    own = next((name for name in names if name.tag == "LMS" and _is_its(page, name, hit)), None)
    before = page.text[max(page.clause(hit.start)[0], hit.start - 14) : hit.start]
    touched = bool(words["sites.touching"].whole.find(before, before, 0, len(before)))
    if own is None or (own.start > hit.end and touched):
        muscle = [name for name in names if name.tag == "LMS" and page.clause(name.start) == page.clause(hit.start)]
        if muscle and not touched and not page.void(hit.start):
            yield Unread(CONCEPT, page.span(hit.start, hit.end), _NOT_SAID)
        return
    low, high = min(hit.start, own.start), max(hit.end, own.end)
    stance = page.stance(low, high)
    if not stance.denied:
        said = (("method", kind), ("origin", "stated"))
        yield Said(CONCEPT, "retroperitoneum", page.span(low, high), firmness(stance.hedged), said)


def _beside(page: Page, words: Words, hit: Hit, kind: Kind) -> Iterator[Said]:
    """左肾周去分化脂肪肉瘤: most likely of the retroperitoneum; a person is to say so."""
    if words["sites.lesion"].whole.at(page.text, page.normal.cased, hit.end) or _names_next(page, words, hit):
        yield Said(CONCEPT, "retroperitoneum", page.span(hit.start, hit.end), "hedged", (("method", kind),))


def _names_next(page: Page, words: Words, hit: Hit) -> bool:
    found = page.find(words["histology.name"], hit.end, hit.end + _REACH)
    gap = page.text[hit.end : found[0].start] if found else "-"
    return gap.strip("区间隙脂肪囊 ") == ""


def _is_its(page: Page, name: Hit, vessel: Hit) -> bool:
    if name.start >= vessel.end:
        return _OF_VESSEL.fullmatch(page.text, vessel.end, name.start) is not None
    return _IN_VESSEL.fullmatch(page.text, name.end, vessel.start) is not None


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
    if page.find(words["sites.lesion"], max(low, hit.start - 30), min(high, hit.end + 40)):
        return True
    if page.text[hit.end : hit.end + 1] == "," and page.text[page.sentence(hit.start)[0] : hit.start].strip() == "":
        # "Retroperitoneum, mass, resection: ..."
        end = min(page.sentence(hit.start)[1], hit.end + _PLACED)
        return bool(page.find(words["sites.lesion"], hit.end, end))
    if not _OF_PLACE.search(page.text, max(low, hit.start - 14), hit.start):
        return False
    return bool(page.find(words["sites.lesion"], max(page.sentence(hit.start)[0], hit.start - _PLACED), hit.start))


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
