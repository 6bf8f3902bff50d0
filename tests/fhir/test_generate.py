"""The generated module is what the generator makes of HL7's definitions, byte for byte."""

import inspect
from pathlib import Path

import pytest

from natars_fhir.fhir.r4 import generate, structs

DEFINITIONS = Path(__file__).parents[2].parent / "shared" / "fhir" / "r4-definitions.json.gz"

ELEMENTS = {
    "Sheet": [
        {"path": "Sheet", "min": 0, "max": "*"},
        {"path": "Sheet.id", "min": 0, "max": "1", "type": [{"code": "string"}]},
        {"path": "Sheet.class", "min": 1, "max": "1", "type": [{"code": "code"}], "required": "urn:colours"},
        {"path": "Sheet.name", "min": 0, "max": "*", "type": [{"code": "string"}]},
        {"path": "Sheet.value[x]", "min": 1, "max": "1", "type": [{"code": "string"}, {"code": "decimal"}]},
        {"path": "Sheet.part", "min": 0, "max": "*", "type": [{"code": "Element"}]},
        {"path": "Sheet.part.size", "min": 0, "max": "1", "type": [{"code": "decimal"}]},
        {"path": "Sheet.part.part", "min": 0, "max": "*", "contentReference": "#Sheet.part"},
    ],
    "Element": [
        {"path": "Element", "min": 0, "max": "*"},
        {"path": "Element.id", "min": 0, "max": "1", "type": [{"code": "string"}]},
    ],
}


@pytest.fixture
def sheet(monkeypatch: pytest.MonkeyPatch) -> str:
    """The module of a made-up resource type."""
    kinds = {"Sheet": "resource", "Element": "complex-type"}
    types = {
        name: {"kind": kinds[name], "abstract": False, "base": "Element" if name == "Sheet" else "", "elements": rows}
        for name, rows in ELEMENTS.items()
    }
    types |= {name: {"kind": "primitive-type", "abstract": False} for name in ("string", "code", "decimal")}
    monkeypatch.setattr(generate, "RESOURCES", ("Sheet",))
    return generate.module(generate.Definitions("a package", types, {"urn:colours": ["green", "red"]}))


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("class Sheet(Element, kw_only=True):", id="inherits"),
        pytest.param('    class_: Literal["green", "red"] = field(name="class")', id="reserved word, required code"),
        pytest.param("    name: Maybe[Many[String]] = None", id="a list is not empty"),
        pytest.param("    valueDecimal: Maybe[Exact] = None", id="exact decimals"),
        pytest.param("        if (self.valueString, self.valueDecimal,).count(None) != 1:", id="a required choice"),
        pytest.param("class SheetPart(Element, kw_only=True):", id="a backbone is a class"),
        pytest.param("    part: Maybe[Many[SheetPart]] = None", id="and may hold itself"),
    ],
)
def test_the_generator_writes(sheet: str, line: str) -> None:
    assert line in sheet.splitlines()


@pytest.mark.parametrize("absent", ["_class", "_name", "_valueString", "_id"])
def test_no_sibling_is_written_for_it_is_rare(sheet: str, absent: str) -> None:
    assert f"    {absent}:" not in sheet


def test_a_text_that_nearly_every_resource_tells_is_looked_at_once() -> None:
    written = inspect.getsource(structs.Meta).splitlines()
    assert "    versionId: Maybe[Remembered[Id]] = None" in written
    assert "    __post_init__ = remembered(versionId=Id, lastUpdated=Instant)" in written


def test_an_inherited_element_is_not_written_again(sheet: str) -> None:
    assert sheet.count("    id: Maybe[String] = None") == 1


def test_the_committed_module_is_what_the_definitions_give() -> None:
    if not DEFINITIONS.exists():
        pytest.skip(
            "HL7's condensed definitions do not stand beside this clone (../shared/fhir/r4-definitions.json.gz)"
        )
    assert generate.module(generate.read(DEFINITIONS)) == Path(structs.__file__).read_text(encoding="utf-8")


def test_without_a_file_the_generator_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main([]) == 64
    assert "usage" in capsys.readouterr().err
