"""Every concept that the trial can know goes out, or stays for a reason that is written down."""

from __future__ import annotations

import pytest

from natars_fhir.export.research.words import KINDS
from natars_fhir.mapping.schema import Concept
from natars_fhir.service.export.exporting import plan_of
from tests.service.hospital import intake, mappings

PLAN = plan_of(mappings(), "https://natars.example/fhir")
CONCEPTS = mappings().concepts.concepts


def test_every_concept_has_a_place_or_a_reason_to_stay() -> None:
    assert PLAN.places.keys() | PLAN.out.keys() == CONCEPTS.keys()
    assert PLAN.places.keys().isdisjoint(PLAN.out)
    assert [*PLAN.out] == ["birth-date", "gene-variant", "comorbidity", "resection"]
    assert all(len(why) > 20 for why in PLAN.out.values())
    assert len(PLAN.places) >= 100


@pytest.mark.parametrize("name", [*PLAN.places])
def test_a_concept_has_our_code_and_every_value_that_it_can_have(name: str) -> None:
    place, concept = PLAN.places[name], CONCEPTS[name]
    assert [one["code"] for one in place.code["coding"]][-1] == name
    assert set(concept.values) <= set(place.values)
    assert set(_words_of(concept)) <= set(place.values)
    assert place.target in (*KINDS, "tumour", "within")


def _words_of(concept: Concept) -> tuple[str, ...]:
    kinds = {"presence": ("present", "absent", "suspected"), "ihc": ("positive", "negative"), "answer": ("yes", "no")}
    return kinds.get(concept.kind, ())


def test_every_drug_and_arm_that_a_fact_may_name_goes_out() -> None:
    drugs = {drug.name for drug in mappings().drugs.drug} | {group.name for group in mappings().drugs.group}
    assert drugs | {"none", "unspecified"} == set(PLAN.places["antineoplastic-drug"].values)
    assert {arm.name for arm in mappings().study.arms} == set(PLAN.places["allocation"].values)


def test_only_verified_codes_go_out() -> None:
    unverified = {
        code.code
        for concept in CONCEPTS.values()
        for code in (*concept.asked, *(one for says in concept.says for one in says.codes))
        if not code.verified
    }
    out = {
        one["code"]
        for place in PLAN.places.values()
        for node in (place.code, *place.values.values())
        for one in node["coding"]
        if "CodeSystem" not in one["system"] or "terminology" in one["system"]
    }
    assert unverified
    assert unverified.isdisjoint(out)


def test_an_installation_has_its_plan() -> None:
    plan = intake().plan
    assert plan is not None
    assert plan.base == intake().canonical_base
