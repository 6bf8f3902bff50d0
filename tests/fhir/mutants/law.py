"""The law of the fast way: what it accepts, the walker finds readable, and both read the same Struct from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import check_bytes
from natars_fhir.fhir.decode import Decoder
from natars_fhir.fhir.r4.structs import RESOURCES
from natars_fhir.fhir.second_look import settle

DECODE = Decoder(RESOURCES)

#: What a strict decode alone does not see, and the fast way does: how the walker's sentence begins, and a resource that
#: shows it.
SEEN: Mapping[str, bytes] = {
    "A name stands twice in one object": b'{"resourceType":"Patient","gender":"male","gender":"female"}',
    "obs-7:": b'{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"a"}]},"valueString":"x",'
    b'"component":[{"code":{"coding":[{"code":"a"}]}}]}',
    "None of the codes is": b'{"resourceType":"Condition","subject":{"reference":"Patient/1"},'
    b'"clinicalStatus":{"coding":[{"code":"x"}]}}',
    "Without a value there has to be an extension": b'{"resourceType":"Patient","_birthDate":{"id":"a"}}',
    "A name stands twice in one object: the narrative": b'{"resourceType":"Patient","text":{"status":"empty",'
    b'"status":"empty","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"}}',
}

#: What the fast way does not see, as it cannot matter: no view reads so deep (docs/reading.md).
UNSEEN = "Objects and arrays are nested more than"
TOO_DEEP = (
    b'{"resourceType":"Patient","extension":['
    + b'{"url":"u","extension":[' * 50
    + b'{"url":"u","valueCode":"c"}'
    + b"]}" * 51
)

#: What the walker finds readable and no Struct can hold, by the beginning of the sentence that tells it instead.
NOT_HELD = (
    "A string holds a NUL character",
    "The element is absent, with a reason",
    "A decimal is a JSON number, and of a size to compute with",
)


class Ruling(NamedTuple):
    """What came of one text."""

    #: did the fast way take it?
    fast: bool
    #: why the law is broken; empty where it holds
    broken: str = ""
    issues: tuple[Issue, ...] = ()


def judged(raw: bytes) -> Ruling:
    """Does the law hold for these bytes?"""
    resource = DECODE.fast(raw)
    if resource is None:
        return _refused(raw)
    said, issues = check_bytes(raw, "readable")
    if wrong := [text for text in _errors(issues) if not text.startswith(UNSEEN)]:
        return Ruling(True, f"the walker: {wrong}", tuple(issues))
    if said is None:
        return Ruling(True, "", tuple(issues))
    again, _ = settle(type(resource).__name__, said, issues)
    if again is None:
        return Ruling(True, "the second look reads nothing of it", tuple(issues))
    return Ruling(True, "" if exactly(again) == exactly(resource) else "the second look reads another", tuple(issues))


def _refused(raw: bytes) -> Ruling:
    """Nothing is refused in silence, nor for a reason that the walker does not know."""
    found = DECODE(raw)
    if found.resource is not None or found.let_go:
        return Ruling(False, "", found.issues)
    if not found.issues:
        return Ruling(False, "nothing is said of it")
    held = bool(found.kind) and not _errors(check_bytes(raw, "readable")[1])
    odd = [issue.text for issue in found.issues if not issue.text.startswith(NOT_HELD)] if held else []
    return Ruling(False, f"readable, and refused: {odd}" if len(odd) == len(found.issues) else "", found.issues)


def _errors(issues: list[Issue]) -> list[str]:
    return [issue.text for issue in issues if issue.severity in ("error", "fatal")]


def exactly(resource: Any) -> Any:
    """Every value of a shape or a Struct as it was written: 1.50 is not 1.5. What is absent is no difference."""
    return _said(msgspec.to_builtins(resource, enc_hook=str))


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(inner) for name, inner in value.items() if inner is not None}
    return [_said(inner) for inner in value] if isinstance(value, list) else value
