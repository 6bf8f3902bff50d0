"""What we emit in R4, said in R5: ResearchStudy and ResearchSubject, and the Bundle around them; forms in r5_forms.py.

HL7's own maps lose the subject's state, the sponsor and more (standards.md §1.4); these keep them. What R4 carried
in cross-version extensions becomes R5's own elements. See https://hl7.org/fhir/R5/researchstudy.html and
https://hl7.org/fhir/R5/researchsubject.html
"""

from __future__ import annotations

from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import R4_ELEMENT, R5_ELEMENT, Node, coding, concept, extension, said, slug
from natars_fhir.fhir.convert import Differences
from natars_fhir.fhir.moves import Move, Moved, lost, merge, renamed, untold
from natars_fhir.fhir.r5_audit import audit_event
from natars_fhir.fhir.r5_forms import ENTERS, MOVES, TYPES, unprofiled
from natars_fhir.fhir.r5_wholes import STATE_TYPE, SUBJECT_STATE

STUDY_STATUS = "http://hl7.org/fhir/research-study-status"
PARTY_ROLE = "http://hl7.org/fhir/research-study-party-role"

_NO_ELEMENT = "R5 has no such element: it is not carried over."

#: R5's elements that repeat, of those that cross-version extensions carry.
_LISTS = frozenset(
    {
        "EvidenceVariable.characteristic.definitionByCombination.characteristic",
        "ResearchStudy.associatedParty",
        "ResearchStudy.associatedParty.classifier",
        "ResearchStudy.associatedParty.period",
        "ResearchStudy.classifier",
        "ResearchStudy.comparisonGroup.intendedExposure",
        "ResearchStudy.label",
        "ResearchStudy.outcomeMeasure",
        "ResearchStudy.outcomeMeasure.type",
        "ResearchStudy.progressStatus",
        "ResearchStudy.result",
        "ResearchStudy.studyDesign",
        "ResearchSubject.consent",
        "ResearchSubject.progress",
    }
)


def native(node: Node, path: str) -> Node:
    """The element with its cross-version extensions made R5's own elements; *path* is its name in R5."""
    start = f"{R5_ELEMENT}{path}."
    out = {name: value for name, value in node.items() if name != "extension"}
    rest = []
    for item in node.get("extension", []):
        url = item.get("url", "")
        if not url.startswith(start):
            rest.append(item)
            continue
        _place(out, path, url.removeprefix(start).split("."), _value(item, url.removeprefix(R5_ELEMENT)))
    return out | said({"extension": rest})


def _place(out: Node, path: str, names: list[str], value: Any) -> None:
    """Put *value* where R5 has it: ``recruitment.targetNumber`` lies one level down."""
    for name in names[:-1]:
        path = f"{path}.{name}"
        out = out.setdefault(name, {})
    repeats = f"{path}.{names[-1]}" in _LISTS
    merge(out, {names[-1]: [value] if repeats else value})


def _value(item: Node, path: str) -> Any:
    """What an Extension says: its value, or an element made of its parts."""
    inner = item.get("extension")
    if inner is None:
        return next((value for name, value in item.items() if name.startswith("value")), None)
    out: Node = {}
    for part in inner:
        _place(out, path, [part["url"]], _value(part, f"{path}.{part['url']}"))
    return out


def research_study(node: Node, _: str) -> Moved:
    """R5's status is the record's; where the study stands is its progress."""
    out = native(node, "ResearchStudy")
    state = concept(coding(STUDY_STATUS, node.get("status", "")))
    return out | {"status": "active", "progressStatus": out.get("progressStatus") or [{"state": state}]}, []


def arm(node: Node, _: str) -> Moved:
    """An arm's name has spaces; R5's linkId must not."""
    out = native(node, "ResearchStudy.comparisonGroup")
    return {"linkId": slug(str(out.get("name", "")))} | out, []


def objective(node: Node, _: str) -> Moved:
    """R5 describes an objective."""
    return native(node, "ResearchStudy.objective"), []


def research_subject(node: Node, _: str) -> Moved:
    """The person's state goes into progress, where it does not stand there already as the one that has not ended;
    R5's status says only that the record is in force."""
    state, out = node.get("status"), native(node, "ResearchSubject")
    enrolled, now = concept(coding(STATE_TYPE, "Enrollment")), concept(coding(SUBJECT_STATE, state or ""))
    told = out.get("progress", [])
    known = any(one.get("subjectState") == now and "endDate" not in one for one in told)
    out.pop("_status", None)
    steps = told if known or not state else [{"type": enrolled, "subjectState": now}, *told]
    return out | {"status": "active"} | said({"progress": steps}) | _arm(out, "assigned") | _arm(out, "actual"), []


def _arm(node: Node, which: str) -> Node:
    """R5 names an arm by its linkId; the name goes along, as HL7 carries R4's elements in R5."""
    name = f"{which}ComparisonGroup"
    if name not in node:
        return {}
    arm_name, url = node[name], f"{R5_ELEMENT}ResearchSubject.{name}"
    links = [item["valueId"] for item in node.get(f"_{name}", {}).get("extension", []) if item.get("url") == url]
    kept = extension(f"{R4_ELEMENT}ResearchSubject.{which}Arm", "String", arm_name)
    return {name: links[0] if links else slug(arm_name), f"_{name}": {"extension": [kept]}}


def characteristic(node: Node, _: str) -> Moved:
    """R4 asks for one definition of each characteristic; where R5 combines several, the combination is it."""
    out = native(node, "EvidenceVariable.characteristic")
    if "definitionByCombination" in out:
        out.pop("definitionCodeableConcept", None)
    return out, []


def _enters(path: str, name: str) -> str:
    if name in ("extension", "modifierExtension"):
        return "Extension"
    return ENTERS.get(f"{path}.{name}", f"{path}.{name}")


def _party(role: str) -> Move:
    def apply(value: Node, _: str) -> Moved:
        known = said({"name": value.get("display"), "role": concept(coding(PARTY_ROLE, role)), "party": value})
        return {"associatedParty": [known]}, []

    return Move(apply, "one")


def _enrollment(value: list[Node], place: str) -> Moved:
    told: list[Issue] = [untold(f"{place}[{index}]", "R5 holds one of these.") for index in range(1, len(value))]
    return {"recruitment": {"eligibility": value[0]}}, told


OUTBOUND = Differences(
    types=frozenset({"AuditEvent", "Bundle", "ResearchStudy", "ResearchSubject"}) | TYPES,
    moves={
        **MOVES,
        "ResearchStudy.arm": renamed("comparisonGroup", "many"),
        "ResearchStudy.category": renamed("classifier", "many"),
        "ResearchStudy.contact": lost(_NO_ELEMENT),
        "ResearchStudy.enrollment": Move(_enrollment, "many"),
        "ResearchStudy.focus": Move(lambda value, _: ({"focus": [{"concept": one} for one in value]}, []), "many"),
        "ResearchStudy.location": renamed("region", "many"),
        "ResearchStudy.principalInvestigator": _party("primary-investigator"),
        "ResearchStudy.relatedArtifact.url": Move(lambda value, _: ({"document": {"url": value}}, []), "text"),
        "ResearchStudy.reasonStopped": renamed("whyStopped", "one"),
        "ResearchStudy.sponsor": _party("sponsor"),
        "ResearchSubject.actualArm": renamed("actualComparisonGroup", "text"),
        "ResearchSubject.assignedArm": renamed("assignedComparisonGroup", "text"),
        "ResearchSubject.consent": Move(lambda value, _: ({"consent": [value]}, []), "one"),
        "ResearchSubject.individual": renamed("subject", "one"),
    },
    wholes={
        "AuditEvent": audit_event,
        "EvidenceVariable.characteristic": characteristic,
        "Questionnaire": unprofiled,
        "QuestionnaireResponse": unprofiled,
        "ResearchStudy": research_study,
        "ResearchStudy.arm": arm,
        "ResearchStudy.objective": objective,
        "ResearchSubject": research_subject,
    },
    enters=_enters,
)
