"""AuditEvent, said in R5, which has it restructured. https://hl7.org/fhir/R5/auditevent.html

R4's `type` is the category, its subtypes are the code; the outcome is a Coding with its details; the patient has an
element of its own. What an entity is (`entity.type`) R5 does not say: it goes along as HL7 carries R4's elements in R5.
"""

from __future__ import annotations

from typing import Any

from natars_fhir.fhir.build import R4_ELEMENT, Node, concept, extension, said
from natars_fhir.fhir.moves import Moved

_OUTCOME = "http://terminology.hl7.org/CodeSystem/audit-event-outcome"
_PERSON = "1"


def audit_event(node: Node, _: str) -> Moved:
    """The whole event; what it claims to be of are profiles of R4."""
    out = {name: value for name, value in node.items() if name not in _ANOTHER}
    meta = {name: value for name, value in node.get("meta", {}).items() if name != "profile"}
    patients = [one["what"] for one in node.get("entity", []) if one.get("type", {}).get("code") == _PERSON]
    detail = [concept(text=node["outcomeDesc"])] if "outcomeDesc" in node else []
    told = {
        "meta": meta,
        "category": [concept(node["type"])] if "type" in node else None,
        "code": concept(*node.get("subtype", [])),
        "outcome": said({"code": {"system": _OUTCOME, "code": node.get("outcome", "")}, "detail": detail}),
        "patient": patients[0] if patients else None,
        "source": _source(node.get("source", {})),
        "entity": [_entity(one) for one in node.get("entity", [])],
    }
    return out | said(told), []


_ANOTHER = frozenset({"meta", "type", "subtype", "outcome", "outcomeDesc", "source", "entity"})


def _source(node: Node) -> Node:
    site = {"display": node["site"]} if "site" in node else None
    kinds = [concept(one) for one in node.get("type", [])]
    return {name: value for name, value in node.items() if name != "site"} | said({"site": site, "type": kinds})


def _entity(node: Node) -> Node:
    out: dict[str, Any] = {
        name: value for name, value in node.items() if name not in ("type", "name", "role", "detail")
    }
    kind = [extension(f"{R4_ELEMENT}AuditEvent.entity.type", "Coding", node["type"])] if "type" in node else []
    name = [extension(f"{R4_ELEMENT}AuditEvent.entity.name", "String", node["name"])] if "name" in node else []
    detail = [{**one, "type": concept(text=one["type"])} for one in node.get("detail", [])]
    role = concept(node["role"]) if "role" in node else None
    return out | said({"extension": [*kind, *name], "role": role, "detail": detail})
