"""Compiles the R4 definitions into rules, each type once and when first met. https://hl7.org/fhir/R4/formats.html"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from natars_fhir.fhir.checking.codes import bound_code, bound_concept
from natars_fhir.fhir.checking.contained import settle
from natars_fhir.fhir.checking.elements import Shape, an_object, array, obey
from natars_fhir.fhir.checking.fault import FINE, Fault, Rule, error, warning, wrong_type
from natars_fhir.fhir.checking.invariants import FACT_CHANGING, Invariant, invariant
from natars_fhir.fhir.checking.narrative import xhtml
from natars_fhir.fhir.checking.primitives import PRIMITIVES
from natars_fhir.fhir.checking.prose import PROSE
from natars_fhir.fhir.checking.references import local_uri, reference
from natars_fhir.fhir.checking.spelling import nearest
from natars_fhir.fhir.checking.wording import careful_string
from natars_fhir.fhir.definitions.tables import Definitions, Element, r4

Level = Literal["readable", "conformant"]

_EXT_1 = ("ext-1", "error", "Must have either extensions or value[x], not both")
_URIS = ("uri", "url", "canonical")
#: Attributes in XML, and therefore without extensions: they have no sibling.
_ID = frozenset(("id",))
_ATTRIBUTES = {"Extension": frozenset(("id", "url"))}


def _modifier(value: Any) -> tuple[Fault, ...]:
    text = "A modifier extension may turn what this says into something else; none is understood here."
    return warning("extension", text) if isinstance(value, dict) else FINE


@dataclass(frozen=True)
class Compiler:
    """The rules of one level. Types contain each other, so a rule is known before its shape is filled."""

    level: Level
    definitions: Definitions = field(default_factory=r4)
    _rules: dict[tuple[str, str], Rule] = field(default_factory=dict)
    _resources: dict[str, Rule] = field(default_factory=dict)

    def resource(self, node: Any) -> Sequence[Fault]:
        """The rule for whole resources, whatever their type."""
        return self._dispatch(node, self._settled)

    def part(self, node: Any) -> Sequence[Fault]:
        """The rule for contained resources: the resource around them answers for their references."""
        return self._dispatch(node, lambda kind: self.shape(kind, ""))

    def _dispatch(self, node: Any, rule: Callable[[str], Rule]) -> Sequence[Fault]:
        if not isinstance(node, dict):
            return wrong_type("A resource", node)
        kind = node.get("resourceType")
        if isinstance(kind, str) and kind in self.definitions.resources:
            return rule(kind)(node)
        if kind is None:
            return error("required", "'resourceType' is required.")
        right = nearest(kind, self.definitions.resources) if isinstance(kind, str) else None
        hint = f"; did you mean '{right}'?" if right else "."
        return error("structure", f"'resourceType' names no resource of R4{hint}")

    def _settled(self, kind: str) -> Rule:
        if kind not in self._resources:
            rule = self.shape(kind, "")
            self._resources[kind] = settle(rule) if self.level == "conformant" else rule
        return self._resources[kind]

    def shape(self, kind: str, path: str) -> Rule:
        """The rule for objects of the type *kind*, or of its backbone element at *path*."""
        key = (kind, path)
        if key not in self._rules:
            shape = Shape(f"{kind}.{path}" if path else kind)
            self._rules[key] = an_object(shape, _known, self._element, may_be_empty=self.level == "readable")
            self._fill(shape, kind, path)
        return self._rules[key]

    def element(self, kind: str, path: str) -> Rule:
        """The rule for the element of *kind* at *path*, by itself."""
        element = self.definitions.types[kind][path]
        rule = self._single(kind, element, element.types[0])
        return array(rule) if element.many else rule

    def _element(self, value: Any) -> Sequence[Fault]:
        """The rule for ``_name``: id and extension."""
        return self.shape("Element", "")(value)

    def _fill(self, shape: Shape, kind: str, path: str) -> None:
        if kind in self.definitions.resources and not path:
            shape.rows["resourceType"] = (lambda _: FINE, None)
        own = self.definitions.types[kind].get(path)
        said = own.invariants if own else ()
        shape.invariants.extend(self._invariants(kind, [*said, _EXT_1] if kind == "Extension" else said))
        if self.level == "conformant":
            shape.invariants.extend(PROSE.get(shape.name, ()))
        for element in self.definitions.children(kind, path):
            self._add(shape, kind, element)

    def _invariants(self, kind: str, said: Sequence[tuple[str, str, str]]) -> Iterator[Invariant]:
        for key, severity, human in said:
            found = invariant(kind, key, severity, human)
            if found and (self.level == "conformant" or key in FACT_CHANGING):
                yield found

    def _add(self, shape: Shape, kind: str, element: Element) -> None:
        choice = element.name if element.name.endswith("[x]") else None
        stem = element.name.removesuffix("[x]")
        names = {stem + _capital(code) if choice else stem: code for code in element.types or ("",)}
        for name, code in names.items():
            rule = self._single(kind, element, code)
            shape.rows[name] = (array(rule) if element.many else rule, choice)
            if code in self.definitions.primitives and name not in _ATTRIBUTES.get(kind, _ID):
                shape.primitives[name] = element.many
        if element.least and choice:
            shape.must_choose[choice] = list(names)
        elif element.least:
            shape.required.append(stem)

    def _single(self, kind: str, element: Element, code: str) -> Rule:
        """The rule for one value of *element*, of the type *code*."""
        rule = self._typed(kind, element, code)
        backbone = bool(element.like) or bool(self.definitions.children(kind, element.path))
        extra = () if backbone else tuple(self._invariants(kind, element.invariants))
        return obey(rule, extra) if extra else rule

    def _typed(self, kind: str, element: Element, code: str) -> Rule:
        if element.like:
            return self.shape(*_split(element.like))
        if self.definitions.children(kind, element.path):
            return self.shape(kind, element.path)
        if code in self.definitions.primitives:
            return self._primitive(element, code)
        if code == "Resource":
            return self.part if element.name == "contained" else self.resource
        rule = self.shape(code, "")
        return rule if self.level == "readable" and not element.codes else self._careful(rule, element, code)

    def _careful(self, rule: Rule, element: Element, code: str) -> Rule:
        codes = self.definitions.value_sets.get(element.codes or "")
        if codes and element.codes and code == "CodeableConcept":
            return bound_concept(element.codes, codes, rule, text_will_do=self.level == "readable")
        if self.level == "conformant" and code == "Reference":
            return reference(rule, element.targets, self.definitions.resources)
        if self.level == "conformant" and element.name == "modifierExtension":
            return lambda value: [*rule(value), *_modifier(value)]
        return rule

    def _primitive(self, element: Element, code: str) -> Rule:
        codes = self.definitions.value_sets.get(element.codes or "")
        if codes and element.codes and code == "code":
            return bound_code(element.codes, codes)
        if self.level == "conformant" and code in _URIS:
            return local_uri(PRIMITIVES[code])
        if self.level == "conformant" and code in ("string", "markdown", "xhtml"):
            return xhtml if code == "xhtml" else careful_string
        return PRIMITIVES[code]


def _split(path: str) -> tuple[str, str]:
    kind, _, rest = path.partition(".")
    return kind, rest


def _capital(code: str) -> str:
    return code[:1].upper() + code[1:]


@cache
def _names() -> frozenset[str]:
    """The name of every element of R4; choices with their types and without."""
    found: set[str] = set()
    for elements in r4().types.values():
        for element in elements.values():
            stem = element.name.removesuffix("[x]")
            found.add(stem)
            if stem != element.name:
                found.update(stem + _capital(code) for code in element.types)
    return frozenset(found)


def _known(name: str) -> bool:
    return name in _names()


@cache
def compiler(level: Level) -> Compiler:
    return Compiler(level)
