"""Writes shapes.py: `python -m natars_fhir.fhir.r4.generate_shapes DEFINITIONS.json.gz`.

A shape is a resource whose elements are still bytes, and the function that makes values of them. The functions are
written out, for a loop over the elements would take a third longer; and they add up the bytes that the elements take,
since a name that stands twice leaves bytes over. DEFINITIONS as for `generate`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import Any

from natars_fhir.fhir.r4.generate import (
    EXCLUDED,
    RESOURCES,
    Definitions,
    choice_name,
    hint_of,
    kinds_of,
    read,
)

#: Elements, and types of a choice, that hardly ever come: a resource that has one gets a second look.
_RARE = frozenset({"implicitRules", "modifierExtension"})
_RARE_CHOICES = frozenset({"SampledData", "Timing"})
#: These are decoded with the shape itself: short, without escapes, and new each time.
_AT_ONCE = frozenset({"id", "date", "dateTime", "instant", "time", "boolean"})

#: These hardly ever come twice in the same bytes.
_FRESH = {
    "Address": "fresh",
    "Attachment": "fresh",
    "Identifier": "fresh",
    "Many[Address]": "fresh",
    "Many[Annotation]": "fresh",
    "Many[Attachment]": "fresh",
    "Many[ContactPoint]": "fresh",
    "Many[HumanName]": "fresh",
    "Many[Identifier]": "identifiers",
    "Many[ObservationComponent]": "fresh",
    "Period": "fresh",
    "Quantity": "quantities",
}

HEADER = '''"""R4's resources, their elements in bytes; generated: do not edit, run natars_fhir.fhir.r4.generate_shapes.

From {source}. Each function makes the values of a shape's elements, and gives the bytes that
the resource takes when nothing stands twice in it; -1 where a choice was made twice, or not at all.

https://hl7.org/fhir/R4/resourcelist.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Raw, field

from natars_fhir.fhir.r4 import structs
from natars_fhir.fhir.r4.known import Known, fresh, identifiers, narratives, quantities
from natars_fhir.fhir.r4.primitives import Boolean, Date, DateTime, Id, Instant, Many, Maybe, Part, Time
'''


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON name of a resource: its hint in structs.py, how it is read, and the choice that it belongs to."""

    name: str
    hint: str
    required: bool
    at_once: bool
    choice: str = ""
    #: must the choice be made?
    due: bool = False
    bound: tuple[str, str] | None = None

    @property
    def attribute(self) -> str:
        """The name in Python."""
        return f"{self.name}_" if iskeyword(self.name) else self.name

    @property
    def constant(self) -> int:
        """Bytes of the name, its quotation marks, the colon and a comma."""
        return len(self.name) + 4


def module(definitions: Definitions) -> str:
    """The text of shapes.py."""
    shapes = [(name, list(rows(name, definitions)), rare(name, definitions)) for name in RESOURCES]
    memories = dict(sorted(memory for _, found, _ in shapes for row in found if (memory := _memory(row))))
    return "\n\n".join(
        [
            HEADER.format(source=definitions.source),
            "\n".join(memories.values()) + "\n",
            *(text for name, found, left in shapes for text in (_class(name, found, left), _function(name, found))),
            _tables(),
        ]
    )


def rows(resource: str, definitions: Definitions) -> Iterator[Row]:
    """The elements that a shape of *resource* has."""
    for element in _elements(resource, definitions):
        name = str(element["path"]).rpartition(".")[2]
        if name in _RARE:
            continue
        many = element["max"] == "*"
        for kind in kinds_of(element, definitions):
            chosen = name.endswith("[x]")
            if chosen and kind in _RARE_CHOICES:
                continue
            hint = hint_of(kind, element, definitions)
            at_once = not many and (kind in _AT_ONCE or hint.startswith("Literal") or name == "id")
            yield Row(
                choice_name(element, kind) if chosen else name,
                f"Many[{hint}]" if many else hint,
                element["min"] > 0 and not chosen,
                at_once,
                name.removesuffix("[x]") if chosen else _excluded(element),
                chosen and element["min"] > 0,
                _bound(element, definitions),
            )


def rare(resource: str, definitions: Definitions) -> list[str]:
    """The names that a Struct of *resource* has and a shape has not."""
    had = {row.name for row in rows(resource, definitions)}
    names: list[str] = []
    for element in _elements(resource, definitions):
        name = str(element["path"]).rpartition(".")[2]
        if name.endswith("[x]"):
            names += [choice_name(element, kind) for kind in kinds_of(element, definitions)]
        else:
            names.append(name)
    return [name for name in names if name not in had]


def _excluded(element: dict[str, Any]) -> str:
    """The choice that a plain element excludes (obs-6)."""
    name = str(element["path"]).rpartition(".")[2]
    kind = str(element["path"]).partition(".")[0]
    found = [path for path, names in EXCLUDED.items() if path.startswith(f"{kind}.") and name in names]
    return found[0].rpartition(".")[2].removesuffix("[x]") if found else ""


def _elements(resource: str, definitions: Definitions) -> list[dict[str, Any]]:
    return list(definitions.elements(resource))


def _bound(element: dict[str, Any], definitions: Definitions) -> tuple[str, str] | None:
    """The element's place, where a CodeableConcept in it is bound to a required value set that can be listed."""
    path = str(element["path"])
    kind, _, rest = path.partition(".")
    if rest == "contained":  # any resource may stand there
        return kind, rest
    for inner in definitions.types[kind]["elements"]:
        if inner["path"] == path or inner["path"].startswith(f"{path}."):
            codes = [it["code"] for it in inner.get("type", ())]
            if "CodeableConcept" in codes and definitions.codes.get(inner.get("required", "")):
                return kind, rest
    return None


def _memory(row: Row) -> tuple[str, str] | None:
    """The name of what remembers the element, and the line that makes it."""
    if row.at_once:
        return None
    name = _memory_name(row)
    hint = _qualified(row.hint)
    if row.hint == "Narrative":
        return name, f"{name} = narratives({hint})"
    if row.hint in _FRESH:
        return name, f"{name} = {_FRESH[row.hint]}({hint})"
    return name, f"{name} = Known({hint}{f', {row.bound!r}' if row.bound else ''})"


def _memory_name(row: Row) -> str:
    if row.bound:
        return "_" + "_".join((row.bound[0], row.name)).upper()
    if "Literal" in row.hint:
        return f"_CODES_OF_{row.name.upper()}"
    return "_" + row.hint.replace("Many[", "MANY_").removesuffix("]").upper()


def _qualified(hint: str) -> str:
    if hint.startswith("Many["):
        return f"Many[{_qualified(hint[5:-1])}]"
    return hint if hint.startswith("Literal") else f"structs.{hint}"


def _class(name: str, found: list[Row], left: list[str]) -> str:
    lines = [
        f'class {name}(Part, kw_only=True, tag_field="resourceType", tag="{name}"):\n    """{name}"""\n',
        *(_field(row) for row in found),
        *(f"    {absent} = None" for absent in left),
    ]
    return "\n".join(lines) + "\n"


def _field(row: Row) -> str:
    hint = row.hint if row.at_once else "Raw"
    default = "" if row.required else " = None"
    if row.attribute != row.name:
        default = f' = field({"" if row.required else "default=None, "}name="{row.name}")'
    return f"    {row.attribute}: {hint if row.required else f'Maybe[{hint}]'}{default}"


def _function(name: str, found: list[Row]) -> str:
    choices = dict.fromkeys(row.choice for row in found if row.choice)
    constant = len(name) + len('{"resourceType":""}')
    lines = [f"def _{name.lower()}(it: Any) -> int:", f"    size = {constant}"]
    lines += [f"    {_counter(choice)} = 0" for choice in choices]
    for row in found:
        lines += _lines(row)
    due = {row.choice for row in found if row.due}
    for choice in choices:
        wrong = f"{_counter(choice)} != 1" if choice in due else f"{_counter(choice)} > 1"
        lines += [f"    if {wrong}:", "        return -1"]
    if name == "Observation":  # obs-7: whether the codes are the same, the walker can tell
        lines += ["    if chosen_value and it.component is not None:", "        return -1"]
    lines.append("    return size")
    return "\n".join(lines) + "\n"


def _counter(choice: str) -> str:
    return f"chosen_{choice}"


def _lines(row: Row) -> list[str]:
    tab = "    "
    if row.required:
        head, value = [], f"it.{row.attribute}"
    else:
        head, value = [f"    if (value := it.{row.attribute}) is not None:"], "value"
        tab *= 2
    if row.at_once:
        body = [f"size += {_worth(row, value)}"]
    elif row.hint == "Narrative" or row.hint in _FRESH:
        body = [f"size += len({value}) + {row.constant}", f"it.{row.attribute} = {_memory_name(row)}({value})"]
    else:
        body = [
            f"raw = bytes({value})",
            f"size += len(raw) + {row.constant}",
            f"it.{row.attribute} = {_memory_name(row)}[raw]",
        ]
    if row.choice:
        body.append(f"{_counter(row.choice)} += 1")
    return [*head, *(tab + line for line in body)]


def _worth(row: Row, value: str) -> str:
    if row.hint == "Boolean":
        return f"{row.constant + 5} - {value}"
    return f"len({value}) + {row.constant + 2}"


def _tables() -> str:
    shapes = "\n".join(f'    "{name}": {name},' for name in RESOURCES)
    functions = "\n".join(f"    {name}: _{name.lower()}," for name in RESOURCES)
    return (
        f"#: The shape of each resource type that is read.\n"
        f"SHAPES: dict[str, type[Part]] = {{\n{shapes}\n}}\n\n"
        f"#: What makes its elements' values.\n"
        f"READ: dict[type[Part], Callable[[Any], int]] = {{\n{functions}\n}}\n"
    )


def main(arguments: list[str]) -> int:
    """Writes shapes.py beside this file."""
    if len(arguments) != 1:
        print("usage: python -m natars_fhir.fhir.r4.generate_shapes DEFINITIONS.json.gz", file=sys.stderr)
        return 64
    definitions = read(Path(arguments[0]))
    Path(__file__).with_name("shapes.py").write_text(module(definitions), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
