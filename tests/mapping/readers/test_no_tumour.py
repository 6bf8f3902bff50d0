"""Where an abscess or a hernia sits no tumour began: its site is shown, decides nothing, and suggests nobody."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.scope import of_no_tumour
from tests.ward import ICD_10, ICD_10_CM, ICD_O, SNOMED, bundle, concept, line, outcome, read, resource

STATUS = "http://terminology.hl7.org/CodeSystem/condition-"
#: codes of SNOMED CT of which the mapping knows nothing
ABSCESS = {"coding": [{"system": SNOMED, "code": "36024000", "display": "Retroperitoneal abscess (disorder)"}]}


def found(code: Any, place: Any = None, **elements: Any) -> dict[str, Any]:
    site = [concept(SNOMED, "82849001") if place is None else place]
    confirmed = concept(f"{STATUS}ver-status", "confirmed")
    return resource("Condition", "c1", code=code, verificationStatus=confirmed, bodySite=site, **elements)


NONE, SURE = ["primary-site retroperitoneum hedged"], ["primary-site retroperitoneum"]


@pytest.mark.parametrize(
    ("code", "facts", "told"),
    [
        pytest.param(concept(ICD_10, "K68.1"), NONE, False, id="an abscess"),
        pytest.param(concept(ICD_10_CM, "K46.9"), NONE, False, id="a hernia"),
        pytest.param(concept(ICD_10, "k85900x001"), NONE, False, id="a pancreatitis by a national edition"),
        pytest.param(concept(ICD_10, "D73.5"), NONE, False, id="of the blood, not a neoplasm"),
        pytest.param({"text": "腹膜后脓肿"}, NONE, False, id="in Chinese words"),
        pytest.param({"text": "Acute pancreatitis, massive hemorrhage"}, NONE, False, id="in English words"),
        pytest.param({"text": "腹主动脉瘤"}, NONE, False, id="an aneurysm"),
        pytest.param(ABSCESS, NONE, False, id="by a display, where nothing else speaks"),
        pytest.param({"text": "腹膜后肿物伴脓肿"}, SURE, False, id="a lump beside it"),
        pytest.param(concept(ICD_10, "D48.1"), SURE, False, id="a neoplasm of uncertain behaviour"),
        pytest.param(concept(ICD_10, "C48.0"), SURE, False, id="a cancer"),
        pytest.param(concept(ICD_O, "8890/3"), ["histology LMS", *SURE], False, id="a type"),
        pytest.param(concept(ICD_10, "R19.0"), SURE, True, id="a symptom"),
        pytest.param(concept(ICD_10, "K66.8"), SURE, True, id="a rest category, in which lumps are coded"),
        pytest.param(concept("urn:oid:1.2.3", "X"), SURE, True, id="a code of nobody's"),
        pytest.param({"text": "腹部不适"}, SURE, True, id="words that are not known"),
        pytest.param(None, SURE, True, id="no code"),
    ],
)
def test_a_site_counts_as_far_as_the_condition_is_a_tumour(code: Any, facts: list[str], told: bool) -> None:
    heard = read(found(code))
    assert sorted(line(fact) for fact in heard.facts) == sorted(facts)
    assert ("Condition.bodySite" in [issue.expression for issue in heard.issues]) == told
    assert all(of_no_tumour(fact) for fact in heard.facts) == (facts == NONE)


@pytest.mark.parametrize("place", ["C16.9", "C67.9"])
def test_an_ulcer_or_a_cystitis_is_no_origin_in_that_organ(place: str) -> None:
    heard = read(found(concept(ICD_10, "K25.9"), concept(ICD_O, place)))
    assert [fact.standing for fact in heard.facts] == ["hedged"]


def test_what_came_back_and_is_no_tumour_was_no_earlier_resection() -> None:
    back = concept(f"{STATUS}clinical", "recurrence")
    assert [line(fact) for fact in read(found(concept(ICD_10, "K68.1"), clinicalStatus=back)).facts] == NONE


def test_a_note_that_names_the_tumour_speaks_for_itself() -> None:
    heard = read(found(concept(ICD_10, "K68.1"), note=[{"text": "腹膜后平滑肌肉瘤"}]))
    assert {line(fact) for fact in heard.facts} == {*NONE, *SURE, "histology LMS hedged"}


def test_an_operation_for_an_abscess_is_none_of_the_tumour() -> None:
    operated = resource(
        "Procedure", "p1", status="completed", code=concept("http://hl7.org/fhir/sid/icd-9-cm", "54.4"),
        performedDateTime="2020-03-01", reasonReference=[{"reference": "Condition/c1"}],
    )  # fmt: skip
    for code, resected in ((concept(ICD_10, "K68.1"), False), (concept(ICD_10, "C48.0"), True)):
        facts = outcome(bundle(found(code), operated)).record.about("prior-resection")
        assert any(fact.value == "present" for fact in facts) == resected
