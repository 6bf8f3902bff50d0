"""Validation: what `$validate` answers. Nothing is kept. https://hl7.org/fhir/R4/resource-operation-validate.html

200 with every problem of the resource, or with the word that there is none; another status where the request itself
cannot be answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from msgspec import DecodeError, Raw, Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import typed
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.bundle import not_json
from natars_fhir.fhir.decode import kind_of
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.fhir.validate import validate
from natars_fhir.fhir.versions import Name
from natars_fhir.service.ingest.answer import Answer

#: Problems that one answer holds; of more, their number is told.
MOST_ISSUES = 5_000

_BOM = b"\xef\xbb\xbf"
_TEXTS = {
    "mode": "The mode is not looked at: a resource is checked by itself, as for a creation.",
    "profile": "Profiles are not checked: the resource is held against the standard alone.",
}
_OTHER = "Of the parameters only the resource is looked at."
_PARAMETER = "Parameters.parameter"
_OTHER_TYPE = Issue("error", "invalid", "Resource", "The resource is not of the type that the address names.")
_NO_RESOURCE = Issue("error", "required", _PARAMETER, "One parameter «resource», the resource to check, is expected.")


class _Parameter(Struct):
    name: Any = None
    resource: Raw = Raw(b"")


class _Parameters(Struct):
    parameter: list[_Parameter] = []


class _Bundle(Struct):
    entry: list[Raw] = []


def validated(
    raw: bytes,
    version: Name,
    most_entries: int,
    kind: str = "",
    asked: Iterable[str] = (),
    push: Callable[[bytes], list[Node]] | None = None,
) -> Answer:
    """The answer to a body; *kind* is the type that the address names, *asked* the names of the query's parameters,
    *push* what a push of the resource would be told beside."""
    opened = _opened(raw)
    if isinstance(opened, Issue):
        answer = _refused(opened)
        known = push(raw) if push and opened.severity == "fatal" else []  # of the same fault, a push knows the place
        return replace(answer, body={**answer.body, "issue": known}) if known else answer
    resource, beside = opened
    told = [*(_not_supported(name, "") for name in asked), *beside]
    return _answer(resource, version, most_entries, kind, told, push)


def _opened(raw: bytes) -> tuple[bytes, list[Issue]] | Issue:
    """The resource to check, out of its Parameters where it stands in some, and what is told of the others."""
    text = raw.removeprefix(_BOM)
    said = not_json(text) or kind_of(text)
    if isinstance(said, Issue) or said != "Parameters":
        return said if isinstance(said, Issue) else (raw, [])
    try:
        parameters = typed.decode(text, _Parameters).parameter
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return Issue("error", "structure", "Parameters", "These Parameters cannot be read.")
    found = [bytes(one.resource) for one in parameters if one.name == "resource" and bytes(one.resource)]
    others = [str(one.name) for one in parameters if one.name != "resource"]
    return (found[0], [_not_supported(name, _PARAMETER) for name in others]) if len(found) == 1 else _NO_RESOURCE


def _answer(
    resource: bytes,
    version: Name,
    most_entries: int,
    kind: str,
    told: Sequence[Issue],
    push: Callable[[bytes], list[Node]] | None,
) -> Answer:
    said = kind_of(resource.removeprefix(_BOM))
    if kind and said != kind:
        return _refused(
            Issue("error", "invalid", "Resource", "The resource is not of the type that the address names.")
        )
    if said == "Bundle" and _entries(resource) > most_entries:
        text = f"A Bundle of at most {most_entries} entries is checked at once: send it in parts."
        return _refused(Issue("error", "too-long", "Bundle.entry", text), 413)
    found = validate(resource, "conformant", version)
    outcome = _with(operation_outcome(_bounded(found)), push(resource) if push else [], bool(found))
    outcome["issue"] += operation_outcome(told)["issue"] if told else []
    return Answer(200, outcome, {"problems": len(found)})


def _with(outcome: Node, beside: list[Node], found: bool) -> Node:
    """The problems, and what a push would be told beside; each once, and within the bound."""
    news = [one for at, one in enumerate(beside) if one not in outcome["issue"] and one not in beside[:at]]
    if not news:
        return outcome
    return {**outcome, "issue": [*(outcome["issue"] if found else ()), *news[:MOST_ISSUES]]}


def _bounded(found: list[Issue]) -> list[Issue]:
    if len(found) <= MOST_ISSUES:
        return found
    text = f"{len(found) - MOST_ISSUES} more problems are not listed: mend these first."
    return [*found[:MOST_ISSUES], Issue("error", "too-long", "", text)]


def _not_supported(name: str, place: str) -> Issue:
    return Issue("information", "not-supported", place, _TEXTS.get(name, _OTHER))


def _entries(raw: bytes) -> int:
    try:
        return len(typed.decode(raw.removeprefix(_BOM), _Bundle).entry)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return 0


def _refused(issue: Issue, status: int = 400) -> Answer:
    return Answer(status, operation_outcome([issue]), {"refused": 1})
