"""Published: what of the trial everybody may read, nobody's data: the form, its words, and whom the trial asks for."""

from __future__ import annotations

from natars_fhir.domain.study import Study
from natars_fhir.emit.code_system import code_systems
from natars_fhir.emit.evidence_variable import evidence_variable
from natars_fhir.emit.group import group
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.fhir.build import Node


def published(study: Study, base: str) -> list[Node]:
    """R4 resources, each once."""
    return [questionnaire(study, base), *code_systems(study, base), group(study, base), evidence_variable(study, base)]
