"""Said so: an answer in words, of which people of the site said what it stands for. mappings/README.md

Only the whole of the words counts, in normal form (`mapping.texts`), and only as an answer to the one concept that they
were said to answer. They become a code of the site's own, which is read as any other.
"""

from __future__ import annotations

from typing import Any

from natars_fhir.fhir.r4.structs import CodeableConcept, Coding
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.spoken import text_of
from natars_fhir.mapping.texts import answers_to, plain_text
from natars_fhir.mapping.told import ReadValue, Told

#: A longer text is a report.
_LONGEST = 80


def as_said(read: ReadValue, lore: Lore) -> ReadValue:
    """The reader, with what people said of words before what it reads in them; a code that it understands goes before
    both."""
    if not lore.answers:
        return read
    characters = lore.words.characters

    def coded(value: Any, concept: str) -> CodeableConcept | None:
        known, text = lore.answers.get(concept), text_of(value)
        if known is None or not text or len(text) > _LONGEST or (said := plain_text(text, characters)) not in known:
            return None
        return CodeableConcept(coding=[Coding(system=answers_to(concept), code=said)])

    def as_meant(value: Any, concept: str, node: Any) -> tuple[Told, ...]:
        instead = coded(value, concept)
        if instead is None:
            return read(value, concept, node)
        by_code = read(CodeableConcept(coding=value.coding), concept, node) if getattr(value, "coding", None) else ()
        return by_code or read(instead, concept, node)

    return as_meant
