"""Observation: what one criterion came to for one patient (standards.md §3).

R4: https://hl7.org/fhir/R4/observation.html. A value where the answer is known; where it is not, why, never a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from natars_fhir.domain.answer import UNKNOWN, Reason
from natars_fhir.domain.finding import Finding
from natars_fhir.domain.interval import days
from natars_fhir.domain.record import Fact, Patient
from natars_fhir.domain.sentence import render
from natars_fhir.domain.study import Criterion
from natars_fhir.emit.bilingual import both
from natars_fhir.emit.code_system import answer, criterion_coding, reason_coding, snomed_answer
from natars_fhir.emit.identity import Identity
from natars_fhir.emit.provenance import mapping_system, provenance
from natars_fhir.emit.sources import is_literal, kind_of, patient_reference, reference_to
from natars_fhir.fhir import build
from natars_fhir.fhir.build import Node, coding, concept

#: The standard's word for what we say more exactly (http://terminology.hl7.org/CodeSystem/data-absent-reason).
_ABSENT: Mapping[Reason, str] = MappingProxyType(
    {"pending": "temp-unknown", "not-yet": "temp-unknown", "needs-attestation": "not-asked"}
)
_ABSENT_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

#: What an Observation may be derived from, in R4 and in R5; what else was read stands in the Provenance alone.
_DERIVED_FROM = frozenset(
    {"DocumentReference", "ImagingStudy", "MolecularSequence", "Observation", "QuestionnaireResponse"}
)

_RESULTS = "/NamingSystem/criterion-result"


def results_system(canonical_base: str) -> str:
    """The identifier system of results; their values begin with the subject's pseudonym."""
    return f"{canonical_base}{_RESULTS}"


def observation(
    criterion: Criterion, finding: Finding, patient: Patient, trial: str, identity: Identity, *, signed: bool = False
) -> Node:
    """The same finding gives the same bytes: it says nothing of the day on which it was asked. *identity* is that of
    this criterion's result."""
    base = identity.canonical_base
    return build.said(
        {
            "resourceType": "Observation",
            "id": identity.id,
            "meta": {"tag": [coding(f"{base}/CodeSystem/trial", trial)]},
            "contained": [provenance("sources", "", finding.facts, base, None)],
            "identifier": [build.identifier(results_system(base), f"{identity.pseudonym}-{criterion.id}")],
            "status": "final" if signed else "preliminary",
            "code": concept(criterion_coding(criterion, base)) | both("text", *_words(criterion)),
            "subject": patient_reference(patient, identity.primary),
            "effectiveDateTime": _latest(finding.facts),
            **_value(finding, base),
            "note": [both("text", render(finding.sentence, "en"), render(finding.sentence, "zh"))],
            "derivedFrom": [reference_to(key) for key in _derived_from(finding.facts)],
        }
    )


def meaning(result: Node) -> Node:
    """What a result says and from which sources: without its sentence, which may name the day it was asked ("54 years
    old on …": what was said of an earlier day stays true), and without who read the sources, and by which mapping."""
    sources = [
        entity["what"]
        for one in result["contained"]
        for entity in one.get("entity", ())
        if entity["what"].get("identifier", {}).get("system", "") != mapping_system(_base_of(result))
    ]
    return {name: value for name, value in result.items() if name != "note"} | {"contained": sources}


def _base_of(result: Node) -> str:
    return str(result["identifier"][0]["system"]).removesuffix(_RESULTS)


def _words(criterion: Criterion) -> tuple[str, str]:
    return criterion.text["en"], criterion.text.get("zh", "")


def _value(finding: Finding, base: str) -> Node:
    reason = [reason_coding(finding.reason, base)] if finding.reason else []
    if finding.answer is UNKNOWN:
        absent = _ABSENT.get(finding.reason, "unknown") if finding.reason else "unknown"
        return {"dataAbsentReason": concept(coding(_ABSENT_SYSTEM, absent), *reason)}
    word = finding.answer.word
    return {"valueCodeableConcept": concept(answer(word, base), snomed_answer(word), *reason)}


def _latest(facts: Iterable[Fact]) -> str | None:
    """The latest clinical day that the answer rests on, as it was written; None where no fact has one."""
    dated = [fact.when for fact in facts if fact.when]
    return max(dated, key=lambda when: (str(days(when).high or ""), when), default=None)


def _derived_from(facts: Iterable[Fact]) -> list[str]:
    keys = {fact.source.reference for fact in facts}
    return sorted(key for key in keys if is_literal(key) and kind_of(key) in _DERIVED_FROM)
