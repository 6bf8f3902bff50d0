"""What takes several elements at once on the way from R4 to R5; the rows are in `r5_back`.

See https://hl7.org/fhir/R5/diff.html; what R4 alone says goes along as HL7's cross-version extensions have it.
"""

from __future__ import annotations

from typing import Any

from natars_fhir.fhir.build import R4_ELEMENT, R5_ELEMENT, Node, absent, coding, concept, extension, said
from natars_fhir.fhir.moves import Moved, untold

_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ADHERENCE = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence"
_FHIR_TYPES = "http://hl7.org/fhir/resource-types"
_TAKEN = {"active": "taking", "not-taken": "not-taking", "on-hold": "on-hold", "stopped": "stopped"}


def condition(node: Node, _: str) -> Moved:
    """Who recorded and who asserted it become participants; R5 must have a clinical status."""
    out = {name: value for name, value in node.items() if name not in ("recorder", "asserter")}
    roles = [("enterer", "recorder"), ("informant", "asserter")]
    people = [
        {"function": concept(coding(_PARTICIPANT, role)), "actor": node[name]} for role, name in roles if name in node
    ]
    unknown = concept(coding(_CLINICAL, "unknown"))
    return said({**out, "participant": people}) | {"clinicalStatus": out.get("clinicalStatus") or unknown}, []


def medication_statement(node: Node, _: str) -> Moved:
    """R4's one status says whether it is recorded, and whether it is taken."""
    out = {name: value for name, value in node.items() if name not in ("status", "statusReason")}
    status = node.get("status")
    url = f"{R5_ELEMENT}MedicationStatement.adherence"
    told = [one for one in _objects(node.get("extension")) if one.get("url") == url]
    inner = [part for one in told for part in _objects(one.get("extension"))]
    parts = {part.get("url"): part.get("valueCodeableConcept") for part in inner}
    taken = _TAKEN.get(status) if isinstance(status, str) else None
    reason = next(iter(_objects(node.get("statusReason"))), parts.get("reason"))
    known = parts.get("code") or (concept(coding(_ADHERENCE, taken)) if taken else None)
    adherence = {"code": known or concept(coding(_ADHERENCE, "unknown")), "reason": reason} if known or reason else {}
    rest = [one for one in _objects(node.get("extension")) if one not in told]
    if status not in (None, "entered-in-error", *_TAKEN):
        rest.append(extension(f"{R4_ELEMENT}MedicationStatement.status", "Code", status))
    word = {"entered-in-error": status, "intended": "draft"}.get(str(status), "recorded")
    return said({**out, "status": word, "adherence": said(adherence), "extension": rest}), []


def medication_request(node: Node, _: str) -> Moved:
    """Whoever is named as the source reported it."""
    return ({**node, "reported": True} if "informationSource" in node and "reported" not in node else node), []


def adverse_event(node: Node, _: str) -> Moved:
    """R4 says in an extension that it is none; its severity goes along in one."""
    url = f"{R5_ELEMENT}AdverseEvent.status"
    modifiers = _objects(node.get("modifierExtension"))
    status = next((one.get("valueCode") for one in modifiers if one.get("url") == url), None)
    rest = [one for one in modifiers if one.get("url") != url]
    out = {name: value for name, value in node.items() if name not in ("severity", "modifierExtension")}
    kept = _objects(node.get("extension"))
    if "severity" in node:
        kept = [*kept, extension(f"{R4_ELEMENT}AdverseEvent.severity", "CodeableConcept", node["severity"])]
    told = {"status": status} if status else {"_status": absent()}
    return said({**out, "extension": kept, "modifierExtension": rest}) | told, []


def consent(node: Node, place: str) -> Moved:
    """R4's root provision is R5's decision and period; what it holds besides, and its exceptions, are provisions."""
    out = {name: value for name, value in node.items() if name not in ("scope", "provision")}
    root = node.get("provision")
    root = root if isinstance(root, dict) else {}
    own = {name: value for name, value in root.items() if name not in ("type", "period", "provision")}
    rules = [_rule(one) for one in ([own] if own else []) + _objects(root.get("provision"))]
    kept = _objects(node.get("extension"))
    if isinstance(node.get("scope"), dict):
        kept = [*kept, extension(f"{R4_ELEMENT}Consent.scope", "CodeableConcept", node["scope"])]
    told = [untold(f"{place}.provision.provision.type", "R5 says this by the decision.")] if _mixed(root) else []
    decision = {"decision": root.get("type"), "period": root.get("period"), "provision": rules}
    return said({**out, **decision, "extension": kept}), told


def _mixed(root: Node) -> bool:
    """Is there an exception that says the same as the rule around it?"""
    return any(one.get("type") == root.get("type") for one in _objects(root.get("provision")) if "type" in one)


def _rule(rule: Node) -> Node:
    classes = _objects(rule.get("class"))
    types = [one for one in classes if one.get("system") == _FHIR_TYPES]
    out = {name: value for name, value in rule.items() if name not in ("type", "class", "provision")}
    nested = [_rule(one) for one in _objects(rule.get("provision"))]
    documents = [one for one in classes if one not in types]
    return said({**out, "resourceType": types, "documentType": documents, "provision": nested})


def policy(value: list[Node], place: str) -> Moved:
    """R5 names one policy, by its address."""
    urls = [one["uri"] for one in value if "uri" in one]
    told = [untold(f"{place}[{index}]", "R5 holds one of these: the first.") for index in range(1, len(value))]
    return ({"policyBasis": {"url": urls[0]}} if urls else {}), told


def sampled(node: Node, _: str) -> Moved:
    """R4 counts the period between samples in milliseconds."""
    out = {name: value for name, value in node.items() if name != "period"}
    return (out | {"interval": node["period"], "intervalUnit": "ms"} if "period" in node else out), []


def _objects(value: Any) -> list[Node]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
