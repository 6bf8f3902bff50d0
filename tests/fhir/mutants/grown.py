"""Resources grown from R4's definitions: any element of any type that is read, right by type, meaning nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from natars_fhir.fhir.definitions.tables import Element, r4
from tests.fhir.mutants.text import Pairs, Token, token, tree

_DAYS = ("2024-02-29", "2023-12-31", "1970-01-01", "2000-02-29")
_MOMENTS = ("T08:30:00+08:00", "T23:59:60Z", "T00:00:00.000123Z", "T12:00:00-04:30")
_WORDS = ("FNCLCC 2级", "x", "肿块大小 12.5×8 cm", 'a "word" \\ of {[brackets]}', "b\nc", "😀")
_NUMBERS = ("0", "12", "1.50", "-0.010", "1e3", "12345678901234567.89", "-0", "7.00E-5")
_DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>'
_DEEPEST = 4

Maker = Callable[[Random], Any]

#: What a primitive may look like.
PRIMITIVES: Mapping[str, Maker] = {
    "base64Binary": lambda dice: dice.choice(("aGVsbG8=", " aGk h\r\nAAA=", "AAAA")),
    "boolean": lambda dice: dice.random() < 0.5,
    "canonical": lambda dice: dice.choice(("http://e.example/Questionnaire/a|1", "#a")),
    "code": lambda dice: dice.choice(("a", "a b", "8858/3", "male")),
    "date": lambda dice: dice.choice((*_DAYS, "2024", "2024-11")),
    "dateTime": lambda dice: dice.choice((*_DAYS, "2024", "2024-11", *(_DAYS[0] + clock for clock in _MOMENTS))),
    "decimal": lambda dice: Token(dice.choice(_NUMBERS)),
    "id": lambda dice: dice.choice(("a", "A-.9" * 16, "0")),
    "instant": lambda dice: dice.choice(_DAYS) + dice.choice(_MOMENTS),
    "integer": lambda dice: dice.choice((0, -1, 2**31 - 1, -(2**31))),
    "markdown": lambda dice: dice.choice(_WORDS),
    "oid": lambda dice: dice.choice(("urn:oid:1.2.840.0", "urn:oid:2.16")),
    "positiveInt": lambda dice: dice.choice((1, 2**31 - 1)),
    "string": lambda dice: dice.choice(_WORDS),
    "time": lambda dice: dice.choice(("08:30:00", "23:59:60", "00:00:00.5")),
    "unsignedInt": lambda dice: dice.choice((0, 2**31 - 1)),
    "uri": lambda dice: dice.choice(("http://loinc.org", "urn:oid:1.2.36", "urn:uuid:x")),
    "url": lambda dice: "http://e.example/x",
    "uuid": lambda dice: "urn:uuid:018f428e-34f6-4707-8009-5ad742f901e7",
    "xhtml": lambda dice: _DIV,
}


def grown(kind: str, dice: Random) -> Pairs:
    """A resource of *kind*, another one for every throw."""
    return Pairs([[token("resourceType"), token(kind)], *_parts(kind, "", dice, 0)])


def _parts(kind: str, path: str, dice: Random, depth: int) -> list[Any]:
    found: list[Any] = []
    for element in r4().children(kind, path):
        if element.least or dice.random() < _chance(element, depth):
            found += _pairs(kind, element, dice, depth)
    return found


def _chance(element: Element, depth: int) -> float:
    if element.name in ("extension", "modifierExtension", "contained"):
        return 0.03 if depth < 2 else 0
    return (0.35, 0.3, 0.2, 0.1)[depth] if depth < _DEEPEST else 0


def _pairs(kind: str, element: Element, dice: Random, depth: int) -> list[Any]:
    """The element, and now and then the sibling of a primitive."""
    code = dice.choice(element.types or ("",))
    choice = element.name.endswith("[x]")
    name = element.name[:-3] + code[:1].upper() + code[1:] if choice else element.name
    values = [_value(kind, element, code, dice, depth) for _ in range(dice.choice((1, 1, 2)) if element.many else 1)]
    found = [[token(name), values if element.many else values[0]]]
    attribute = name == "id" or (kind, name) == ("Extension", "url")
    if code in r4().primitives and not attribute and dice.random() < 0.03:
        beside = tree({"id": "s"})
        found.append([token(f"_{name}"), [beside for _ in values] if element.many else beside])
    return found


def _value(kind: str, element: Element, code: str, dice: Random, depth: int) -> Any:
    codes = r4().value_sets.get(element.codes or "")
    if element.like:
        like, _, path = element.like.partition(".")
        return Pairs(_parts(like, path, dice, max(depth + 2, 3)))
    if r4().children(kind, element.path):
        return Pairs(_parts(kind, element.path, dice, depth + 1))
    if codes:
        bound = dice.choice(sorted(codes))
        return token(bound) if code == "code" else tree({"coding": [{"code": bound}]})
    if code in PRIMITIVES:
        return tree(PRIMITIVES[code](dice))
    if code == "Resource":
        return tree({"resourceType": dice.choice(("Patient", "Medication", "Device")), "id": "c"})
    return Pairs(_parts(code, "", dice, depth + 1)) or tree({"extension": [{"url": "u", "valueCode": "c"}]})
