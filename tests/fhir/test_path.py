"""Paths into resources: the small part of FHIRPath that mappings use."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.fhir.path import fault, first, steps, walk
from natars_fhir.fhir.r4.structs import Condition, Observation
from tests.ward import bundle, raw, reader, resource

URL = "http://a.example/b.c"


def struct(sent: dict[str, Any]) -> Any:
    ((_, found),) = reader().resources(raw(bundle(sent)))
    return found


PANEL = struct(
    resource(
        "Observation",
        status="final",
        code={"coding": [{"system": "s", "code": "1"}, {"system": "t", "code": "2"}], "text": "panel"},
        effectivePeriod={"start": "2024-01-01", "end": "2024-01-02"},
        component=[
            {"code": {"text": "first"}, "valueString": "one"},
            {"code": {"text": "second"}, "valueInteger": 2},
        ],
    )
)
CODES = PANEL.code.coding
TUMOUR = struct(
    resource(
        "Condition",
        code={"text": "tumour"},
        extension=[
            {"url": "http://other.example", "valueString": "no"},
            {"url": URL, "valueCodeableConcept": {"coding": [{"code": "8858/3"}], "text": "DDLPS"}},
        ],
        stage=[{"summary": {"text": "II"}}, {"type": {"text": "no summary"}}],
    )
)


@pytest.mark.parametrize(
    ("path", "cut"),
    [
        pytest.param("code.coding", ["code", "coding"], id="plain"),
        pytest.param(f"extension('{URL}').url", [f"extension('{URL}')", "url"], id="dots in an address do not count"),
        pytest.param("code.coding.where(system='http://a.b').code", None, id="nor in a condition"),
    ],
)
def test_a_path_is_cut_at_its_own_dots(path: str, cut: list[str] | None) -> None:
    assert steps(path) == (cut or ["code", "coding", "where(system='http://a.b')", "code"])


@pytest.mark.parametrize(
    ("node", "path", "found"),
    [
        pytest.param(PANEL, "code.text", [("code.text", "panel")], id="an element"),
        pytest.param(
            PANEL, "code.coding.code", [("code.coding[0].code", "1"), ("code.coding[1].code", "2")], id="each of many"
        ),
        pytest.param(PANEL, "code.coding.where(system='t').code", [("code.coding[1].code", "2")], id="where"),
        pytest.param(PANEL, "code.coding.where(system='u').code", [], id="where nothing matches"),
        pytest.param(
            PANEL,
            "component.value[x]",
            [("component[0].valueString", "one"), ("component[1].valueInteger", 2)],
            id="a choice",
        ),
        pytest.param(
            PANEL,
            "code.coding",
            [("code.coding[0]", CODES[0]), ("code.coding[1]", CODES[1])],
            id="a list of one",
        ),
        pytest.param(PANEL, "component.valueString", [("component[0].valueString", "one")], id="one of each of many"),
        pytest.param(PANEL, "effectivePeriod.end", [("effectivePeriod.end", "2024-01-02")], id="one of one"),
        pytest.param(PANEL, "code.extension", [], id="a list that is not there"),
        pytest.param(PANEL, "value[x]", [], id="a choice that is not there"),
        pytest.param(PANEL, "bodySite.coding", [], id="an element that is not there"),
        pytest.param(TUMOUR, "stage.summary.text", [("stage[0].summary.text", "II")], id="not in every item"),
        pytest.param(
            TUMOUR,
            f"extension('{URL}').valueCodeableConcept.text",
            [("extension[1].valueCodeableConcept.text", "DDLPS")],
            id="an extension",
        ),
        pytest.param(TUMOUR, "extension('http://none.example').valueString", [], id="an extension that is not there"),
    ],
)
def test_a_path_gives_places_and_values_in_order(node: Any, path: str, found: list[tuple[str, Any]]) -> None:
    assert list(walk(path)(node)) == found
    assert list(walk(path, "Node.")(node)) == [(f"Node.{place}", value) for place, value in found]
    assert first(path)(node) == (found[0][1] if found else None)


def test_the_first_of_a_repeated_element_is_taken() -> None:
    assert first("component")(PANEL).valueString == "one"
    assert first("component.code.text")(PANEL) == "first"
    assert str(first("effectivePeriod.end")(PANEL)) == "2024-01-02"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param(Observation, "code.coding", id="elements"),
        pytest.param(Observation, "component.value[x]", id="a choice"),
        pytest.param(Observation, "value[x].coding", id="a choice of which one has the element"),
        pytest.param(Condition, f"extension('{URL}').valueCodeableConcept.coding", id="an extension"),
        pytest.param(Observation, "code.coding.where(system='x').code", id="a condition"),
        pytest.param(Observation, "effectiveDateTime", id="a primitive"),
    ],
)
def test_a_path_that_can_be_walked_has_no_fault(kind: type, path: str) -> None:
    assert fault(kind, path) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param(
            "code.codings", "CodeableConcept has no «codings»; did you mean «coding»?", id="a misspelt element"
        ),
        pytest.param("effectiveDateTime.start", "a value has no «start»", id="an element of a primitive"),
        pytest.param("onset[x]", "Observation has no «onset»", id="a choice of another resource"),
        pytest.param("code.coding[0]", "«coding[0]» is not a step of a path", id="an index"),
        pytest.param("code.first()", "«first()» is not a step of a path", id="a function"),
        pytest.param("code..text", "«» is not a step of a path", id="an empty step"),
        pytest.param("code.coding.where(sytem='x')", "Coding has no «sytem»", id="a misspelt condition"),
        pytest.param("code.coding.only(system='x')", "«only» is not a function of a path", id="another condition"),
    ],
)
def test_a_path_that_cannot_be_walked_says_why(path: str, text: str) -> None:
    assert fault(Observation, path) == text


def test_a_path_that_was_not_checked_does_not_compile() -> None:
    with pytest.raises(ValueError, match="not a step"):
        walk("code.coding[0]")
