"""Every concept of the contract can be produced from some place, and a fixture proves it."""

from __future__ import annotations

import pytest

from tests import ward
from tests.coverage import CARRIERS, places

#: The concept ids that outside users rely on.
_IDS = """
birth-date sex consent histology primary-site tumour-behaviour fnclcc-grade tumour-size mitoses-per-10hpf
necrosis-percent ihc-mdm2 ihc-cdk4 ihc-p16 ihc-stat6 ihc-cd34 ihc-desmin ihc-sma ihc-ki67 fish-mdm2 mdm2-cep12-ratio
asa-class ecog metastasis distant-metastasis-category diaphragm-crossing prior-resection biopsy laparotomy-biopsy-only
radiotherapy antineoplastic-drug second-malignancy myocardial-infarction cerebral-infarction pulmonary-embolism
arrhythmia myelosuppression severe-infection pregnancy hcg breastfeeding index-surgery resection-margin organs-resected
neoadjuvant-cycle adverse-event clavien-dindo progression death last-known-alive disease-assessment allocation
mdt-resectability organ-dysfunction treatment-tolerance high-bleeding-surgery contraception psychological-condition
anc wbc platelets haemoglobin creatinine bilirubin alt ast lvef qtc
"""
CONTRACT = _IDS.split()


@pytest.mark.parametrize("concept", CONTRACT)
def test_a_concept_of_the_contract_is_found_somewhere(concept: str) -> None:
    assert places()[concept]


def test_no_concept_is_without_a_place() -> None:
    known = set(ward.mappings().concepts.concepts)
    assert set(CONTRACT) <= known
    assert known - set(places()) == set(CARRIERS)


def test_each_of_the_three_hospitals_proves_the_heart_of_the_trial() -> None:
    for concept in (
        "histology",
        "primary-site",
        "ihc-mdm2",
        "tumour-size",
        "asa-class",
        "consent",
        "antineoplastic-drug",
    ):
        sites = {case.partition("/")[0] for cases in places()[concept].values() for case in cases}
        assert {"hospital-a", "hospital-b", "hospital-c"} <= sites, concept
