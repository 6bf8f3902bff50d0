"""Forms and results that we emit in R4, said in R5; what no row names is the same in both.

https://hl7.org/fhir/R5/questionnaire.html, https://hl7.org/fhir/R5/group.html,
https://hl7.org/fhir/R5/evidencevariable.html, https://hl7.org/fhir/R5/task.html
"""

from __future__ import annotations

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.moves import Move, Moved, words

#: What else is emitted. Of these an Observation, a List, a Provenance, a CodeSystem, a Flag and a Communication differ
#: in nothing we say.
TYPES = frozenset(
    {
        "CodeSystem",
        "Communication",
        "EvidenceVariable",
        "Flag",
        "Group",
        "List",
        "Observation",
        "OperationOutcome",
        "Parameters",
        "Provenance",
        "Questionnaire",
        "QuestionnaireResponse",
        "Task",
    }
)

#: Elements whose children are those of another element.
ENTERS = {"Questionnaire.item.item": "Questionnaire.item"}

_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"


def _membership(actual: bool, _: str) -> Moved:
    return {"membership": "enumerated" if actual else "definitional"}, []


MOVES = {
    "QuestionnaireResponse.identifier": Move(lambda value, _: ({"identifier": [value]}, []), "one"),
    "Task.statusReason": Move(lambda value, _: ({"statusReason": {"concept": value}}, []), "one"),
    "Group.actual": Move(_membership, "text", "membership"),
    "Questionnaire.item.type": words("type", {"choice": "coding"}, frozenset({"choice"})),
}


def unprofiled(node: Node, _: str) -> Moved:
    """SDC's profiles are of R4: in R5 nothing claims to be of them."""
    meta = node.get("meta", {})
    kept = [one for one in meta.get("profile", []) if not one.startswith(_SDC)]
    if "profile" not in meta or kept == meta["profile"]:
        return node, []
    rest = {name: value for name, value in meta.items() if name != "profile"} | ({"profile": kept} if kept else {})
    return {name: rest if name == "meta" else value for name, value in node.items() if name != "meta" or rest}, []
