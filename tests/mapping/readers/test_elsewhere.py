"""Tissue of an organ may be of another tumour: what it says of a tumour is shown, and decides nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import ICD_O, LOINC, SNOMED, bundle, concept, mappings, observation, raw, read, reader, told

LMS = {"valueCodeableConcept": concept(ICD_O, "8890/3")}


@pytest.mark.parametrize(
    ("site", "hedged"),
    [
        pytest.param(concept(ICD_O, "C48.0"), False, id="the retroperitoneum"),
        pytest.param({"text": "腹膜后"}, False, id="the same in words"),
        pytest.param(concept(ICD_O, "C49.4"), False, id="the abdomen"),
        pytest.param(concept(SNOMED, "1"), False, id="a code nobody knows"),
        pytest.param(concept(ICD_O, "C54.1"), True, id="the womb"),
        pytest.param(concept(ICD_O, "C34.1"), True, id="the lung"),
        pytest.param({"text": "子宫"}, True, id="the womb in words"),
        pytest.param(concept(ICD_O, "C54.1", text="腹膜后"), False, id="a code and words that disagree"),
    ],
)
def test_a_type_of_an_organ_is_shown_and_told(site: dict[str, Any], hedged: bool) -> None:
    sent = observation("histology", bodySite=site, **LMS)
    assert told(sent) == ["histology LMS hedged" if hedged else "histology LMS"]
    assert [one.expression for one in read(sent).issues] == (["Observation.bodySite"] if hedged else [])


@pytest.mark.parametrize("site", [concept(ICD_O, "C54.1"), {"concept": concept(ICD_O, "C54.1")}])
def test_so_is_that_of_a_specimen_from_there(site: dict[str, Any]) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "collection": {"bodySite": site}}
    sent = observation("histology", specimen={"reference": "Specimen/s"}, **LMS)
    (reading, _) = reader()(raw(bundle(sent, specimen))).readings
    assert [fact.standing for fact in reading.facts] == ["hedged"]
    assert [one.expression for one in reading.issues] == ["Bundle.entry[0].resource.specimen"]


def test_a_specimen_within_the_resource_tells_it_too() -> None:
    inner = {"resourceType": "Specimen", "id": "sp", "collection": {"bodySite": concept(ICD_O, "C34.1")}}
    assert told(observation("histology", specimen={"reference": "#sp"}, contained=[inner], **LMS)) == [
        "histology LMS hedged"
    ]


def test_what_says_nothing_of_a_tumour_stays() -> None:
    size = {"valueQuantity": {"value": 12, "unit": "cm"}, "bodySite": concept(ICD_O, "C22.0")}
    assert told(observation(concept(LOINC, "33728-7"), **size)) == ["tumour-size 12 hedged"]
    assert told(observation("metastasis", valueBoolean=True, bodySite=concept(ICD_O, "C22.0"))) == [
        "metastasis present"
    ]


@pytest.mark.parametrize(
    ("name", "value", "hedged"),
    [
        ("mitoses-per-10hpf", {"valueQuantity": {"value": 3, "unit": "/10HPF"}}, True),
        ("necrosis-percent", {"valueQuantity": {"value": 20, "unit": "%"}}, True),
        ("fnclcc-grade", {"valueInteger": 2}, True),
        ("ihc-mdm2", {"valueString": "+"}, True),
        ("asa-class", {"valueInteger": 2}, False),
    ],
)
def test_what_the_mapping_files_say_tells_of_a_tumour_is_weighed(name: str, value: Any, hedged: bool) -> None:
    (fact,) = read(observation(name, bodySite=concept(ICD_O, "C54.1"), **value)).facts
    assert (fact.standing == "hedged", name in mappings().concepts.of_tumours()) == (hedged, hedged)
