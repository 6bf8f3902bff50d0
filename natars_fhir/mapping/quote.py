"""Quotes: the coded element or the very words that a fact stands on, found again in the resource."""

from __future__ import annotations

import re
from typing import Any

from natars_fhir.domain.record import Evidence, Source
from natars_fhir.fhir.r4.structs import Attachment, CodeableConcept, Coding, Identifier, Quantity, Range, Reference
from natars_fhir.mapping.readers.attachment import attached, unmarked
from natars_fhir.mapping.sink import Sink

_STEP = re.compile(r"([A-Za-z]\w*)(?:\[(\d+)\])?")
_NARRATIVE = ".text.div"
#: Characters shown on each side of the words that were read.
_AROUND = 24


def quote(evidence: Evidence, resource: Any) -> str:
    """What stands at the evidence's place: words with their surroundings, marked «…»; a code with its display; a
    number with its unit. Empty where the place cannot be found in this version of the resource."""
    if evidence.span is not None:
        text = words(evidence.path, resource)
        return _marked(text, *evidence.span) if text is not None else ""
    return _shown(_at(resource, evidence.path))


def words(path: str, resource: Any) -> str | None:
    """The whole text at a place, whose characters a span counts; None where there is none."""
    value = _at(resource, path)
    return unmarked(value) if path.endswith(_NARRATIVE) and isinstance(value, str) else _text(value)


def steps(path: str) -> list[str | int]:
    """A place as the names and numbers that lead to it: ``Observation.component[1].code`` is component, 1, code."""
    found: list[str | int] = []
    for name, index in _STEP.findall(path.partition(".")[2]):
        found += [name, int(index)] if index else [name]
    return found


def text_at(path: str, resource: Any) -> str | None:
    """The whole text in which spans at this place count; None where there is none."""
    value = _at(resource, path)
    return unmarked(value) if path.endswith(_NARRATIVE) and isinstance(value, str) else _text(value)


def _at(resource: Any, path: str) -> Any:
    """The element at a place such as ``Observation.component[1].valueQuantity``; an attachment instead of its data."""
    node = resource
    for name, index in _STEP.findall(path.partition(".")[2]):
        if isinstance(node, Attachment) and name == "data":
            return node
        node = _contained(resource, node) if name == "resolve" else getattr(node, name, None)
        if index and isinstance(node, list):
            node = node[int(index)] if int(index) < len(node) else None
    return node


def _contained(resource: Any, reference: Any) -> Any:
    """The contained resource that a reference such as ``#m`` names."""
    named = (getattr(reference, "reference", None) or "").removeprefix("#")
    return next((one for one in getattr(resource, "contained", None) or () if one.id == named), None)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, CodeableConcept):
        return value.text
    if isinstance(value, Attachment):
        return attached(value, "", _nobody())
    return None


def _nobody() -> Sink:
    return Sink(Source("", ""), lambda _, __, ___: None)


def _marked(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    lead, tail = ("…" if start > _AROUND else ""), ("…" if end + _AROUND < len(text) else "")
    return " ".join(f"{lead}{before}«{text[start:end]}»{after}{tail}".split())


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_shown, value)))
    if isinstance(value, CodeableConcept):
        return value.text or "; ".join(filter(None, map(_shown, value.coding or ())))
    if isinstance(value, Coding):
        return " ".join(filter(None, (value.code, f"({value.display})" if value.display else "")))
    if isinstance(value, Quantity):
        return " ".join(
            str(part) for part in (value.comparator, value.value, value.unit or value.code) if part is not None
        )
    if isinstance(value, Range):
        return " - ".join(filter(None, map(_shown, (value.low, value.high))))
    if isinstance(value, Reference):
        return value.display or value.reference or ""
    if isinstance(value, Identifier):
        return value.value or ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""
