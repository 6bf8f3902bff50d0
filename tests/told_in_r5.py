"""R4 resources told in R5's words: what a hospital that speaks R5 would have sent of the same patient.

Written from https://hl7.org/fhir/R5/diff.html and not from the product's own tables, which read it back.
"""

from __future__ import annotations

import copy
from typing import Any

Node = dict[str, Any]

THO = "http://terminology.hl7.org/CodeSystem"
ADHERENCE = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence"
#: the arms as the study's registration names them, and what its R5 comparison groups are linked by
ARMS = {"The Surgery only Group": "surgery-only", "The Neoadjuvant Therapy Group": "neoadjuvant"}
_TAKEN = {
    "not-taken": "not-taking",
    "active": "taking",
    "completed": "taking",
    "on-hold": "on-hold",
    "stopped": "stopped",
}


def in_r5(node: Node) -> Node:
    """A resource, or a Bundle with all that it holds, in R5."""
    told = copy.deepcopy(node)
    kind = told.get("resourceType")
    if kind == "Bundle":
        for entry in told.get("entry", ()):
            if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                entry["resource"] = in_r5(entry["resource"])
        return told
    if "contained" in told:
        told["contained"] = [in_r5(one) for one in told["contained"]]
    change = _CHANGES.get(str(kind))
    if change is not None:
        change(told)
    return told


def concept(system: str, code: str) -> Node:
    return {"coding": [{"system": system, "code": code}]}


def _rename(node: Node, **names: str) -> None:
    for old, new in names.items():
        for mark in ("", "_"):
            if mark + old in node:
                node[mark + new] = node.pop(mark + old)


def _reasons(node: Node) -> None:
    concepts = [{"concept": one} for one in node.pop("reasonCode", ())]
    if found := concepts + [{"reference": one} for one in node.pop("reasonReference", ())]:
        node["reason"] = found


def _drug(node: Node) -> None:
    if "medicationCodeableConcept" in node:
        node["medication"] = {"concept": node.pop("medicationCodeableConcept")}
    if "medicationReference" in node:
        node["medication"] = {"reference": node.pop("medicationReference")}


def _many(node: Node, *names: str) -> None:
    for name in names:
        if name in node:
            node[name] = [node[name]]


def _condition(node: Node) -> None:
    roles = (("recorder", "enterer"), ("asserter", "informant"))
    people = [
        {"function": concept(f"{THO}/provenance-participant-type", function), "actor": node.pop(name)}
        for name, function in roles
        if name in node
    ]
    if people:
        node["participant"] = people
    grounds = node.pop("evidence", ())
    found = [{"concept": code} for one in grounds for code in one.get("code", ())]
    if found := found + [{"reference": ref} for one in grounds for ref in one.get("detail", ())]:
        node["evidence"] = found
    node.setdefault("clinicalStatus", concept(f"{THO}/condition-clinical", "unknown"))


def _procedure(node: Node) -> None:
    _rename(
        node, **{f"performed{kind}": f"occurrence{kind}" for kind in ("DateTime", "Period", "String", "Age", "Range")}
    )
    _many(node, "category")
    _reasons(node)


def _administration(node: Node) -> None:
    _rename(node, effectiveDateTime="occurenceDateTime", effectivePeriod="occurencePeriod", context="encounter")
    _many(node, "category")
    _drug(node)
    _reasons(node)
    for one in node.get("performer", ()):
        one["actor"] = {"reference": one["actor"]}


def _statement(node: Node) -> None:
    _rename(node, context="encounter")
    _many(node, "category", "informationSource")
    _drug(node)
    _reasons(node)
    if node["status"] in _TAKEN:
        node["adherence"] = {"code": concept(ADHERENCE, _TAKEN[node["status"]])}
        node["status"] = "recorded"


def _request(node: Node) -> None:
    _rename(node, reportedBoolean="reported")
    _many(node, "performer")
    _drug(node)
    _reasons(node)


def _medication(node: Node) -> None:
    _rename(node, form="doseForm", manufacturer="marketingAuthorizationHolder")
    for part in node.get("ingredient", ()):
        if "itemCodeableConcept" in part:
            part["item"] = {"concept": part.pop("itemCodeableConcept")}


def _consent(node: Node) -> None:
    _rename(node, patient="subject", dateTime="date", organization="manager", performer="grantor")
    _many(node, "sourceAttachment", "sourceReference")
    if scope := node.pop("scope", None):
        node["category"] = [*node.get("category", ()), scope]
    if policies := node.pop("policy", None):
        node["policyBasis"] = {"url": policies[0]["uri"]}
    if rule := node.pop("policyRule", None):
        node["regulatoryBasis"] = [rule]
    root = node.pop("provision", {})
    decision = "deny" if node.get("status") == "rejected" else root.get("type")
    if "date" in node:
        node["date"] = node["date"][:10]  # R5 keeps the day alone
    if decision:
        node["decision"] = decision
    if "period" in root:
        node["period"] = root["period"]
    if "provision" in root:
        node["provision"] = root["provision"]
    node["status"] = {"rejected": "active", "proposed": "draft"}.get(node["status"], node["status"])


def _report(node: Node) -> None:
    _rename(node, imagingStudy="study")


def _encounter(node: Node) -> None:
    _rename(node, period="actualPeriod", hospitalization="admission")
    if "class" in node:
        node["class"] = [{"coding": [node["class"]]}]
    node["status"] = {"finished": "completed"}.get(node["status"], node["status"])


def _subject(node: Node) -> None:
    _rename(node, individual="subject", assignedArm="assignedComparisonGroup", actualArm="actualComparisonGroup")
    for name in ("assignedComparisonGroup", "actualComparisonGroup"):
        if name in node:  # R5 links to the arm of the study by its id
            node[name] = ARMS[node[name]]
    state = {"subjectState": concept(f"{THO}/research-subject-state", node["status"])}
    node |= {
        "status": "active",
        "progress": [{"type": concept(f"{THO}/research-subject-state-type", "Enrollment"), **state}],
    }
    _many(node, "consent")


def _event(node: Node) -> None:
    _rename(node, event="code", date="occurrenceDateTime", resultingCondition="resultingEffect")
    _many(node, "identifier", "outcome")
    if severity := node.pop("severity", None):
        old = "http://hl7.org/fhir/4.0/StructureDefinition/extension-AdverseEvent.severity"
        node["extension"] = [*node.get("extension", ()), {"url": old, "valueCodeableConcept": severity}]
    node["status"] = "completed"


def _list(node: Node) -> None:
    _many(node, "subject")


def _response(node: Node) -> None:
    _many(node, "identifier")
    node.setdefault("questionnaire", "urn:uuid:00000000-0000-4000-8000-000000000000")


_CHANGES = {
    "AdverseEvent": _event,
    "Condition": _condition,
    "Consent": _consent,
    "DiagnosticReport": _report,
    "Encounter": _encounter,
    "List": _list,
    "Medication": _medication,
    "MedicationAdministration": _administration,
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
    "Procedure": _procedure,
    "QuestionnaireResponse": _response,
    "ResearchSubject": _subject,
}
