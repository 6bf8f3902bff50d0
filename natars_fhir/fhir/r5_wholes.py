"""What R5 says with several elements at once and R4 with others; runs after the rows of ``r5_elements.py``.

See https://hl7.org/fhir/R5/diff.html and standards.md §1.4, §4.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import R4_ELEMENT, R5_ELEMENT, Node, absent, concept, extension, parts, said
from natars_fhir.fhir.moves import Moved, inexact, untold

_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
#: Who recorded and who asserted, in the words of R5's participants.
_FUNCTIONS = {"author": "recorder", "enterer": "recorder", "informant": "asserter", "attester": "asserter"}

_ADHERENCE = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence"
#: HL7's pairs. `not-taking` says "is not being taken", R4's `not-taken` "was not consumed": the exact word of R5 is
#: kept beside it as a cross-version extension, and a reader of R4 must not take it for "never" (clinical.md §2.0).
_TAKEN = {"taking": "active", "not-taking": "not-taken", "on-hold": "on-hold", "stopped": "stopped"}

#: Statuses of R4 that R5 has no adherence for; HL7's extension carries them.
_UNSAID = ("completed", "intended", "unknown")

SUBJECT_STATE = "http://terminology.hl7.org/CodeSystem/research-subject-state"
STATE_TYPE = "http://terminology.hl7.org/CodeSystem/research-subject-state-type"

_OPPOSITE = {"permit": "deny", "deny": "permit"}
_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"


def condition(node: Node, place: str) -> Moved:
    """Participants become recorder and asserter; R5 must have a clinical status, R4 sometimes must not."""
    out = {name: value for name, value in node.items() if name != "participant"}
    issues = []
    for index, item in enumerate(_objects(node, "participant")):
        role = _FUNCTIONS.get(_code(item.get("function"), _PARTICIPANT), "")
        if role and role not in out and "actor" in item:
            out[role] = item["actor"]
        else:
            issues.append(untold(f"{place}.participant[{index}]"))
    wrong = _code(out.get("verificationStatus")) == "entered-in-error"
    if wrong or _code(out.get("clinicalStatus")) == "unknown":
        out.pop("clinicalStatus", None)
        issues.append(untold(f"{place}.clinicalStatus", "R4 says this by having no clinical status."))
    return out, issues


def medication_statement(node: Node, place: str) -> Moved:
    """R5 splits whether it is recorded (status) from whether it is taken (adherence); R4 has one status. Where R4's own
    status was sent along it comes back: R5's adherence has no word for a course that was completed."""
    kept, without = _restored(node, "MedicationStatement.status")
    if kept in _UNSAID and node.get("status") in ("recorded", "draft") and "adherence" not in node:
        return without | {"status": kept}, []
    out = {name: value for name, value in node.items() if name != "adherence"}
    adherence = _object(node.get("adherence"))
    issues: list[Issue] = []
    if node.get("status") in ("recorded", "draft"):
        word = _code(adherence.get("code"), _ADHERENCE)
        taken = next((r4 for r5, r4 in _TAKEN.items() if word == r5 or word.startswith(f"{r5}-")), None)
        out["status"] = taken if taken and node["status"] == "recorded" else "unknown"
        if not taken or node["status"] == "draft":
            issues.append(inexact(f"{place}.status", "R4 has no such status: whether it is taken is not known."))
    if not adherence:
        return out, issues
    kept = [extension(name, "CodeableConcept", adherence[name]) for name in ("code", "reason") if name in adherence]
    out["extension"] = [*_objects(node, "extension"), parts(f"{R5_ELEMENT}MedicationStatement.adherence", *kept)]
    if "reason" in adherence:
        out["statusReason"] = [adherence["reason"]]
    return out, issues + [untold(f"{place}.adherence.{n}") for n in adherence if n not in ("code", "reason")]


def medication_request(node: Node, place: str) -> Moved:
    """R4 has a choice where R5 says both that it is reported and by whom."""
    if "reportedBoolean" not in node or "reportedReference" not in node:
        return node, []
    out = {name: value for name, value in node.items() if name != "reportedBoolean"}
    return out, [untold(f"{place}.reported", "R4 says this by naming the source.")]


def consent(node: Node, place: str) -> Moved:
    """The decision and the period become R4's root provision, R5's provisions its exceptions."""
    out = {name: v for name, v in node.items() if name not in ("decision", "_decision", "period", "provision")}
    issues = [untold(f"{place}.decision")] if "_decision" in node and "decision" not in node else []
    decision = node.get("decision", "")
    rules = _objects(node, "provision")
    root = said({"type": decision, "period": node.get("period")})
    if root or len(rules) > 1:
        root = said(root | {"provision": [_rule(rule, _OPPOSITE.get(decision, "")) for rule in rules]})
    elif rules:
        root = rules[0]
    if root:
        out["provision"] = root
    if "sourceAttachment" in out and "sourceReference" in out:
        del out["sourceReference"]
        issues.append(untold(f"{place}.sourceReference"))
    return _complete(out), issues


def _rule(rule: Node, kind: str) -> Node:
    """An R5 provision is an exception to the rule around it: what that permits, this denies."""
    nested = [_rule(inner, _OPPOSITE.get(kind, "")) for inner in _objects(rule, "provision")]
    return said({"type": kind} | rule | {"provision": nested})


def _complete(node: Node) -> Node:
    """R4 must have a scope, a category and a policy. R5 says the scope as a category, or as an extension."""
    scope, out = _restored(node, "Consent.scope")
    found = [c for one in _objects(out, "category") for c in _objects(one, "coding") if _is_research(c)]
    research = concept({"system": _SCOPE, "code": "research"}) if found else None
    policy = {} if "policy" in out or "policyRule" in out else {"policyRule": absent()}
    return out | {"scope": scope or research or absent(), "category": out.get("category") or [absent()]} | policy


def _is_research(coding: Node) -> bool:
    return str(coding.get("code")).lower() == "research" and "terminology.hl7.org" in str(coding.get("system"))


def consent_actor(node: Node, _: str) -> Moved:
    """R4 must have both."""
    return {"role": absent(), "reference": absent()} | node, []


def adverse_event(node: Node, place: str) -> Moved:
    """R4 has no status: what must not be read as an event says so in HL7's modifier extension."""
    severity, out = _restored(node, "AdverseEvent.severity")
    status = out.pop("status", None)
    out.pop("_status", None)
    if severity:
        out["severity"] = severity
    if status in ("entered-in-error", "unknown"):
        kept = extension(f"{R5_ELEMENT}AdverseEvent.status", "Code", status)
        out["modifierExtension"] = [*_objects(node, "modifierExtension"), kept]
        return out, []
    return out, [untold(f"{place}.status")] if "status" in node or "_status" in node else []


def encounter(node: Node, _: str) -> Moved:
    """R4 must have a class."""
    return {"class": absent()} | node, []


def research_subject(node: Node, place: str) -> Moved:
    """R4's status is the person's state, which R5 keeps in ``progress``; R5's status is the record's."""
    out = {name: value for name, value in node.items() if name not in ("progress", "status", "_status")}
    issues = [untold(f"{place}.status")] if node.get("status") != "active" else []
    steps = _objects(node, "progress")
    current = _current(steps)
    for index, step in enumerate(steps):
        known = _said(step) if index == current else ()
        issues += [untold(f"{place}.progress[{index}].{name}") for name in step if name not in known]
    state = {"status": _code(steps[current]["subjectState"], SUBJECT_STATE)} if current >= 0 else {"_status": absent()}
    return out | state | _arm(out, "assignedArm", "assigned") | _arm(out, "actualArm", "actual"), issues


def _current(steps: list[Node]) -> int:
    """The step that holds the state in force: not ended, the latest, the last told; -1 where none has a state."""
    states = [at for at, step in enumerate(steps) if _code(step.get("subjectState"), SUBJECT_STATE)]
    return max(states, key=lambda at: ("endDate" not in steps[at], str(steps[at].get("startDate", "")), at), default=-1)


def _said(step: Node) -> tuple[str, ...]:
    enrolled = _code(step.get("type"), STATE_TYPE) == "Enrollment"
    return ("subjectState", "type") if enrolled else ("subjectState",)


def _arm(node: Node, name: str, which: str) -> Node:
    """R5 names an arm by its linkId; where R4's name was sent along it comes back."""
    kept, _ = _restored(_object(node.get(f"_{name}")), f"ResearchSubject.{name}")
    if not isinstance(kept, str):
        return {}
    link = extension(f"{R5_ELEMENT}ResearchSubject.{which}ComparisonGroup", "Id", node.get(name))
    return {name: kept, f"_{name}": {"extension": [link]}}


def dosage(node: Node, place: str) -> Moved:
    """R5 tells "as needed" and what for apart; R4 has a choice of the two."""
    out = {name: value for name, value in node.items() if name not in ("asNeeded", "_asNeeded", "asNeededFor")}
    reasons = _objects(node, "asNeededFor")
    told = [untold(f"{place}.asNeededFor[{i}]", "R4 holds one of these: the first.") for i in range(1, len(reasons))]
    if reasons:
        return out | {"asNeededCodeableConcept": reasons[0]}, told
    boolean = {"asNeededBoolean": node.get("asNeeded"), "_asNeededBoolean": node.get("_asNeeded")}
    return out | {name: value for name, value in boolean.items() if value is not None}, told


def sampled(node: Node, place: str) -> Moved:
    """R4 counts the period between samples in milliseconds."""
    out = {name: value for name, value in node.items() if name not in ("interval", "intervalUnit")}
    if node.get("intervalUnit") == "ms" and "interval" in node:
        return out | {"period": node["interval"]}, []
    return out, [untold(f"{place}.{name}") for name in ("interval", "intervalUnit") if name in node]


def extensions(node: Node, place: str) -> Moved:
    """An extension whose value has a type that R4 has not is left out whole."""
    if isinstance(node.get("valueInteger64"), str | int):
        return {}, [untold(place, "R4 has no integer64: the extension is not carried over.")]
    new = ("valueAvailability", "valueExtendedContactDetail", "valueRatioRange", "valueCodeableReference")
    return ({}, [untold(place)]) if any(name in node for name in new) else (node, [])


def _restored(node: Node, path: str) -> tuple[Any, Node]:
    """What HL7's extension for R4's element *path* holds, and the element without it."""
    found = [item for item in _objects(node, "extension") if item.get("url") == f"{R4_ELEMENT}{path}"]
    if not found:
        return None, dict(node)
    rest = [item for item in _objects(node, "extension") if item not in found]
    value = next((given for name, given in found[0].items() if name.startswith("value")), None)
    return value, said(node | {"extension": rest})


def _objects(node: Node, name: str) -> list[Node]:
    value = node.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> Node:
    return value if isinstance(value, dict) else {}


def _code(value: Any, system: str = "") -> str:
    """The first code of a CodeableConcept (of *system*, where one is asked for)."""
    codings = _objects(_object(value), "coding")
    found = (c.get("code") for c in codings if not system or c.get("system", system) == system)
    return next((code for code in found if isinstance(code, str)), "")


WHOLES: Mapping[str, Callable[[Node, str], Moved]] = MappingProxyType(
    {
        "AdverseEvent": adverse_event,
        "Condition": condition,
        "Consent": consent,
        "Consent.provision.actor": consent_actor,
        "Dosage": dosage,
        "Encounter": encounter,
        "Extension": extensions,
        "MedicationRequest": medication_request,
        "MedicationStatement": medication_statement,
        "ResearchSubject": research_subject,
        "SampledData": sampled,
    }
)
