"""ResearchStudy: the trial as registered, and one study of each hospital that is part of it (standards.md §1.2, §1.6).

R4 (https://hl7.org/fhir/R4/researchstudy.html). What only R5 has an element for goes into HL7's cross-version
extensions, from which ``fhir/r5.py`` makes R5's own elements.
"""

from __future__ import annotations

from typing import Any

from natars_fhir.domain.study import Arm, Study
from natars_fhir.emit.evidence_variable import evidence_variable
from natars_fhir.emit.group import group
from natars_fhir.emit.questionnaire import form_url
from natars_fhir.fhir import build
from natars_fhir.fhir.build import R5_ELEMENT, Node, coding, concept, extension, parts, slug
from natars_fhir.fhir.versions import Name

REGISTRY = "http://clinicaltrials.gov"

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_PHASES = frozenset(
    {"n-a", "early-phase-1", "phase-1", "phase-1-phase-2", "phase-2", "phase-2-phase-3", "phase-3", "phase-4"}
)
_OBJECTIVES = ("primary", "secondary", "exploratory")
#: R5's codes; R4 has no binding for an arm's type.
_ARM_TYPES = ("experimental", "active-comparator", "placebo-comparator", "sham-comparator", "no-intervention")
#: The registry's words that R5 has a code for (https://hl7.org/fhir/R5/codesystem-research-study-status.html)
_PROGRESS = frozenset(
    {
        "active",
        "active-but-not-recruiting",
        "completed",
        "enrolling-by-invitation",
        "not-yet-recruiting",
        "recruiting",
        "terminated",
        "withdrawn",
    }
)


def master_study(study: Study, canonical_base: str, version: Name = "R4") -> Node:
    """The trial itself. Whom it asks for goes along: in R4 as a Group, in *version* R5 as an EvidenceVariable."""
    ours = build.identifier(f"{canonical_base}/NamingSystem/study", study.id)
    asked = evidence_variable(study, canonical_base) if version == "R5" else group(study, canonical_base)
    return _study(study, canonical_base, study.id) | build.said(
        {
            "contained": [asked] if study.criteria else [],
            "enrollment": [{"reference": f"#{asked['id']}"}] if study.criteria else [],
            "relatedArtifact": _artifacts(study, canonical_base),
            "identifier": [build.identifier(REGISTRY, study.registry_id) | {"use": "official"}, ours],
            "title": study.title,
            "description": study.description,
            "site": [build.named("Location", f"{centre.name}, {centre.city}") for centre in study.centres],
            "objective": [_objective(kind, name) for kind, name in study.objectives],
            "extension": [*_facts(study), *_parties(study), *(_outcome(*outcome) for outcome in study.outcomes)],
        }
    )


def _artifacts(study: Study, base: str) -> list[Node]:
    """What stands about the trial elsewhere, and the form by which we screen for it."""
    told = [{"type": one.kind, "display": one.title, "url": one.url} for one in study.artifacts]
    form = {"type": "composed-of", "display": f"{study.acronym}: screening form", "resource": form_url(study, base)}
    return [*told, form] if study.criteria else told


def site_study(study: Study, site_id: str, site_title: str, canonical_base: str) -> Node:
    """One hospital's part of the trial: ResearchSubjects point to it (CDISC's SITEID, standards.md §1.6)."""
    return _study(study, canonical_base, slug(f"{study.id}-{site_id}")) | build.said(
        {
            "identifier": [build.identifier(f"{canonical_base}/NamingSystem/site", site_id)],
            "title": f"{study.acronym}: {site_title}",
            "partOf": [build.reference("ResearchStudy", study.id, study.acronym)],
            "site": [build.named("Location", site_title)],
            "extension": _progress(study),
        }
    )


def _study(study: Study, canonical_base: str, id_: str) -> Node:
    """What the trial and its sites have in common."""
    return {
        "resourceType": "ResearchStudy",
        "id": id_,
        "meta": {"tag": [coding(f"{canonical_base}/CodeSystem/trial", study.id)]},
        "status": "active",  # R4 has no code for how a trial enrols: the note says it
    } | build.said(
        {
            "primaryPurposeType": _coded("research-study-prim-purp-type", study.purpose),
            "phase": _phase(study.phase),
            "condition": [concept(text=study.condition)] if study.condition else [],
            "period": build.period(study.start, study.end),
            "sponsor": build.named("Organization", study.sponsor) if study.sponsor else {},
            "arm": [_arm(arm) for arm in study.arms],
            "note": [{"text": text} for text in _notes(study)],
        }
    )


def _notes(study: Study) -> list[str]:
    primary = f"Primary completion: {study.primary_completion}" if study.primary_completion else ""
    return [text for text in (study.status_note, primary) if text]


def _coded(system: str, word: str) -> Node:
    return concept(coding(f"{_TERMINOLOGY}/{system}", slug(word)), text=word) if word else {}


def _phase(words: str) -> Node:
    code = slug(words)
    known = [coding(f"{_TERMINOLOGY}/research-study-phase", code)] if words and code in _PHASES else []
    return concept(*known, text=words)


def _arm(arm: Arm) -> Node:
    code = slug(arm.kind) if arm.kind else ""
    known = [coding("http://hl7.org/fhir/research-study-arm-type", code)] if code in _ARM_TYPES else []
    link = extension(f"{R5_ELEMENT}ResearchStudy.comparisonGroup.linkId", "Id", arm.slug)
    words = {"name": arm.name, "type": concept(*known, text=arm.kind), "description": arm.description}
    return {"extension": [link]} | build.said(words)


def _objective(kind: str, name: str) -> Node:
    return build.said({"name": name, "type": _kind(kind)})


def _kind(kind: str) -> Node:
    known = [coding(f"{_TERMINOLOGY}/research-study-objective-type", kind)] if kind in _OBJECTIVES else []
    return concept(*known, text="" if known else kind)


# What R4 has no element for


def _facts(study: Study) -> list[Node]:
    acronym = concept(coding("http://hl7.org/fhir/title-type", "acronym"))
    label = _complex("label", [("type", "CodeableConcept", acronym), ("value", "String", study.acronym)])
    designs = [coding("http://hl7.org/fhir/study-design", code, display) for code, display in study.design]
    return [
        label,
        *_progress(study),
        *(_simple("studyDesign", "CodeableConcept", concept(design)) for design in designs),
        _simple("recruitment.targetNumber", "UnsignedInt", study.enrolment),
    ]


def _progress(study: Study) -> list[Node]:
    """Where the trial stands, in the registry's words; R5 has codes for them, R4 has not."""
    code = slug(study.status_note) if study.status_note else ""
    known = [coding("http://hl7.org/fhir/research-study-status", code, version="5.0.0")] if code in _PROGRESS else []
    state = concept(*known, text=study.status_note)
    return [_complex("progressStatus", [("state", "CodeableConcept", state)])] if state else []


def _parties(study: Study) -> list[Node]:
    """The hospitals that work with the sponsor; the sponsor has an element of its own."""
    return [_collaborator(centre.name) for centre in study.centres if centre.name != study.sponsor]


def _collaborator(name: str) -> Node:
    role = concept(coding("http://hl7.org/fhir/research-study-party-role", "collaborator"))
    party = build.named("Organization", name)
    said = [("name", "String", name), ("role", "CodeableConcept", role), ("party", "Reference", party)]
    return _complex("associatedParty", said)


def _outcome(kind: str, name: str, description: str) -> Node:
    said = [
        ("name", "String", name),
        ("type", "CodeableConcept", _kind(kind)),
        ("description", "Markdown", description),
    ]
    return _complex("outcomeMeasure", said)


def _simple(name: str, kind: str, value: Any) -> Node:
    return extension(f"{R5_ELEMENT}ResearchStudy.{name}", kind, value)


def _complex(name: str, said: list[tuple[str, str, Any]]) -> Node:
    return parts(f"{R5_ELEMENT}ResearchStudy.{name}", *(extension(*one) for one in said if one[2]))
