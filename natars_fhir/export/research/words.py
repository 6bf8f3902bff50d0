"""Words: every text that the makers write of themselves, so that the allow-list knows it for one of ours.

Whatever else stands in a resource must be a word of the mappings, or it does not go out. A word that is missing here is
missed in the export, and told.
"""

from __future__ import annotations

from collections.abc import Iterator

from natars_fhir.export.plan import every_text
from natars_fhir.export.research import adverse_event, condition, procedure, value
from natars_fhir.export.research.medication_administration import NOT_DRUGS, STATUS
from natars_fhir.export.research.observation import AGE
from natars_fhir.export.research.provenance import PROGRAM
from natars_fhir.export.research.research_subject import LINK
from natars_fhir.export.research.whole import MCODE, REDACTED, SECURITY
from natars_fhir.fhir.build import R5_ELEMENT, absent

#: What goes out, in the order in which a subject's come.
KINDS = (
    "ResearchStudy",
    "Patient",
    "ResearchSubject",
    "Condition",
    "Observation",
    "Procedure",
    "MedicationAdministration",
    "AdverseEvent",
    "QuestionnaireResponse",
    "Provenance",
)
#: The mCODE profiles that something may meet.
PROFILES = (
    "cancer-patient", "primary-cancer-condition", "cancer-related-medication-administration", "cancer-disease-status",
    "tumor-marker-test", "ecog-performance-status", "karnofsky-performance-status",
    "cancer-related-surgical-procedure",
)  # fmt: skip
_HL7 = "http://terminology.hl7.org/CodeSystem"
_SYSTEMS = (
    "condition-ver-status", "condition-clinical", "condition-category", "adverse-event-seriousness",
    "adverse-event-severity", "adverse-event-outcome", "research-subject-state", "research-subject-state-type",
    "provenance-participant-type", "data-absent-reason",
)  # fmt: skip
#: Statuses and other codes of the standard's; units and comparators.
_CODES = (
    "female", "male", "other", "unknown", "final", "preliminary", "completed", "actual", "source", "assembler",
    "problem-list-item", "unconfirmed", "active", "Enrollment", "<", "<=", ">", ">=", "d", "a", value.UCUM,
    "not-applicable", "masked", "type", "subjectState", "reason", "startDate", "endDate", "inclusion", "exclusion",
)  # fmt: skip
#: What an endpoint is told by (`endpoint.py`), and a detail of a fact (`value.py`).
_PARTS = (
    "status", "reason", "imputed", "yes", "no", "derivation", "analysis-set", "analysis-sets", "never-operated",
    "followed", "none", "name", "value", "standing", "pending", "hedged",
)  # fmt: skip
_SETS = ("ENROLLED", "TREATED-NEO", "OPERATED", "PER-PROTOCOL", "EXCLUDED-FINAL-PATH")
#: Why a time ends as it does (time_to_event.py).
REASONS = (
    "progression", "progression-and-death", "progression-undated", "death", "death-undated", "death-conflicting",
    "alive", "consent-withdrawn", "lost-to-follow-up", "new-therapy", "missed-assessments", "no-assessment",
    "never-operated", "surgery-undated", "withdrawal-undated", "no-entry-date",
)  # fmt: skip
_OWN = ("concept", "value", "drug", "endpoint", "answer", "reason", "subject-cause", "trial")
_EXTENSIONS = ("fact-detail", "ae-grade", "scrubbed", "reason")


def written(base: str) -> Iterator[str]:
    """The texts, with the addresses that begin with *base*."""
    yield from (*KINDS, *_CODES, *_PARTS, *_SETS, *REASONS, *NOT_DRUGS, *STATUS.values(), PROGRAM, LINK, *AGE)
    yield from (f"{_HL7}/{name}" for name in _SYSTEMS)
    yield from (f"{base}/CodeSystem/{name}" for name in _OWN)
    yield from (f"{base}/StructureDefinition/{name}" for name in _EXTENSIONS)
    yield from (f"{base}/NamingSystem/{name}" for name in ("subject", "mapping", "export-rules", "export-source"))
    yield f"{R5_ELEMENT}ResearchSubject.progress"
    yield from (f"{MCODE}{name}" for name in (*PROFILES, "histology-morphology-behavior"))
    yield from every_text(SECURITY, REDACTED, absent("unknown"))
    yield from every_text(condition.VERIFIED, [*condition.COURSES], procedure.STATUS, value.ABSENT)
    yield from every_text(adverse_event.SERIOUS, [*adverse_event.OUTCOMES], [*adverse_event.SEVERITIES])
