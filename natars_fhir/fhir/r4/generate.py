"""Writes structs.py: `python -m natars_fhir.fhir.r4.generate DEFINITIONS.json.gz`.

DEFINITIONS is HL7's package hl7.fhir.r4.core 4.0.1, condensed: for every type its elements with cardinality, types,
required value sets and constraints, and the codes of those value sets (https://hl7.org/fhir/R4/downloads.html).
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import Any

#: The types that a view may read, or that come along with them, or that an export writes. Others are let go.
RESOURCES = (
    "AdverseEvent",
    "AllergyIntolerance",
    "CarePlan",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "FamilyMemberHistory",
    "ImagingStudy",
    "Immunization",
    "List",
    "Location",
    "Medication",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "MessageHeader",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "ResearchStudy",
    "ResearchSubject",
    "ServiceRequest",
    "Specimen",
)
#: Values that an extension may have and hardly ever has: they get a second look, and the module stays small.
EXOTIC = frozenset(
    [
        "ContactDetail",
        "Contributor",
        "Count",
        "DataRequirement",
        "Distance",
        "Dosage",
        "Expression",
        "Meta",
        "Money",
        "ParameterDefinition",
        "RelatedArtifact",
        "SampledData",
        "Signature",
        "Timing",
        "TriggerDefinition",
        "UsageContext",
    ]
)
#: Texts that nearly every resource tells, and many tell the same: their form is looked at once.
REMEMBERED = frozenset({"Meta.versionId", "Meta.lastUpdated"})
#: obs-6: what may not stand beside any of a choice.
EXCLUDED = {"Observation.value[x]": ["dataAbsentReason"]}

HEADER = '''"""R4's types as msgspec Structs, generated: do not edit, run natars_fhir.fhir.r4.generate.

From {source}.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from typing import Literal, Union

from msgspec import field

from natars_fhir.fhir.r4.primitives import (
    {primitives},
    Exact,
    Many,
    Maybe,
    Part,
    Remembered,
    refuse_choice,
    remembered,
)
'''


@dataclass(frozen=True, slots=True)
class Definitions:
    """HL7's condensed definitions, and questions about them."""

    source: str
    types: dict[str, Any]
    codes: dict[str, list[str]]

    def elements(self, path: str) -> Iterator[dict[str, Any]]:
        """The elements right below *path*, a type or a backbone element."""
        depth = path.count(".") + 1
        for element in self.types[path.partition(".")[0]]["elements"]:
            if element["path"].startswith(path + ".") and element["path"].count(".") == depth:
                yield element

    def primitive(self, code: str) -> bool:
        """Is *code* a primitive type?"""
        return code.startswith("http:") or bool(self.types[code]["kind"] == "primitive-type")


def read(path: Path) -> Definitions:
    """The definitions of a condensed package file."""
    said = json.loads(gzip.decompress(path.read_bytes()))
    return Definitions(said["source"], said["types"], said["requiredValueSets"])


def module(definitions: Definitions) -> str:
    """The text of structs.py."""
    bodies: dict[str, str] = {}
    for resource in RESOURCES:
        _reach(resource, definitions, bodies)
    concrete = sorted(name for name, it in definitions.types.items() if it["kind"] == "resource" and not it["abstract"])
    primitives = sorted({_pascal(name) for name, it in definitions.types.items() if it["kind"] == "primitive-type"})
    header = HEADER.format(
        source=definitions.source,
        primitives=",\n    ".join(name for name in primitives if name != "Decimal"),
    )
    return "\n\n".join([header, *bodies.values(), _tables(concrete)])


def _tables(concrete: list[str]) -> str:
    rows = "\n".join(f'    "{name}": {name},' for name in RESOURCES)
    names = "\n".join(f'        "{name}",' for name in concrete)
    return (
        f"Contained = Union[{', '.join(RESOURCES)}]\n\n"
        f"#: The Struct of each resource type that is read.\n"
        f"RESOURCES: dict[str, type[DomainResource]] = {{\n{rows}\n}}\n\n"
        f"#: Every resource type of R4.\n"
        f"RESOURCE_TYPES = frozenset(\n    [\n{names}\n    ]\n)\n"
    )


def _reach(path: str, definitions: Definitions, bodies: dict[str, str]) -> None:
    """Writes the class of *path* after its ancestor, and then those that it refers to."""
    name = _class_name(path)
    if name in bodies:
        return
    ancestor = _ancestor(path, definitions)
    if ancestor != "Part":
        _reach(ancestor, definitions, bodies)
    inherited = {e["path"].rpartition(".")[2] for e in definitions.elements(ancestor)} if ancestor != "Part" else set()
    own = [e for e in definitions.elements(path) if e["path"].rpartition(".")[2] not in inherited]
    bodies[name] = _class(path, name, ancestor, own, definitions)
    for element in own:
        for kind in _kinds(element, definitions):
            if kind != "Resource" and not definitions.primitive(kind.partition(".")[0]):
                _reach(kind, definitions, bodies)


def _ancestor(path: str, definitions: Definitions) -> str:
    if "." not in path:
        return definitions.types[path]["base"] or "Part"
    (element,) = (e for e in definitions.types[path.partition(".")[0]]["elements"] if e["path"] == path)
    return str(element["type"][0]["code"])


def _kinds(element: dict[str, Any], definitions: Definitions) -> list[str]:
    """The types of an element; a backbone element's is its own path."""
    path = element["path"]
    if "contentReference" in element:
        return [element["contentReference"].removeprefix("#")]
    codes = [kind["code"] for kind in element["type"]]
    if codes in (["BackboneElement"], ["Element"]):
        return [path] if next(definitions.elements(path), None) else codes
    return [code for code in codes if path != "Extension.value[x]" or code not in EXOTIC]


def _class(path: str, name: str, ancestor: str, own: list[dict[str, Any]], definitions: Definitions) -> str:
    lines = [f'class {name}({ancestor}, kw_only=True{_options(path)}):\n    """{path}"""\n']
    checks: list[str] = []
    for element in own:
        if element["path"].endswith("[x]"):
            names = [_choice_name(element, kind) for kind in _kinds(element, definitions)]
            checks.append(_choice_check([*names, *EXCLUDED.get(element["path"], [])], element["min"]))
        lines.extend(_fields(element, definitions))
    if checks:
        lines.append("\n".join(["\n    def __post_init__(self) -> None:", *checks]))
    if told := [element for element in own if element["path"] in REMEMBERED]:
        forms = ", ".join(f"{e['path'].rpartition('.')[2]}={_class_name(_kinds(e, definitions)[0])}" for e in told)
        lines.append(f"\n    __post_init__ = remembered({forms})")
    return "\n".join(lines) + "\n"


def _choice_check(names: list[str], least: int) -> str:
    """At most one of the names, and one where it is required."""
    told = ", ".join(f"self.{name}" for name in names)
    asked = f"!= {len(names) - 1}" if least else f"< {len(names) - 1}"
    return f"        if ({told},).count(None) {asked}:\n            refuse_choice()"


def _options(path: str) -> str:
    return ', tag_field="resourceType"' if path == "Resource" else ""


def _choice_name(element: dict[str, Any], kind: str) -> str:
    return str(element["path"]).rpartition(".")[2].removesuffix("[x]") + _pascal(kind)


def _fields(element: dict[str, Any], definitions: Definitions) -> Iterator[str]:
    """The element's fields; none for the sibling of a primitive (`_status`), which is rare and gets a second look."""
    kinds = _kinds(element, definitions)
    if element["path"].endswith("[x]"):
        for kind in kinds:
            yield _field(_choice_name(element, kind), _hint(kind, element, definitions), required=False)
        return
    name, kind = str(element["path"]).rpartition(".")[2], kinds[0]
    hint, required = _hint(kind, element, definitions), element["min"] > 0
    if element["path"] in REMEMBERED:
        hint = f"Remembered[{hint}]"
    yield _field(name, f"Many[{hint}]" if element["max"] == "*" else hint, required)


def _field(name: str, hint: str, required: bool) -> str:
    hint = hint if required else f"Maybe[{hint}]"
    if iskeyword(name):
        default = "" if required else "default=None, "
        return f'    {name}_: {hint} = field({default}name="{name}")'
    return f"    {name}: {hint}" + ("" if required else " = None")


def _hint(kind: str, element: dict[str, Any], definitions: Definitions) -> str:
    codes = definitions.codes.get(element.get("required", ""))
    if kind == "code" and codes:
        return f"Literal[{', '.join(json.dumps(code) for code in codes)}]"
    if kind == "Resource":
        return "Contained"
    if kind.startswith("http:"):
        return "String"
    return "Exact" if kind == "decimal" else _class_name(kind)


def _class_name(path: str) -> str:
    return "".join(_pascal(step) for step in path.split("."))


def _pascal(name: str) -> str:
    return name[0].upper() + name[1:]


def main(arguments: list[str]) -> int:
    """Writes structs.py beside this file."""
    if len(arguments) != 1:
        print("usage: python -m natars_fhir.fhir.r4.generate DEFINITIONS.json.gz", file=sys.stderr)
        return 64
    Path(__file__).with_name("structs.py").write_text(module(read(Path(arguments[0]))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
