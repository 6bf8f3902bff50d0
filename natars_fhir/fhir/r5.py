"""FHIR R5, told as its differences from R4, the version we think in: R5 comes in as R4, and R4 goes out as R5.

See https://hl7.org/fhir/R5/diff.html. What one version cannot say of the other is told as an Issue with its FHIRPath.
Another version is a module like this one and its row in ``versions.py``.
"""

from __future__ import annotations

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import r5_back
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.convert import Differences, convert, foreign
from natars_fhir.fhir.r5_elements import MOVES
from natars_fhir.fhir.r5_outbound import OUTBOUND
from natars_fhir.fhir.r5_wholes import WHOLES

#: The types that our views read, and the envelope they come in.
READ = frozenset(
    {
        "AdverseEvent",
        "Bundle",
        "Condition",
        "Consent",
        "DiagnosticReport",
        "Encounter",
        "ImagingStudy",
        "List",
        "Medication",
        "MedicationAdministration",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Patient",
        "Procedure",
        "QuestionnaireResponse",
        "ResearchSubject",
        "Specimen",
    }
)

_DATATYPES = ("Attachment", "Dosage", "SampledData")
#: Elements whose children are those of a datatype, or of another element.
_ENTERS = {
    "Consent.provision.provision": "Consent.provision",
    "DiagnosticReport.presentedForm": "Attachment",
    "MedicationRequest.dosageInstruction": "Dosage",
    "MedicationStatement.dosage": "Dosage",
    "Observation.component.referenceRange": "Observation.referenceRange",
    "Patient.photo": "Attachment",
    "QuestionnaireResponse.item.answer.item": "QuestionnaireResponse.item",
    "QuestionnaireResponse.item.item": "QuestionnaireResponse.item",
}


def _enters(path: str, name: str) -> str:
    if name in ("extension", "modifierExtension"):
        return "Extension"
    here = f"{path}.{name}"
    return _ENTERS.get(here) or next((kind for kind in _DATATYPES if name.endswith(kind)), here)


_INBOUND = Differences(READ, MOVES, WHOLES, _enters)


def to_r4(resource: Node) -> tuple[Node, list[Issue]]:
    """An R5 resource (or Bundle of them) as R4; the input is not changed."""
    return _convert(resource, _INBOUND)


def _leaves(path: str, name: str) -> str:
    return _enters(path, name) if _enters(path, name) != f"{path}.{name}" else OUTBOUND.enters(path, name)


#: What we emit, and what hospitals send.
_OUTBOUND = Differences(
    OUTBOUND.types | r5_back.TYPES,
    {**r5_back.MOVES, **OUTBOUND.moves},
    {**r5_back.WHOLES, **OUTBOUND.wholes},
    _leaves,
)


def to_r5(resource: Node) -> tuple[Node, list[Issue]]:
    """An R4 resource that we emit or keep (or a Bundle of them) as R5; the input is not changed."""
    return _convert(resource, _OUTBOUND)


def _convert(resource: Node, differences: Differences) -> tuple[Node, list[Issue]]:
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in differences.types:
        return resource, [foreign(kind if isinstance(kind, str) and kind.isalpha() else "Resource")]
    return convert(resource, kind, kind, differences)
