"""No tumour: a Condition that is an abscess, a hernia, a pancreatitis sits somewhere, and no tumour began there.

clinical.md §2.1 (I-03), §2.2 (E-01): of a diagnosis it is the tumour's site that counts. The blocks are ICD-10's
(https://icd.who.int/browse10/2019/en); a display text is believed only where it takes something back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from natars_fhir.domain.record import detail
from natars_fhir.domain.scope import NO_TUMOUR
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.told import Told

Sort = Literal["tumour", "other", "unsaid"]
Found = list[tuple[str, Told]]

PLACE = "Condition.bodySite"
_NOTE = "Condition.note"
#: what only a tumour is said to have
_OF_TUMOURS = frozenset(
    {"histology", "primary-site", "tumour-behaviour", "second-malignancy", "metastasis", "tumour-size", "fnclcc-grade"}
)
_NEOPLASM = re.compile(r"C\d\d|D[0-4]\d")
_OTHER = re.compile(r"[ABE-QST]\d\w|D[5-8]\d")
#: rest categories in which hospitals code a lump that nobody has named yet, and neoplasms outside their chapter; put
#: together by ICD-10's titles, and not verified by a clinician: where in doubt a category stands here, and is told
_LUMPS = frozenset(
    {
        "E27",
        "E34",
        "E88",
        "I89",
        "J98",
        "K31",
        "K63",
        "K66",
        "K76",
        "K86",
        "K92",
        "L98",
        "M72",
        "M79",
        "M89",
        "N28",
        "N63",
        "N83",
        "N85",
        "N94",
        "Q85",
    }
)


def sorting(lore: Lore) -> Callable[[Any, Found], Sort]:
    """What a Condition is, by its own codes and words and by what was read of them."""
    either = _either(lore.words.any("sites.no-tumour", "name"), lore.words.any("sites.lesion", "name"))

    def sort(resource: Any, found: Found) -> Sort:
        if _says_a_tumour(found):  # most do, by a code
            return "tumour"
        text = lore.words.characters.whole("; ".join(_words(resource.code)))
        named = {str(word.lastgroup) for word in either.finditer(text)} | set(_blocks(resource.code, lore))
        return "tumour" if "tumour" in named else "other" if named else "unsaid"

    return sort


def _either(other: str, tumour: str) -> re.Pattern[str]:
    """A word for one or the other; an English one is no part of another (massive), and may stand for many."""
    begins, ends = r"(?:(?<![a-z])(?=[a-z])|(?=[^a-z]))", r"(?:(?<=[a-z])(?:s|es)?(?![a-z])|(?<=[^a-z]))"
    return re.compile(rf"{begins}(?:(?P<other>{other})|(?P<tumour>{tumour})){ends}")


def sited(found: Iterable[tuple[str, Told]]) -> bool:
    """Does its body site say where a tumour may have begun?"""
    return any(told.concept == "primary-site" and place.startswith(PLACE) for place, told in found)


def taken_back(found: Found) -> Found:
    """The sites of what is no tumour are shown, and decide nothing."""
    return [(place, _of_none(told) if place.startswith(PLACE) else told) for place, told in found]


def _of_none(told: Told) -> Told:
    if told.concept != "primary-site":
        return told
    return told._replace(standing="hedged", detail=detail(**{**dict(told.detail), "origin": NO_TUMOUR}))


def _says_a_tumour(found: Found) -> bool:
    """By anything but its body site, and a note, which may speak of anything."""
    return any(told.concept in _OF_TUMOURS and not place.startswith((PLACE, _NOTE)) for place, told in found)


def _words(code: Any) -> Iterator[str]:
    if code is not None:
        yield code.text or ""
        yield from (coding.display or "" for coding in code.coding or ())


def _blocks(code: Any, lore: Lore) -> Iterator[str]:
    for coding in (code.coding or ()) if code is not None else ():
        name = lore.systems.name(coding.system or "")
        if lore.systems.spelling(name) == "icd-10" and coding.code:
            spelt = lore.systems.spelt(name, coding.code)
            if _NEOPLASM.match(spelt):
                yield "tumour"
            elif _OTHER.match(spelt) and spelt[:3] not in _LUMPS:
                yield "other"
