"""Elsewhere: a result of tissue from an organ in which no tumour of the retroperitoneum begins (clinical.md I-02).

A type, a grade, a stain or a size of what lies in the womb, the lung or the gut may be of another tumour, or of a
metastasis: that is for a person to weigh. Where the sites' tables say nothing of a body site, it makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import one
from natars_fhir.mapping.sink import Sink

#: Where a tumour of the retroperitoneum may lie.
_NEAR = ("abdomen-pelvis-nos", "retroperitoneum")
#: Words of a place beside an organ (右肾周, 直肠后), or of a hollow that holds many (腹腔): no organ is meant.
_BESIDE = re.compile(r"[旁周后区邻腹盆]|retro|peri|para|behind|near|adjacent|abdom|pelvi|cavity", re.IGNORECASE)
_OF_ANOTHER_PLACE = (
    "This is of an organ, not of the retroperitoneum: what it says of a tumour is shown, and decides nothing."
)


class Elsewhere:
    """What weighs the results of a site."""

    def __init__(self, lore: Lore) -> None:
        self._lore = lore
        self._concepts = lore.of_tumours

    def concerned(self, sink: Sink) -> bool:
        """Does what was read say what a tumour is?"""
        return any(fact.concept in self._concepts for fact in sink.facts)

    def weigh(self, sink: Sink, site: Any, place: str) -> None:
        """Weighs it by a body site, which stands at a place."""
        if not self.concerned(sink):
            return
        said = set(_values(self._lore, site))
        if said and said.isdisjoint(_NEAR):
            tumour = self._concepts
            sink.facts = [f._replace(standing="hedged") if f.concept in tumour else f for f in sink.facts]
            sink.tell("value", place, _OF_ANOTHER_PLACE)


def _values(lore: Lore, site: Any) -> Iterator[object]:
    """The primary sites that a body site would be, by its codes and by its words."""
    concept = getattr(site, "concept", None) or site
    for coding in concept.coding or ():
        yield from (meant.value for meant in lore.says[coding.system, coding.code] if meant.concept == "primary-site")
    said = one(concept.text, lore.words, "primary-site") if concept.text else None
    if said is not None and (said.value in _NEAR or not _BESIDE.search(concept.text)):
        yield said.value
