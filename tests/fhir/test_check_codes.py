"""Every required value set of R4 that can be listed holds at its element: its codes pass, and no other does."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.fhir.checking.compiler import Level, compiler
from natars_fhir.fhir.checking.fault import Fault
from natars_fhir.fhir.definitions.tables import r4

BOUND = [
    pytest.param(kind, path, id=f"{kind}.{path}")
    for kind, elements in r4().types.items()
    for path, element in elements.items()
    if element.codes in r4().value_sets
]


def _within(kind: str, path: str, value: Any) -> tuple[dict[str, Any], str]:
    """An object of *kind* with *value* at *path*, and the place of that value."""
    head, _, rest = path.partition(".")
    place = ""
    for at in range(path.count(".") + 1):
        step = ".".join(path.split(".")[: at + 1])
        place += f".{step.rpartition('.')[2]}" + ("[0]" if r4().types[kind][step].many else "")
    return _nested(kind, head, rest, value), place


def _nested(kind: str, path: str, rest: str, value: Any) -> dict[str, Any]:
    name, _, left = rest.partition(".")
    inner = _nested(kind, f"{path}.{name}", left, value) if rest else value
    return {path.rpartition(".")[2]: [inner] if r4().types[kind][path].many else inner}


def _concept(kind: str, path: str) -> bool:
    return r4().types[kind][path].types == ("CodeableConcept",)


def _told(kind: str, path: str, code: str, level: Level = "readable") -> list[Fault]:
    node, place = _within(kind, path, {"coding": [{"code": code}]} if _concept(kind, path) else code)
    faults = compiler(level).shape(kind, "")(node)
    return [fault for fault in faults if (fault.code, fault.place) == ("code-invalid", place)]


def test_there_are_as_many_as_the_definitions_have() -> None:
    assert len(BOUND) == 349


@pytest.mark.parametrize(("kind", "path"), BOUND)
def test_a_code_of_the_set_passes_and_no_other(kind: str, path: str) -> None:
    codes = r4().value_sets[r4().types[kind][path].codes or ""]
    assert [code for code in codes if _told(kind, path, code)] == []
    for code in ("nonsense", next(iter(codes)) + "x", f" {next(iter(codes))}"):
        read_as = "warning" if _concept(kind, path) else "error"
        assert [fault.severity for fault in _told(kind, path, code)] == [read_as]
        assert [fault.severity for fault in _told(kind, path, code, "conformant")] == ["error"]
