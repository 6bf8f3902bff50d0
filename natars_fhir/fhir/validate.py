"""Validate: every problem of a document, at a level and in a version; nothing is read of it, and nothing kept.

An R4 document is the walker's. An R5 document is taken apart into its resources: each is held against fhir.resources'
models, and what the walker finds wrong with it as R4 is what would keep us from reading it. Expressions start with the
document's type (``Bundle.entry[3].resource.birthDate``); no sentence holds a value.
https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.bundle import not_json, open_bundle
from natars_fhir.fhir.check import Level, check, check_bytes
from natars_fhir.fhir.checking.parsing import parse
from natars_fhir.fhir.inner import alone, resources
from natars_fhir.fhir.r4.structs import RESOURCE_TYPES
from natars_fhir.fhir.r4_in_r5 import r4_in_r5
from natars_fhir.fhir.r5 import READ, to_r4
from natars_fhir.fhir.r5_elements import MOVES
from natars_fhir.fhir.r5_models import problems
from natars_fhir.fhir.r5_shapes import model
from natars_fhir.fhir.second_look import twice
from natars_fhir.fhir.versions import Name, detect

_BOM = b"\xef\xbb\xbf"
_MARKED = Issue("warning", "structure", "", "The text starts with a byte order mark: send UTF-8 without one.")


def has_type(version: Name, kind: str) -> bool:
    """Has the version a resource type of this name?"""
    return model(kind) is not None if version == "R5" else kind in RESOURCE_TYPES


def validate(raw: bytes, level: Level = "conformant", version: Name | None = None) -> list[Issue]:
    """Every problem of the resource or Bundle that *raw* holds; without *version* its content tells which it is.

    An issue is ``fatal`` where there is nothing that could be checked.
    """
    text = raw.removeprefix(_BOM)
    marked = [_MARKED] if text is not raw and level == "conformant" else []
    if fault := not_json(text):
        return [fault]
    value, refused = parse(text)
    if refused is not None:
        return marked + _each_entry(text, level, version, refused)
    if not isinstance(value, dict) or (version or detect(value)) != "R5":
        return marked + check_bytes(text, level)[1]
    return marked + _r5(value, level) + (_envelope(text) if value.get("resourceType") == "Bundle" else [])


def _each_entry(raw: bytes, level: Level, version: Name | None, refused: Issue) -> list[Issue]:
    """Of a document that cannot be taken as a whole: what is wrong with its entries, of which one may be the reason."""
    envelope = open_bundle(raw)
    entries = [entry for entry in envelope.entries if entry.index is not None and not entry.deleted]
    told = [entry.seen(issue) for entry in entries for issue in validate(bytes(entry.raw), level, version)]
    reason = [] if any(issue.severity == "fatal" for issue in told) else [refused]
    return [*reason, *(envelope.issues if entries else ()), *told]


def _envelope(raw: bytes) -> list[Issue]:
    """What is wrong with a Bundle as a whole; the invariants are the same in R4 and R5."""
    return [issue for issue in open_bundle(raw).issues if issue.severity != "information"]


def _r5(value: Node, level: Level) -> list[Issue]:
    """Every problem of an R5 document, resource by resource."""
    kind, told = value.get("resourceType"), twice(value)
    for place, resource in resources(value, kind if isinstance(kind, str) and model(kind) else "Resource"):
        by_model = problems(resource) if level == "conformant" else []
        told += [issue.within(place) for issue in _merged(by_model, list(_as_r4(resource)))]
    known = {issue.expression for issue in told}
    return told + [issue for issue in r4_in_r5(value) if issue.expression not in known]


def _merged(by_model: list[Issue], by_walker: list[Issue]) -> list[Issue]:
    """What both tell of one place once: of shapes the models know more, of everything else the walker."""
    known, shaped = ({(issue.code, issue.expression) for issue in found} for found in (by_walker, by_model))
    kept = [issue for issue in by_model if issue.code == "structure" or (issue.code, issue.expression) not in known]
    return kept + [i for i in by_walker if i.code != "structure" or (i.code, i.expression) not in shaped]


def _as_r4(resource: Node) -> Iterator[Issue]:
    """What keeps an R5 resource of a type that we read from being read."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in READ:
        return
    converted, lost = to_r4(alone(resource))
    for issue in (*lost, *check(converted, "readable")):
        if issue.severity != "information":
            yield _in_r5_words(resource, issue)


def _in_r5_words(resource: Node, issue: Issue) -> Issue:
    """The issue at its place in R5; one that R5 has not is told of the whole resource."""
    kind, _, rest = issue.expression.partition(".")
    name, *_ = re.split(r"[.\[]", rest, maxsplit=1)
    if not name or issue.code == "required" or any(one.startswith(name) for one in resource):
        return issue
    own = next((one for one in resource if (row := MOVES.get(f"{kind}.{one}")) and row.to == name), "")
    if own:
        return replace(issue, expression=f"{kind}.{own}{rest.removeprefix(name)}")
    return replace(issue, expression=kind, text=f"{issue.text} (R4 calls the place {issue.expression}.)")
