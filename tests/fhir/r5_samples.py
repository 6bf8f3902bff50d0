"""R5 content made from the R5 models: every element of every type that we read, with words that can be found again."""

from __future__ import annotations

import importlib
import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

Node = dict[str, Any]

_TYPE = re.compile(r"abc\.(\w+)Type\b")
_KNOWN = {
    "Age": {"value": 60, "unit": "a"},
    "Coding": {"system": "http://example.org/s", "code": "", "display": ""},
    "CodeableConcept": {"coding": [{"system": "http://example.org/s", "code": ""}], "text": ""},
    "Period": {"start": "@", "end": "@"},
    "Quantity": {"value": 1.5, "unit": ""},
    "Duration": {"value": 3, "unit": ""},
    "Money": {"value": 3, "currency": "CNY"},
    "Range": {"low": {"value": 1, "unit": ""}, "high": {"value": 2, "unit": ""}},
    "Ratio": {"numerator": {"value": 1, "unit": ""}, "denominator": {"value": 2, "unit": ""}},
    "Identifier": {"system": "http://example.org/ids", "value": ""},
    "Annotation": {"text": ""},
    "Attachment": {"contentType": "text/plain", "title": "", "size": "17", "pages": 3, "height": 4},
    "HumanName": {"family": "", "given": [""]},
    "Address": {"text": "", "city": ""},
    "ContactPoint": {"system": "phone", "value": ""},
    "Timing": {"event": ["@"]},
    "Dosage": {
        "text": "",
        "asNeeded": True,
        "asNeededFor": [{"text": ""}, {"text": ""}],
        "maxDosePerPeriod": [{"numerator": {"value": 1, "unit": ""}, "denominator": {"value": 1, "unit": ""}}],
    },
    "SampledData": {
        "origin": {"value": 0, "unit": ""},
        "interval": 20,
        "intervalUnit": "ms",
        "dimensions": 1,
        "data": "1 2",
        "offsets": "0 1",
    },
    "Expression": {"language": "text/fhirpath", "expression": ""},
    "VirtualServiceDetail": {"addressUrl": "http://example.org/", "additionalInfo": ["http://example.org/"]},
    "Signature": {"who": {"display": ""}, "when": "2024-01-01T00:00:00Z"},
    "Meta": {"tag": [{"system": "http://example.org/s", "code": ""}]},
    "Narrative": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>'},
}
#: Codes whose meaning decides what becomes of the rest.
_CODES = {
    "MedicationStatement.status": "recorded",
    "ResearchSubject.status": "active",
    "Bundle.type": "collection",
    "Encounter.status": "completed",
}
_LEFT_OUT = {"contained", "extension", "modifierExtension", "id", "implicitRules"}


class Sample:
    """Makes elements; every word and date is another one."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def minimal(self, kind: str) -> Node:
        """A resource with what R5 asks for and nothing else."""
        return {"resourceType": kind} | self._backbone(kind, kind, kind, required=True)

    def element(self, kind: str, name: str) -> Any:
        """One top-level element of *kind*, with everything within it."""
        return self._value(model(kind, kind).model_fields, kind, name, kind)

    def _backbone(self, module: str, cls: str, path: str, required: bool = False) -> Node:
        chosen: set[str] = set()
        out: Node = {}
        for name, extra in elements(module, cls).items():
            choice = extra.get("one_of_many")
            needed = extra.get("element_required") or extra.get("one_of_many_required") or _needed(module, cls, name)
            if (required and not needed) or choice in chosen or name in _LEFT_OUT:
                continue
            if choice:
                chosen.add(choice)
            if not (path.count(name) > 1 and _recursive(module, cls, name)):
                out[name] = self._value(model(module, cls).model_fields, module, name, path)
        return out

    def _value(self, fields: Any, module: str, name: str, path: str) -> Any:
        field = next(f for n, f in fields.items() if (f.alias or n) == name)
        shown, extra = str(field.annotation), field.json_schema_extra or {}
        found = _TYPE.search(shown)
        value = (
            self._complex(module, found[1], extra, f"{path}.{name}") if found else self._plain(shown, extra, path, name)
        )
        return [value] if "List[" in shown else value

    def _complex(self, module: str, kind: str, extra: Node, path: str) -> Any:
        target = (extra.get("enum_reference_types") or ["Patient"])[0]
        target = "Patient" if target == "Resource" else target
        if kind == "Reference":
            return {"reference": f"{target}/{self._word()}"}
        if kind == "CodeableReference":
            return {
                "concept": self._filled(_KNOWN["CodeableConcept"]),
                "reference": {"reference": f"{target}/{self._word()}"},
            }
        if kind in _KNOWN:
            return self._filled(_KNOWN[kind])
        if kind in ("Resource", "FHIRResource"):
            return self.minimal("Patient")
        return self._backbone(module, kind, path)

    def _plain(self, shown: str, extra: Node, path: str, name: str) -> Any:
        if extra.get("enum_values"):
            return _CODES.get(f"{path}.{name}", extra["enum_values"][0])
        makers = {
            "bool": lambda: True,
            "Instant": lambda: f"{self._day()}T00:00:00Z",
            "datetime.time": lambda: "08:00:00",
            "datetime.date": self._day,
            "Annotated[int": lambda: next(self._count) + 1000,
            "Decimal": lambda: next(self._count) + 0.5,
            "bytes": lambda: "aGVsbG8=",
            "Oid()": lambda: "urn:oid:1.2.3",
            "Uri(": lambda: f"http://example.org/{self._word()}",
            "Url(": lambda: f"http://example.org/{self._word()}",
            "Canonical(": lambda: f"http://example.org/{self._word()}",
        }
        return next((make for mark, make in makers.items() if mark in shown), self._word)()

    def _filled(self, template: Any) -> Any:
        if isinstance(template, dict):
            return {name: self._filled(value) for name, value in template.items()}
        if isinstance(template, list):
            return [self._filled(value) for value in template]
        return self._word() if template == "" else self._day() if template == "@" else template

    def _word(self) -> str:
        return f"w{next(self._count)}w"

    def _day(self) -> str:
        return str(date(1950, 1, 1) + timedelta(days=next(self._count)))


def model(module: str, cls: str, version: str = "") -> Any:
    """A class of fhir.resources: R5 on top, R4B for R4 (standards.md §8)."""
    return getattr(importlib.import_module(f"fhir.resources.{version}{module.lower()}"), cls)


def elements(module: str, cls: str, version: str = "") -> dict[str, Node]:
    """The elements of a class with what its model says of each."""
    fields = model(module, cls, version).model_fields
    found = {(field.alias or name): field.json_schema_extra or {} for name, field in fields.items()}
    return {n: e for n, e in found.items() if e.get("element_property") and not n.startswith("_")}


def _needed(module: str, cls: str, name: str) -> bool:
    field = next(f for n, f in model(module, cls).model_fields.items() if (f.alias or n) == name)
    return bool(field.is_required())


def _recursive(module: str, cls: str, name: str) -> bool:
    return name in ("item", "provision", "contains")


def leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every primitive below *place*, with its FHIRPath."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{place}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{place}[{index}]")
    else:
        yield place, value


def differing(module: str, cls: str, path: str, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """The paths of the R5 elements that R4 has not, or has in another shape, below *path*."""
    r5 = model(module, cls).model_fields
    r4 = {(f.alias or n): f for n, f in model(module, cls, "R4B.").model_fields.items()} if _both(module, cls) else None
    for name in elements(module, cls):
        field = next(f for n, f in r5.items() if (f.alias or n) == name)
        if r4 is not None and (name not in r4 or _shape(field) != _shape(r4[name])):
            yield f"{path}.{name}"
        inner = _TYPE.search(str(field.annotation))
        if inner and inner[1].startswith(cls) and inner[1] not in above and _both(module, inner[1]):
            yield from differing(module, inner[1], f"{path}.{name}", above | {cls, inner[1]})


def _shape(field: Any) -> tuple[bool, str]:
    shown = str(field.annotation)
    found = _TYPE.search(shown)
    return "List[" in shown, found[1] if found else re.sub(r"Markdown|String|Code|Id", "text", shown)


def _both(module: str, cls: str) -> bool:
    return all(hasattr(importlib.import_module(f"fhir.resources.{v}{module.lower()}"), cls) for v in ("", "R4B."))
