"""Histology: an ICD-O-3 morphology, another code, or words. See clinical.md §4.1."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import detail
from natars_fhir.fhir.r4.structs import CodeableConcept
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.doubt import hedges
from natars_fhir.mapping.narrative.reader import one
from natars_fhir.mapping.told import NOTHING, ReadValue, Told

_MORPHOLOGY = re.compile(r"(\d{4})/(\d)")

#: ICD-O-3 morphology ranges of sarcomas and their like; whatever lies outside is another tumour
SARCOMAS = ((8800, 8999), (9040, 9044), (9120, 9170), (9180, 9269), (9364, 9364), (9540, 9581))


#: 8000 to 8005 name a neoplasm without its type; ICD-O-3.2 ends at 9993
_FIRST_TYPED, _LAST = 8006, 9993


def histology(lore: Lore) -> ReadValue:
    """The trial's type, by code or words; any other ICD-O-3 morphology is OTHER, with its family."""

    @lru_cache(maxsize=4_096)
    def says(system: str | None, code: str | None) -> tuple[Told, ...]:
        return of_coding(lore, system, code)

    def read(value: Any, concept: str, _: Any) -> tuple[Told, ...]:
        if value.__class__ is CodeableConcept:
            told = [one for coding in value.coding or () for one in says(coding.system, coding.code)]
            if told:  # codings that disagree are all told: the answer is then that they conflict
                return doubted(lore, tuple(dict.fromkeys(told)), value.text)
        text = value if isinstance(value, str) else getattr(value, "text", None)
        said = one(text, lore.words, concept) if text else None
        return () if said is None else (Told(said.concept, said.value, said.detail, said.standing, said.span),)

    return read


def doubted(lore: Lore, told: tuple[Told, ...], text: str | None) -> tuple[Told, ...]:
    """What a code says beside a text that doubts, denies or speaks of another is shown, and does not decide."""
    if not text or not hedges(text, lore.words):
        return told
    return tuple(shown(lore, one) for one in told)


def shown(lore: Lore, told: Told) -> Told:
    """What is told, as it may be shown: it does not decide."""
    if lore.kind(told.concept) == "presence":
        return told._replace(value="suspected") if told.value == "present" else told
    return told._replace(standing="hedged")


def by_words(told: Told) -> Told:
    """A diagnosis in words proves no type: only tissue, or a coded morphology, does (clinical.md I-02). A cancer of
    another family is another tumour's, for a person to weigh."""
    if told.concept != "histology":
        return told
    if told.value == "OTHER" and dict(told.detail).get("family") != "sarcoma":
        return Told("second-malignancy", "suspected", detail(method="diagnosis"), told.standing, told.span)
    return told._replace(standing="hedged")


def of_coding(lore: Lore, system: str | None, code: str | None) -> tuple[Told, ...]:
    """What a coding says of the histology, and of the site where the type has but one (a stromal tumour of the gut);
    behaviour 6 (metastatic) tells the metastasis too."""
    meanings = lore.says[system, code]
    if any(meant.concept == "histology" for meant in meanings):
        return tuple(Told(*meant) for meant in meanings if meant.concept in ("histology", "primary-site"))
    if lore.systems.name(system or "") != "icd-o-3" or not code:
        return NOTHING
    match = _MORPHOLOGY.fullmatch(lore.systems.spelt("icd-o-3", code))
    return NOTHING if match is None else _morphology(lore, system, int(match[1]), match[2])


def _morphology(lore: Lore, system: str | None, number: int, behaviour: str) -> tuple[Told, ...]:
    if behaviour == "6":
        metastasis = Told("metastasis", "present", detail(method="pathology"))
        return (*of_coding(lore, system, f"{number}/3"), metastasis)
    if not _FIRST_TYPED <= number <= _LAST or lore.says[system, f"{number}/3"]:
        return NOTHING  # no type at all, no such number, or a known type with a behaviour that it cannot have
    sarcoma = behaviour in "13" and any(low <= number <= high for low, high in SARCOMAS)
    family = "sarcoma" if sarcoma else "other"
    return (Told("histology", "OTHER", detail(family=family, morphology=f"{number}/{behaviour}")),)
