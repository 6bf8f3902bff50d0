"""Misnamed: a result whose code asks for one thing and whose own words name another; one that its note takes back.

MDM2 by its code and CDK4 by its name, ASA by its code and NYHA by its name: which was meant, nobody here can tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.markers import marker
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

_OTHER_NAME = "The code and the words of this result ask for different things: it is shown, and does not decide."
_TAKEN_BACK = "A note takes this result back: it is shown, and does not decide."

#: what makes a stain's name a gene's, or a control's
_NO_STAIN = re.compile(
    r"fish|原位杂交|基因|扩增|拷贝|突变|测序|比值|对照|血清|血浆|cep ?12|amplif|gene\b|copy|mutation|sequenc|control"
    r"|serum|plasma|mrna|pcr",
    re.IGNORECASE,
)
#: names of scales, each with the concept that is it
_SCALES = {"asa-class": ("asa", "麻醉"), "ecog": ("ecog", "体力", "ps"), "fnclcc-grade": ("fnclcc", "法国")}
#: different names that are remembered
_MOST = 20_000
#: statuses of a result that is the corrected one
_CORRECTED = ("amended", "corrected")


class OtherNames(dict[tuple[str, str], bool]):
    """(the name of a result, the concept that its code asks for) → does it name another? Each is looked at once."""

    def __init__(self, names_other: Callable[[str, str], bool]) -> None:
        super().__init__()
        self._names_other = names_other

    def __missing__(self, named: tuple[str, str]) -> bool:
        if len(self) > _MOST:
            self.clear()
        found = self[named] = self._names_other(*named)
        return found


def other_names(lore: Lore, kind: str) -> OtherNames | None:
    """The names of results of a *kind* that name another thing than their code; None where no names are known."""
    if kind == "ihc":
        return OtherNames(_stain(lore))
    return OtherNames(_scale(lore)) if kind in ("class", "grade") else None


def _stain(lore: Lore) -> Callable[[str, str], bool]:
    def other(name: str, concept: str) -> bool:
        return marker(name, lore.words) not in (None, concept) or _NO_STAIN.search(name) is not None

    return other


def _scale(lore: Lore) -> Callable[[str, str], bool]:
    scales = re.compile(rf"(?<![a-z]){lore.words.any('grade.mark', 'other', 'fnclcc')}(?![a-z])")
    whole = lore.words.characters.whole

    def other(name: str, concept: str) -> bool:
        own, text = _SCALES.get(concept, ()), whole(name)
        return bool(own) and scales.search(text) is not None and not any(word in text for word in own)

    return other


def misnamed(told: tuple[Told, ...], place: str, sink: Sink) -> tuple[Told, ...]:
    """What is told of a misnamed result: it is shown."""
    sink.tell("value", f"{place}code", _OTHER_NAME)
    return tuple([one._replace(standing="hedged") if one.standing == "final" else one for one in told])


def taken_back(lore: Lore) -> Callable[[Any, Sink], None]:
    """What was read of a result whose note says that it does not count (标本脱片, 此结果作废, 更正) is shown."""
    words, whole = lore.words, lore.words.characters.whole
    tags = ("word", "corrected", "correction")
    void, corrected, correction = (re.compile(words.any("diagnoses.void", tag)) for tag in tags)

    @lru_cache(maxsize=1_024)
    def counts(text: str, is_corrected: bool) -> bool:
        plain = whole(text)
        if corrected.search(plain) is not None:
            return is_corrected
        return void.search(plain) is None or correction.search(plain) is not None

    def weigh(resource: Any, sink: Sink) -> None:
        is_corrected = resource.status in _CORRECTED
        if all(counts(note.text or "", is_corrected) for note in resource.note):
            return
        sink.facts = [fact._replace(standing="hedged") if fact.standing == "final" else fact for fact in sink.facts]
        sink.tell("value", "Observation.note", _TAKEN_BACK)

    return weigh
