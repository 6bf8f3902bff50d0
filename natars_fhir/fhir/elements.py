"""Elements: those at the root of a type of resource, which of them stay whatever is asked for, and a resource of some.

https://hl7.org/fhir/R4/search.html#elements: what must be there stays, and so does what changes the meaning of the
rest; a resource that is not whole says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from natars_fhir.fhir.build import Node, coding
from natars_fhir.fhir.definitions.tables import r4
from natars_fhir.fhir.versions import Name

#: https://hl7.org/fhir/R4/valueset-common-tags.html
SUBSETTED = coding("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "SUBSETTED")
#: What a resource is known by, and what may change the meaning of all of it.
_ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules", "modifierExtension"})
#: Modifiers that need not be there, of the types that go out (R4 and R5 have the same).
_MODIFIERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Condition": frozenset({"clinicalStatus", "verificationStatus"}),
        "Patient": frozenset({"active", "deceased", "link"}),
    }
)


class Root(NamedTuple):
    """The elements of a type, a choice by its name without a type; and those that stay."""

    names: frozenset[str]
    choices: frozenset[str]
    stay: frozenset[str]

    def element(self, name: str) -> str:
        """The element that a name of JSON, or of a choice with its type, stands for."""
        plain = name.removeprefix("_").removesuffix("[x]")
        return next((one for one in self.choices if plain.startswith(one) and plain[len(one) :][:1].isupper()), plain)


@cache
def root(version: Name, kind: str) -> Root:
    """The elements of a type."""
    names, choices, must = _of_r5(kind) if version == "R5" else _of_r4(kind)
    return Root(names, choices, _ALWAYS | must | _MODIFIERS.get(kind, frozenset()))


def _of_r4(kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    found = r4().children(kind, "")
    choices = frozenset(one.path.removesuffix("[x]") for one in found if one.path.endswith("[x]"))
    must = frozenset(one.path.removesuffix("[x]") for one in found if one.least)
    return frozenset(one.path.removesuffix("[x]") for one in found), choices, must


def _of_r5(kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    from natars_fhir.fhir.r5_shapes import model  # heavy: only where R5 is asked

    names, choices, must = set[str](), set[str](), set[str]()
    found = model(kind)
    for name, field in found.model_fields.items() if found else ():
        more = field.json_schema_extra or {}
        here = more.get("one_of_many") or (field.alias or name).removeprefix("_")
        names.add(here)
        choices |= {here} if "one_of_many" in more else set()
        required = field.is_required() or more.get("element_required") or more.get("one_of_many_required")
        must |= {here} if required else set()
    return frozenset(names), frozenset(choices), frozenset(must)


def some(resource: Node, version: Name, asked: Collection[str]) -> Node:
    """The resource with the elements *asked* (``Patient.gender``, or ``gender`` of every type) and those that stay."""
    kind = resource["resourceType"]
    here = root(version, kind)
    wanted = here.stay | {here.element(name) for name in _of(kind, asked)}
    kept = {name: value for name, value in resource.items() if here.element(name) in wanted}
    if len(kept) == len(resource):
        return resource
    meta = kept.get("meta", {})
    return kept | {"meta": meta | {"tag": [*meta.get("tag", ()), SUBSETTED]}}


def _of(kind: str, asked: Collection[str]) -> Iterator[str]:
    for one in asked:
        told, dot, name = one.rpartition(".")
        if not dot or told == kind:
            yield name


def is_known(version: Name, kinds: Collection[str], asked: str) -> bool:
    """Is it an element at the root of one of these types?"""
    told, dot, name = asked.rpartition(".")
    of = [kind for kind in kinds if not dot or kind == told]
    return any((here := root(version, kind)).element(name) in here.names for kind in of)
