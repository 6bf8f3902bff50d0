"""Statements: what is said to be there, or not: metastasis, crossing of the diaphragm, earlier resection and the like.

clinical.md §2.1 (I-04, I-06, I-14), §2.2 (E-03, E-04), §3.5, §4.3. The phrases are data, one table a concept.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from natars_fhir.domain.interval import Interval, Number
from natars_fhir.domain.record import Detail
from natars_fhir.mapping.narrative import fields
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import PLAIN, Page, Stance
from natars_fhir.mapping.narrative.risks import is_risk
from natars_fhir.mapping.narrative.said import Kind, Said, firmness
from natars_fhir.mapping.narrative.words import NO_CONCEPTS, STATEMENTS, Words

#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
_AROUND = " 。.;,()"
#: the lists of short answers: of what is there or not, and of what people attest
ANSWER, ATTESTED = "statements.answer", "statements.attested"
_DASHES = " -–—－_"
_NODES = re.compile(
    r"(?:性?癌|性?肉瘤)?(?:的?淋巴结)?(?:情况|数目|个数|枚数|数|率)?(?:/(?:淋巴结)?(?:总数|清扫总?数|检出总?数))?"
    r"\s*[:为]?\s*\(?\s*(\d{1,3})\s*/\s*(\d{1,3})\s*\)?"
)
#: a field: 淋巴结转移情况：
_FIELD = re.compile(r"(?:情况|部位|征象|灶)?\s*:\s*")
_NODES_BEFORE = re.compile(
    r"(?<![\d/])\(?\s*(\d{1,3})\s*/\s*(\d{1,3})\s*枚?\s*\)?\s*(?:个|枚)?(?:可?见|有|查见|发生|with|showed|show)?\s*$"
)
#: in advice: 随访除外转移
_EXCLUDING = re.compile(r"(?:(?<![已可能均])(?:除外|排除)|rule out|exclude)[^,;。]{0,6}$")
#: a denial of a biopsy stands close to it; a question of metastasis names at most an organ between
_CLOSE, _ONE_ORGAN = 8, 24
#: what a surgeon does as well as a tumour
_HANDS = ("进入", "经膈", "into the")
_DENIED_HERE = "未无不"
_SCALES = {"asa": ("asa-class", 1, 6), "ecog": ("ecog", 0, 5), "performance": ("ecog", 0, 5)}
#: the concepts that are classes
SCALES = frozenset(name for name, _, _ in _SCALES.values())
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_PRESENCE = frozenset({"present", "dated", "unplaced", "recurrence"})
#: between an English phrase and the organ that was operated on
_OF = re.compile(r"(?<=of)\b|\s+of\b")
_ORGAN_REACH, _CLAUSE_REACH = 40, 60


def concepts(words: Words) -> tuple[str, ...]:
    """The concepts that statements.toml has phrases for."""
    names = (name.partition(".") for name in words.lexicons)
    return tuple(table for file, _, table in names if file == "statements" and table not in NO_CONCEPTS)


def read(page: Page, words: Words, kind: Kind) -> list[Said]:
    """Every statement of the text; of one concept, none within another."""
    told: list[Said | None] = []
    reached: dict[str, int] = {}
    for start, end, name in page.overlapping(words[STATEMENTS]):
        concept, _, tag = name.partition(" ")
        if start < reached.get(concept, 0) or _of_another_kind(concept, tag, kind):
            continue
        reached[concept] = end
        hit = _new(Hit, (start, end, tag))
        if kind == "operation" and concept == "diaphragm-crossing" and _by_hand(page, words, hit):
            continue
        if not page.void(start):
            if concept == "scale":
                told.append(_scale(page, words, hit))
            elif tag not in _PRESENCE or not fields.is_open(page, words, end):
                told.append(_told(page, words, concept, hit, kind))
        elif concept == "metastasis" and _is_asked(page, words, start):
            told.append(_asked(page, hit, kind))
    return [each for each in told if each]


def _of_another_kind(concept: str, tag: str, kind: Kind) -> bool:
    """Organs are listed by operation reports alone; the year that those tell may be that of their own operation."""
    return kind != "operation" if concept == "organs-resected" else tag == "dated" and kind == "operation"


def _told(page: Page, words: Words, concept: str, hit: Hit, kind: Kind) -> Said | None:
    hit, stance = _filled_in(page, hit)
    said: Detail = (("method", kind),)
    value = hit.tag
    if concept == "metastasis":
        if stance is not PLAIN and _is_asked(page, words, hit.start):
            return _asked(page, hit, kind)
        return _metastasis(page, words, hit, stance, kind)
    if concept == "biopsy" and stance is not PLAIN:
        stance = page.before(hit.start, hit.start - _CLOSE).also(page.after(hit.end))
    if value in _PRESENCE:
        if value == "recurrence":
            if stance.denied or is_risk(page, words, hit, inclined=True):
                return None  # no recurrence says nothing of an earlier operation; nor does the risk of one
            said = (*said, ("origin", "recurrence"))
            if _elsewhere(page, words, hit):
                stance = Stance(hedged=True)  # of which tumour?
        elif concept == "prior-resection" and _elsewhere(page, words, hit):
            return None
        value = "absent" if stance.denied else "suspected" if stance.hedged else "present"
    elif stance.denied and value != "absent":
        return None
    return Said(concept, value, page.span(hit.start, hit.end), firmness(stance.hedged), said)


def _by_hand(page: Page, words: Words, hit: Hit) -> bool:
    """打开膈肌，进入胸腔探查: it is the surgeon who goes there, where no tumour is named in the clause."""
    low = page.clause(hit.start)[0]
    return page.text.startswith(_HANDS, hit.start) and not page.find(words["sites.lesion"], low, hit.start)


def _filled_in(page: Page, hit: Hit) -> tuple[Hit, Stance]:
    """With the answer behind it, as forms have it, and how it is said."""
    answered = fields.answer(page, hit.end) if hit.tag in _PRESENCE else None
    if answered is None:
        return hit, _stance(page, hit)
    return hit._replace(end=answered[1]), Stance(denied=True) if answered[0] == "no" else PLAIN


def _elsewhere(page: Page, words: Words, hit: Hit) -> bool:
    """卵巢肿瘤术后: the tumour of another organ, unless the clause names this one's place too."""
    low, high = page.clause(hit.start)
    low = max(low, hit.start - _CLAUSE_REACH)
    of = _OF.match(page.text, hit.end)
    end = min(high, of.end() + _ORGAN_REACH) if of else hit.end
    places = {place.tag for place in page.find(words["statements.elsewhere"], low, end)}
    return places == {"other"}


def _stance(page: Page, hit: Hit) -> Stance:
    """The cues of the clause, and 未, 无, 不 right before the word."""
    stance = page.stance(hit.start, hit.end) if page.cues else PLAIN
    if hit.start and page.text[hit.start - 1] in _DENIED_HERE and page.text[hit.start - 2 : hit.start] != "有无":
        return Stance(True, stance.hedged)
    return stance


def _metastasis(page: Page, words: Words, hit: Hit, stance: Stance, kind: Kind) -> Said | None:
    """What imaging alone shows is suspected; nodes that are counted decide."""
    nothing = _is_of_a_carcinoma(page, words, hit) if stance.denied else is_risk(page, words, hit, inclined=False)
    if nothing:
        return None
    if page.text[hit.start - 1 : hit.start + 1] == "有无":  # whether there is any, and not that there is none
        hit, stance = _filled_in(page, Hit(hit.start + 1, hit.end, "present"))
    low, high = page.clause(hit.start)
    if _is_only_named(page, words, hit, high):
        return None
    places = page.find(words["statements.place"], max(low, hit.start - 24), min(high, hit.end + 24))
    scopes = {place.tag for place in places}
    nodes = _nodes(page, low, hit) if "lymph-nodes" in scopes else _NODES.match(page.text, hit.end)
    denied = stance.denied or hit.tag == "absent" or (nodes is not None and int(nodes[1]) == 0)
    doubtful = not denied and (stance.hedged or (kind == "imaging" and not _is_proven(page, words, hit)))
    value = "absent" if denied else "suspected" if doubtful else "present"
    said: Detail = (("method", kind),)
    if scopes:
        said = (*said, ("scope", "lymph-nodes" if "lymph-nodes" in scopes else min(scopes)))
    span = page.span(min(hit.start, nodes.start()) if nodes else hit.start, max(hit.end, nodes.end() if nodes else 0))
    return Said("metastasis", value, span, firmness(stance.hedged), said)


def _is_only_named(page: Page, words: Words, hit: Hit, high: int) -> bool:
    """淋巴结转移情况：未见转移: a field with a sentence of its own in it."""
    field = _FIELD.match(page.text, hit.end, high)
    return field is not None and bool(page.find(words["statements.metastasis"], field.end(), high))


def _is_of_a_carcinoma(page: Page, words: Words, hit: Hit) -> bool:
    """Is it the metastasis of another kind of tumour that is ruled out, and not the tumour's own?"""
    shape = _of_carcinoma(words)
    low, high = page.clause(hit.start)
    return shape[0].match(page.text, hit.end) is not None and shape[1].search(page.text, low, high) is not None


@lru_cache(maxsize=8)
def _of_carcinoma(words: Words) -> tuple[re.Pattern[str], re.Pattern[str]]:
    kind, excluded = words.any("statements.asked", "kind"), words.any("statements.asked", "excluded")
    return re.compile(rf"\s?{kind}"), re.compile(excluded)


def _nodes(page: Page, low: int, hit: Hit) -> re.Match[str] | None:
    """How many of how many nodes: 淋巴结未见转移(0/8), 淋巴结0/12见转移."""
    low = max(low, hit.start - 12)
    before = _NODES_BEFORE.search(page.text, low, hit.start) if page.text.find("/", low, hit.start) >= 0 else None
    return before or _NODES.match(page.text, hit.end)


def _is_asked(page: Page, words: Words, start: int) -> bool:
    """建议除外转移, "to rule out metastasis": asked, so thought of, and not answered."""
    low = max(page.clause(start)[0], start - _ONE_ORGAN)
    if page.void(start) and _EXCLUDING.search(page.text, low, start):
        return True
    return _to_exclude(words).search(page.text, low, start) is not None


@lru_cache(maxsize=8)
def _to_exclude(words: Words) -> re.Pattern[str]:
    return re.compile(rf"{words.any('statements.asked', 'before')}[^,;。]{{0,6}}$")


def _asked(page: Page, hit: Hit, kind: Kind) -> Said:
    return Said("metastasis", "suspected", page.span(hit.start, hit.end), "hedged", (("method", kind),))


def _is_proven(page: Page, words: Words, hit: Hit) -> bool:
    """Does the sentence say that tissue was seen?"""
    before = max(page.sentence(hit.start)[0], hit.start - 60)
    return page.has(words["histology.around"], "tissue", before, hit.end)


def _scale(page: Page, words: Words, hit: Hit) -> Said | None:
    """ASA classes and ECOG."""
    # a class may be written to the very name: ASA3
    found = _scale_pattern(words).match(page.text, hit.end - page.text[hit.end - 1].isdigit())
    number = _class(found, hit.tag) if found else None
    if not found or not number or (hit.tag == "performance" and not _is_performance(page, words, hit, found.end())):
        return None
    hedged, said = page.hedged(hit.start, found.end()), _emergency(found, hit.tag)
    return Said(_SCALES[hit.tag][0], number, page.span(hit.start, found.end()), firmness(hedged), said)


def _is_performance(page: Page, words: Words, hit: Hit, end: int) -> bool:
    """体力状况0-1分: points, where no other scale is named before it (ASA's physical status, Karnofsky's)."""
    others = _other_scales(words).search(page.text, page.clause(hit.start)[0], hit.start)
    return others is None and (page.text[hit.start].isascii() or "分" in page.text[hit.start : end + 2])


@lru_cache(maxsize=8)
def _other_scales(words: Words) -> re.Pattern[str]:
    return re.compile(words.any("statements.performance", "other"))


def _emergency(found: re.Match[str], scale: str) -> Detail:
    return (("emergency", "yes"),) if scale == "asa" and (found["e"] or found["e2"]) else ()


@lru_cache(maxsize=8)
def _scale_pattern(words: Words) -> re.Pattern[str]:
    level = r"(?:vi|iv|v|iii|ii|i|[0-6]|[一二三四五六](?=\s*(?:级(?!手术|医院|护理)|[~/至或-])))"
    filler = words.any("statements.scale", "filler")
    return re.compile(
        rf"(?:[\s:,()=]|{filler})*?(?P<low>{level})\s*(?P<e>e)?"
        rf"(?:\s*级?\s*(?:[-~/至或]|to|or)\s*(?:{filler}|\s)*(?P<high>{level}))?"
        r"\s*(?P<e2>e)?(?![\da-df-z%]|\.\d|\s*mg|\s*[-~至]\s*\d|-[\u4e00-\u9fff])"
    )


def _class(found: re.Match[str], scale: str) -> Number | None:
    _, floor, ceiling = _SCALES[scale]
    ends = sorted(_ROMAN.get(text) or int(text) for text in (found["low"], found["high"]) if text)
    if ends[0] < floor or ends[-1] > ceiling:
        return None
    return Interval(Decimal(ends[0]), Decimal(ends[-1]))


def scale(page: Page, words: Words, concept: str) -> Said | None:
    """A short value of a known scale: ``3E``, ``Ⅱ级``, ``ASA3``."""
    tag = next(tag for tag, (name, _, _) in _SCALES.items() if name == concept)
    found = _scale_pattern(words).match(page.text, len(tag) if page.text.startswith(tag) else 0)
    value = _class(found, tag) if found else None
    if not found or not value:
        return None
    return Said(concept, value, page.span(0, len(page.text)), "final", _emergency(found, tag))


def answer(page: Page, words: Words, concept: str, among: str = ANSWER) -> Said | None:
    """A short yes or no for something that is there or not. Dashes alone are a field that nobody filled in."""
    if not page.text.strip(_DASHES):
        return None
    found = [hit.tag for hit in page.find(words[among])]
    if not found:
        return None
    value = "suspected" if "suspected" in found else "absent" if "absent" in found else "present"
    return Said(concept, value, page.span(0, len(page.text)), firmness(value == "suspected"))


def whole_answer(page: Page, words: Words, concept: str, among: str) -> Said | None:
    """A yes or no that is all of the text, for what has no phrases of its own: of a sentence nothing is guessed."""
    found = page.find(words[among])
    text = page.text.strip(_AROUND)
    if len(found) != 1 or not text[:1].isalpha() or page.text[found[0].start : found[0].end] != text:
        return None
    return answer(page, words, concept, among)
