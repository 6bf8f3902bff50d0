"""A quote shows what a fact stands on: the code, the number, or the words, marked in their surroundings."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from natars_fhir.domain.record import Evidence
from natars_fhir.mapping.quote import quote
from tests.ward import ATC, ICD_O, LOINC, SNOMED, bundle, concept, observation, raw, reader, resource

TEXT = "巨检：灰白结节。" * 6 + "诊断：（腹膜后）平滑肌肉瘤，请结合临床。" + "附注：无。" * 12
CT = concept(LOINC, "22637-3")


def quotes(sent: dict[str, Any]) -> dict[str, str]:
    """Concept → what its fact stands on."""
    ((reading, struct),) = reader().resources(raw(bundle(sent)))
    return {fact.concept: quote(fact.evidence, struct) for fact in reading.facts}


def report(**elements: Any) -> dict[str, Any]:
    return resource("DiagnosticReport", status="final", code=CT, **elements)


POSITIVE = {"coding": [{"system": SNOMED, "code": "10828004", "display": "Positive"}]}


@pytest.mark.parametrize(
    ("sent", "concept_name", "words"),
    [
        pytest.param(
            observation("ihc-mdm2", valueCodeableConcept=POSITIVE), "ihc-mdm2", "10828004 (Positive)", id="a code"
        ),
        pytest.param(
            observation("ihc-mdm2", valueCodeableConcept={**POSITIVE, "text": "阳性"}),
            "ihc-mdm2",
            "阳性",
            id="its text",
        ),
        pytest.param(
            observation("tumour-size", valueQuantity={"value": 12.5, "unit": "cm", "comparator": ">="}),
            "tumour-size",
            ">= 12.5 cm",
            id="a number",
        ),
        pytest.param(
            observation(
                "tumour-size", valueRange={"low": {"value": 8, "unit": "cm"}, "high": {"value": 9, "unit": "cm"}}
            ),
            "tumour-size",
            "8 cm - 9 cm",
            id="a range",
        ),
        pytest.param(observation("ihc-mdm2", valueString="(+)"), "ihc-mdm2", "«(+)»", id="words"),
        pytest.param(observation("metastasis", valueBoolean=False), "metastasis", "false", id="a no"),
        pytest.param(observation("asa-class", valueInteger=2), "asa-class", "2", id="an integer"),
        pytest.param(resource("Patient", "p1", birthDate="1960-05"), "birth-date", "1960-05", id="a date"),
        pytest.param(
            observation({"text": "panel"}, component=[{"code": {"text": "MDM2"}, "valueCodeableConcept": POSITIVE}]),
            "ihc-mdm2",
            "10828004 (Positive)",
            id="a component",
        ),
        pytest.param(
            observation("ihc-mdm2", interpretation=[POSITIVE]),
            "ihc-mdm2",
            "10828004 (Positive)",
            id="an interpretation",
        ),
        pytest.param(report(conclusionCode=[concept(ICD_O, "8858/3")]), "histology", "8858/3", id="a conclusion"),
        pytest.param(
            resource(
                "MedicationAdministration",
                status="completed",
                medicationReference={"reference": "#m"},
                contained=[{"resourceType": "Medication", "id": "m", "code": concept(ATC, "L01DB01")}],
                effectiveDateTime="2024-01-01",
            ),
            "antineoplastic-drug",
            "L01DB01",
            id="a contained Medication",
        ),
        pytest.param(
            resource(
                "MedicationAdministration",
                status="completed",
                medicationReference={"reference": "Medication/drug", "display": "a drug"},
                effectiveDateTime="2024-01-01",
            ),
            "antineoplastic-drug",
            "a drug",
            id="a Medication elsewhere",
        ),
    ],
)
def test_what_stands_at_the_place_is_shown(sent: dict[str, Any], concept_name: str, words: str) -> None:
    assert quotes(sent)[concept_name] == words


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"conclusion": TEXT}, id="a conclusion"),
        pytest.param(
            {"presentedForm": [{"contentType": "text/plain", "data": base64.b64encode(TEXT.encode()).decode()}]},
            id="an attachment",
        ),
        pytest.param(
            {
                "presentedForm": [
                    {
                        "contentType": "text/html; charset=gb18030",
                        "data": base64.b64encode(f"<p>{TEXT}</p>".encode("gb18030")).decode(),
                    }
                ]
            },
            id="HTML in another charset",
        ),
    ],
)
def test_words_are_shown_in_their_surroundings(elements: dict[str, Any]) -> None:
    words = quotes(report(**elements))["histology"]
    assert "«平滑肌肉瘤»，请结合临床" in words
    assert (words[0], words[-1]) == ("…", "…")
    assert len(words) < 80


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(Evidence("Observation/o1", "Observation.valueString"), id="an element that is not there"),
        pytest.param(Evidence("Observation/o1", "Observation.component[3].valueString"), id="a part that is not there"),
        pytest.param(Evidence("Observation/o1", "Observation.valueString", (0, 2)), id="a span of no text"),
        pytest.param(Evidence("Observation/o1", "Observation.code.nothing"), id="no element of R4"),
    ],
)
def test_what_cannot_be_found_again_is_empty(evidence: Evidence) -> None:
    ((_, struct),) = reader().resources(raw(bundle(observation("ihc-mdm2", valueCodeableConcept=POSITIVE))))
    assert quote(evidence, struct) == ""
