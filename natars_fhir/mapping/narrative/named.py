"""Named: the organ in which the tumour began that a diagnosis is called by (clinical.md §2.1 I-03, §2.2 E-01).

子宫平滑肌肉瘤 and 肾癌 name an organ; 淋巴瘤 is a tumour of no organ, and no sarcoma of the retroperitoneum. A place
behind the peritoneum that is named with the tumour is where it began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from natars_fhir.domain.record import Standing
from natars_fhir.mapping.narrative import sites
from natars_fhir.mapping.narrative.lexicon import Hit
from natars_fhir.mapping.narrative.page import Page, page
from natars_fhir.mapping.narrative.said import Said, firmness
from natars_fhir.mapping.narrative.words import Words

_BEHIND = "retroperitoneum"
#: how far before a tumour's name its organ may begin
_ORGAN = 24
#: 肝转移癌: of where it began nothing is said
_GONE = re.compile(r"(?:转移|继发)性?$|metastatic $")
#: 左侧腹膜后, 胃部
_SIDES = re.compile(
    r"^\s*(?:[左右双]侧?|left |right |the )?\s*|\s*(?:[左右]侧?|区域?|间隙|部位?|\((?:左|右)侧?\))?\s*$"
)
_OF = re.compile(r"\s(?:of|in|from) (?:the )?(?:left |right )?")


@lru_cache(maxsize=4_096)
def origins(text: str, words: Words, *, note: bool = False) -> tuple[Said, ...]:
    """The origins other than the retroperitoneum that the name of a diagnosis says; *note*: it may speak of other
    tumours too."""
    leaf = page(text, words)
    said = _sites(leaf, words)
    doubts = [one for one in said if one.standing == "hedged" and dict(one.detail).get("origin") == "stated"]
    if any(one.standing == "final" and one.value == _BEHIND for one in said) and not doubts:
        return ()
    found = {one.span: one for one in doubts if one.value != _BEHIND}
    for hit in _tumours(leaf, words):
        origin = None if leaf.void(hit.start) else _origin(leaf, words, hit, note=note)
        if origin is not None:
            found.setdefault(origin.span, origin)
    return tuple(found.values())


@lru_cache(maxsize=4_096)
def where(text: str, words: Words) -> tuple[str, Standing] | None:
    """The primary site that a text is, and nothing else: 子宫, 左肾. What lies beside an organ need not have begun
    there."""
    leaf = page(text, words)
    name = _SIDES.sub("", leaf.text)
    organ = words["sites.organ"].whole.at(name, name, 0)
    if organ is not None and organ.end == len(name):
        return organ.tag, firmness(name in words["sites.mark"].words["beside"])
    limb = leaf.find(words["sites.elsewhere"])
    return ("other", "final") if limb and leaf.text[slice(*limb[0][:2])] == name else None


def _sites(leaf: Page, words: Words) -> list[Said]:
    """The places that the text says in so many words."""
    said = sites.read(leaf, words, "other", leaf.find(words["histology.name"]))
    return [one for one in said if isinstance(one, Said)]


def _tumours(leaf: Page, words: Words) -> Iterator[Hit]:
    """The names of tumours, the longest first."""
    single = leaf.find(words["sites.single"])
    yield from single
    ends = {hit.end for hit in single}
    named = [*leaf.find(words["histology.name"]), *leaf.find(words["sites.lesion"])]
    yield from (Hit(hit.start, hit.end, "") for hit in named if hit.end not in ends)


def _origin(leaf: Page, words: Words, hit: Hit, *, note: bool) -> Said | None:
    stance = leaf.stance(hit.start, hit.end)
    low, high = leaf.clause(hit.start)
    if stance.denied or (note and _of_another(leaf, words, hit, low, high)):
        return None
    value, start, end = _organ(leaf, words, hit, low)
    if not value:
        return None
    return Said(sites.CONCEPT, value, leaf.span(start, end), firmness(stance.hedged), (("origin", "named"),))


def _of_another(leaf: Page, words: Words, hit: Hit, low: int, high: int) -> bool:
    """In a note: is it a tumour that the patient has, or had, besides; or a benign one?"""
    if _beside(words).search(leaf.text, low, high) or leaf.find(words["histology.past"], low, high):
        return True
    return _malignant(words).search(leaf.text, low, hit.end) is None


def _organ(leaf: Page, words: Words, hit: Hit, low: int) -> tuple[str, int, int]:
    """The organ right before, or right behind, a tumour's name, else that of its kind; and where the two stand."""
    near = max(low, hit.start - _ORGAN)
    left = leaf.text[near : hit.start]
    went = _GONE.search(left)
    before = sites.organ_before(_parts(words).sub("", left[: went.start()] if went else left), words)
    if before is not None:
        return ("" if went else before.tag), near + before.start, hit.end
    limbs = leaf.find(words["sites.elsewhere"], near, hit.start)
    if limbs and not leaf.text[limbs[-1].end : hit.start].strip("部内"):
        return "other", limbs[-1].start, hit.end
    after = _OF.match(leaf.text, hit.end)
    behind = leaf.at(words["sites.organ"], after.end()) if after else None
    if behind is not None and behind.tag != _BEHIND:
        return behind.tag, hit.start, behind.end
    return hit.tag, hit.start, hit.end


@lru_cache(maxsize=8)
def _parts(words: Words) -> re.Pattern[str]:
    """What stands between an organ and its tumour."""
    return re.compile(rf"(?:\s|{words.any('sites.within', 'part')})+$")


@lru_cache(maxsize=8)
def _beside(words: Words) -> re.Pattern[str]:
    return re.compile(words.any("sites.beside", "word"))


@lru_cache(maxsize=8)
def _malignant(words: Words) -> re.Pattern[str]:
    return re.compile(words.any("sites.beside", "malignant"))
