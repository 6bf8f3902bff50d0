"""What becomes of a resource that the fast decode refused: the walker has the final say (hot-path.md §1).

Where it finds no error, what the Structs do not know is tidied away (siblings of repeated primitives, null
placeholders: https://hl7.org/fhir/R4/json.html#primitive), and the rest becomes the Struct.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import msgspec
from msgspec import ValidationError
from msgspec.structs import fields

from natars_fhir.domain.issue import Issue, worst
from natars_fhir.fhir.check import check, check_bytes
from natars_fhir.fhir.checking.parsing import TWICE, Repeated, parse
from natars_fhir.fhir.r4.primitives import Base64Binary, Part, exact
from natars_fhir.fhir.r4.structs import RESOURCES, Annotation, Extension, Narrative
from natars_fhir.fhir.versions import VERSIONS, Name

#: The walker: the resource as a dict with exact decimals (None where there is none), and every problem of it.
SecondLook = Callable[[bytes], tuple[dict[str, Any] | None, list[Issue]]]


def readable(raw: bytes) -> tuple[dict[str, Any] | None, list[Issue]]:
    """The walker at the level where an error means that facts could be read wrongly."""
    return check_bytes(raw, "readable")


def readable_in(version: Name, raw: bytes) -> tuple[dict[str, Any] | None, list[Issue]]:
    """The same for a resource of another version, which is brought to R4 first; what is lost on the way is told."""
    if version in ("R4", "R4B"):
        return readable(raw)
    said, refused = parse(raw)
    if refused or not isinstance(said, dict):
        return readable(raw)
    resource, lost = VERSIONS[version].to_r4(said)
    return resource, [*twice(said), *lost, *check(resource, "readable")]


def twice(said: dict[str, Any]) -> list[Issue]:
    """Where a name stands twice in one object: on the way to R4 nobody else would see it."""
    kind = said.get("resourceType")
    start = kind if isinstance(kind, str) and kind in RESOURCES else "Resource"
    return [Issue("error", "structure", start, TWICE)] if _repeated(said) else []


def _repeated(said: Any) -> bool:
    inner = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return isinstance(said, Repeated) or any(_repeated(one) for one in inner if isinstance(one, dict | list))


Settled = tuple[Any | None, tuple[Issue, ...]]

#: Words for people: one that is absent with a reason can go without changing what the resource says.
_PROSE = frozenset({Narrative, Annotation})
_GONE = object()
_GROUPS = re.compile(get_args(Base64Binary)[1].pattern)


def settle(kind: str, said: dict[str, Any] | None, issues: list[Issue]) -> Settled:
    """The Struct of a resource that the walker let pass, and the walker's issues."""
    issues = [issue if issue.expression else replace(issue, expression=kind) for issue in issues]
    if said is None or worst(issues) in ("fatal", "error"):
        return None, tuple(issues)
    struct = RESOURCES[kind]
    if _holds_nul(said):
        issues = [*issues, Issue("warning", "value", kind, "A string holds a NUL character; it was left out.")]
    try:
        return msgspec.convert(tidy(said, (struct,)), struct, dec_hook=exact), tuple(issues)
    except ValidationError as fault:
        return None, (*issues, explain(fault, kind, said))


def tidy(said: Any, kinds: tuple[type[Part], ...]) -> Any:
    """*said* without what the Structs of *kinds* do not know; what is wrong stays, for them to refuse."""
    if isinstance(said, str):
        return said.replace("\0", "") or (_GONE if said else said)
    if isinstance(said, list):
        # A null holds the place of a repeated primitive that only has an extension.
        kept = [tidy(item, kinds) for item in said if kinds or item is not None]
        return [item for item in kept if item is not _GONE] or (_GONE if said else said)
    if isinstance(said, dict) and kinds:
        kind = _kind(said, kinds)
        return _tidy_part(said, kind) if kind else _GONE
    return said


def _tidy_part(said: dict[str, Any], kind: type[Part]) -> Any:
    shape, required, packed = _shape(kind)
    if kind in _PROSE and any(name not in said and f"_{name}" in said for name in required):
        return _GONE
    kept = {
        name: tidy(value, shape.get(name, ()))
        for name, value in said.items()
        if name in shape or not (name.startswith("_") or (kind is Extension and name.startswith("value")))
    }
    return {name: _regrouped(value) if name in packed else value for name, value in kept.items() if value is not _GONE}


def _regrouped(said: Any) -> Any:
    """base64 whose lines break within a group of four means the same without the breaks."""
    return said if not isinstance(said, str) or _GROUPS.fullmatch(said) else "".join(said.split())


def _kind(said: dict[str, Any], kinds: tuple[type[Part], ...]) -> type[Part] | None:
    """The Struct for *said*; a contained resource of a type that is not read has none."""
    if len(kinds) == 1:
        return kinds[0]
    return next((kind for kind in kinds if kind.__name__ == said.get("resourceType")), None)


@cache
def _shape(kind: type[Part]) -> tuple[dict[str, tuple[type[Part], ...]], tuple[str, ...], frozenset[str]]:
    """For each element the Structs that it may be (none for a primitive); the names of the required ones; of base64."""
    rows = fields(kind)
    return (
        {row.encode_name: tuple(_structs(row.type)) for row in rows},
        tuple(row.encode_name for row in rows if row.required),
        frozenset(row.encode_name for row in rows if row.type == Base64Binary),
    )


def _structs(hint: Any) -> Iterator[type[Part]]:
    if isinstance(hint, type) and issubclass(hint, Part):
        yield hint
    for argument in get_args(hint):
        yield from _structs(argument)


def _holds_nul(said: Any) -> bool:
    if isinstance(said, dict):
        return any(map(_holds_nul, said.values()))
    if isinstance(said, list):
        return any(map(_holds_nul, said))
    return isinstance(said, str) and "\0" in said


# msgspec's own words, of which some hold the value: what they are about, and what we say instead.
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_SENTENCES = (
    (re.compile(r"one and only one of a choice"), "structure", "There is one and only one of a choice of types."),
    (re.compile(r"a number is"), "value", "A decimal is a JSON number, and of a size to compute with."),
    (re.compile(r"Invalid (?:enum )?value"), "code-invalid", "The code is none of those that R4 requires here."),
    (re.compile(r"Expected `str` matching"), "value", "The value does not have the form of its type."),
    (re.compile(r"Expected `(?:str|array)` of length"), "value", "FHIR has no empty strings and no empty arrays."),
    (re.compile(r"Expected `int` [<>]|.*out of range"), "value", "The number is out of the range of its type."),
    (re.compile(r"Object contains unknown field"), "structure", "R4 has no such element here."),
    (re.compile(r""), "structure", "The value is not of the JSON type that R4 asks for."),
)
_ABSENT = "The element is absent, with a reason; without it the resource cannot be read into facts."


def explain(fault: ValidationError, kind: str, said: dict[str, Any]) -> Issue:
    """A decoder's refusal as an Issue: the place as FHIRPath, and a sentence without the value."""
    text, _, place = str(fault).partition(" - at `$")
    path = kind + place.rstrip("`")
    absent = _absent(_at(said, path))
    if missing := _MISSING.match(text):
        path = f"{path}.{missing[1]}"
        if missing[1] in absent:
            return Issue("warning", "required", path, _ABSENT)
        return Issue("error", "required", path, "The element is required.")
    code, sentence = next((code, sentence) for words, code, sentence in _SENTENCES if words.match(text))
    if absent and sentence is _SENTENCES[0][2]:
        return Issue("warning", "required", path, _ABSENT)
    return Issue("error", code, path, sentence)


def _absent(said: Any) -> set[str]:
    """The elements of which only an extension is there, with the reason for their absence."""
    names = said.keys() if isinstance(said, dict) else ()
    return {name[1:] for name in names if name.startswith("_") and name[1:] not in names}


def _at(said: Any, path: str) -> Any:
    """What is at a path of names and indices, the first of which is the type; None where nothing is."""
    for step in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            said = said[step[0]] if step[0] else said[int(step[1])]
        except (KeyError, IndexError, TypeError):
            return None
    return said
