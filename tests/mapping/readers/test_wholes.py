"""Observations that are read as a whole: variants of a gene, and summaries of comorbidities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import ICD_10_CM, LOINC, SNOMED, concept, observation, read, told

GENES, ONTOLOGY = "http://www.genenames.org/geneId", "http://www.sequenceontology.org"
PRESENT, ABSENT = concept(LOINC, "LA9633-4"), concept(LOINC, "LA9634-2")
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition"


def part(code: str, **value: Any) -> dict[str, Any]:
    return {"code": concept(LOINC, code), **value}


def gene(ident: str = "HGNC:6973", **more: Any) -> dict[str, Any]:
    return part("48018-6", valueCodeableConcept=concept(GENES, ident, **more))


AMPLIFIED = part("48019-4", valueCodeableConcept=concept(ONTOLOGY, "SO:0001880"))
GAINED = part("48019-4", valueCodeableConcept=concept(ONTOLOGY, "SO:0001742"))
DELETED = part("48019-4", valueCodeableConcept=concept(ONTOLOGY, "SO:0000159"))
COPIES = part("82155-3", valueQuantity={"value": 24, "code": "1", "system": "http://unitsofmeasure.org"})
FLAG = {"interpretation": [concept(SNOMED, "12645001")]}


def variant(*parts: dict[str, Any], value: Any = PRESENT, **elements: Any) -> dict[str, Any]:
    return observation(concept(LOINC, "69548-6"), valueCodeableConcept=value, component=list(parts), **elements)


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(variant(gene(), AMPLIFIED), ["fish-mdm2 amplified"], id="amplified"),
        pytest.param(variant(gene(), **FLAG), ["fish-mdm2 amplified"], id="amplified, as a flag (mCODE's patient 02)"),
        pytest.param(
            variant(gene(), AMPLIFIED, value=ABSENT), ["fish-mdm2 not-amplified"], id="the amplification is absent"
        ),
        pytest.param(variant(gene(), GAINED), ["fish-mdm2 amplified hedged"], id="a gain may be a small one"),
        pytest.param(
            variant(gene(), AMPLIFIED, COPIES), ["mdm2-copy-number 24", "fish-mdm2 amplified"], id="with its copies"
        ),
        pytest.param(variant(gene(), COPIES), ["mdm2-copy-number 24"], id="copies alone decide nothing"),
        pytest.param(
            variant(part("48018-6", valueCodeableConcept={"text": "MDM2"}), AMPLIFIED),
            ["fish-mdm2 amplified"],
            id="the gene by its name",
        ),
        pytest.param(variant(gene("HGNC:1773"), AMPLIFIED), [], id="another gene"),
        pytest.param(variant(AMPLIFIED), [], id="no gene"),
        pytest.param(
            variant(gene(), AMPLIFIED, status="preliminary"), ["fish-mdm2 amplified pending"], id="preliminary"
        ),
        pytest.param(variant(gene(), AMPLIFIED, status="entered-in-error"), [], id="in error"),
        pytest.param(variant(gene(), DELETED), [], id="another change"),
    ],
)
def test_a_variant_says(sent: dict[str, Any], facts: list[str]) -> None:
    assert told(sent) == facts


def test_a_variant_of_mdm2_that_says_no_more_is_told_and_one_of_another_gene_is_not() -> None:
    assert [one.code for one in read(variant(gene())).issues] == ["value"]
    assert read(variant(gene("HGNC:1773"))).issues == ()


def test_amplification_by_sequencing_says_so() -> None:
    (fact,) = read(variant(gene(), AMPLIFIED)).facts
    assert (fact.said("method"), fact.path) == ("sequencing", "Observation.valueCodeableConcept")


def comorbidities(*extensions: dict[str, Any]) -> dict[str, Any]:
    return observation(concept(SNOMED, "398192003"), extension=list(extensions), valueCodeableConcept=None)


def extension(name: str, code: str) -> dict[str, Any]:
    return {"url": f"{MCODE}/{name}", "valueCodeableConcept": concept(ICD_10_CM, code)}


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            [
                extension("mcode-related-condition-absent", "I21.9"),
                extension("mcode-related-condition-absent", "I63.9"),
            ],
            ["myocardial-infarction absent", "cerebral-infarction absent"],
            id="absent",
        ),
        pytest.param([extension("mcode-related-condition", "I26.99")], ["pulmonary-embolism present"], id="present"),
        pytest.param(
            [extension("mcode-related-condition-absent", "C50.9")],
            [],
            id="that one cancer is absent denies that one alone",
        ),
        pytest.param(
            [{"url": f"{MCODE}/mcode-related-condition", "valueReference": {"reference": "Condition/1"}}],
            [],
            id="a reference: the condition itself tells",
        ),
        pytest.param([extension("mcode-other", "I21.9")], [], id="another extension"),
    ],
)
def test_a_summary_of_comorbidities_says(sent: list[dict[str, Any]], facts: list[str]) -> None:
    assert told(comorbidities(*sent)) == facts


def test_a_condition_that_is_not_mapped_is_counted() -> None:
    assert ("code", "Observation", SNOMED, "414916001") in read(
        comorbidities(
            {"url": f"{MCODE}/mcode-related-condition-absent", "valueCodeableConcept": concept(SNOMED, "414916001")}
        )
    ).not_understood
