"""The condensed definitions: they are what the generator makes of HL7's, and what the walker relies on is in them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from natars_fhir.fhir.definitions import condense as generator
from natars_fhir.fhir.definitions.condense import CONDENSED, condense, main, written
from natars_fhir.fhir.definitions.tables import r4

FULL = Path(__file__).parents[3] / "shared" / "fhir" / "r4-definitions.json.gz"
needs_full = pytest.mark.skipif(not FULL.exists(), reason="the R4 definitions do not stand beside this clone")


@needs_full
def test_the_package_holds_what_the_generator_makes() -> None:
    made = condense(json.loads(gzip.decompress(FULL.read_bytes())))
    assert json.loads(gzip.decompress(CONDENSED.read_bytes())) == made
    assert written(made) == written(json.loads(json.dumps(made)))


@needs_full
def test_the_command_writes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "CONDENSED", tmp_path / "r4.json.gz")
    assert main([str(FULL)]) == 0
    assert gzip.decompress((tmp_path / "r4.json.gz").read_bytes()) == gzip.decompress(CONDENSED.read_bytes())


def test_the_command_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 64
    assert "usage" in capsys.readouterr().err


def test_the_file_is_small_and_names_its_source() -> None:
    text = json.loads(gzip.decompress(CONDENSED.read_bytes()))
    assert CONDENSED.stat().st_size < 150_000
    assert text["source"] == "hl7.fhir.r4.core 4.0.1 (HL7, CC0-1.0)"
    assert text["fhirVersion"] == r4().version == "4.0.1"


def test_every_resource_type_and_primitive_of_r4_is_there() -> None:
    assert len(r4().resources) == 146
    assert len(r4().primitives) == 20
    assert {"Patient", "Observation", "ResearchSubject", "Bundle"} <= r4().resources
    assert not {"Resource", "DomainResource", "Element", "HumanName"} & r4().resources


def test_every_type_and_content_that_an_element_names_is_there() -> None:
    for elements in r4().types.values():
        for element in elements.values():
            assert set(element.types) <= r4().types.keys()
            if element.like:
                kind, _, path = element.like.partition(".")
                assert r4().children(kind, path)


def test_a_required_binding_is_enumerable_or_named_as_not() -> None:
    text = json.loads(gzip.decompress(CONDENSED.read_bytes()))
    bound = {element.codes for elements in r4().types.values() for element in elements.values() if element.codes}
    assert bound == r4().value_sets.keys() | set(text["notEnumerable"])
    assert len(text["notEnumerable"]) == 4


def test_an_element_is_told_whole() -> None:
    subject = r4().types["ResearchSubject"]["individual"]
    assert (subject.least, subject.many, subject.types, subject.targets) == (1, False, ("Reference",), {"Patient"})
    assert subject.name == "individual"
