"""Some elements of a resource: what was asked for, and what stays whatever is asked; it says that it is not whole."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.fhir.elements import SUBSETTED, is_known, root, some
from natars_fhir.fhir.versions import Name
from natars_fhir.service.export.exported import TYPES

OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation", "id": "o", "meta": {"tag": [{"code": "natars"}]}, "status": "final",
    "category": [{"text": "c"}], "code": {"text": "x"}, "subject": {"reference": "Patient/p"},
    "_effectiveDateTime": {"extension": []}, "valueQuantity": {"value": 1},
}  # fmt: skip
STAYS = {"resourceType", "id", "meta", "status", "code"}


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ((), set()),
        (("subject",), {"subject"}),
        (("Observation.subject", "Patient.gender"), {"subject"}),
        (("Patient.subject",), set()),
        (("value",), {"valueQuantity"}),
        (("Observation.value[x]",), {"valueQuantity"}),
        (("valueQuantity",), {"valueQuantity"}),
        (("effective",), {"_effectiveDateTime"}),
        (("id", "meta"), set()),
    ],
)
def test_what_is_asked_for_comes_with_what_must_be_there(asked: tuple[str, ...], more: set[str]) -> None:
    made = some(OBSERVATION, "R4", asked)
    assert made.keys() == STAYS | more
    assert made["meta"]["tag"] == [{"code": "natars"}, SUBSETTED]
    assert OBSERVATION["meta"]["tag"] == [{"code": "natars"}]


def test_a_whole_resource_does_not_say_that_it_is_none() -> None:
    whole = {name: value for name, value in OBSERVATION.items() if name in STAYS}
    assert some(whole, "R4", ("subject",)) is whole


def test_one_without_labels_gets_one() -> None:
    made = some({"resourceType": "Patient", "id": "p", "gender": "male"}, "R4", ())
    assert made == {"resourceType": "Patient", "id": "p", "meta": {"tag": [SUBSETTED]}}


@pytest.mark.parametrize(
    ("version", "asked", "known"),
    [
        ("R4", "gender", True),
        ("R4", "Patient.gender", True),
        ("R4", "Encounter.status", False),
        ("R4", "Patient.name.family", False),
        ("R4", "Patient.nothing", False),
        ("R4", "body", False),
        ("R4", "performed", True),
        ("R5", "performed", False),
        ("R5", "occurrence", True),
        ("R4", "ResearchSubject.individual", True),
        ("R5", "ResearchSubject.individual", False),
        ("R5", "ResearchSubject.subject", True),
    ],
)
def test_an_element_is_one_of_the_root_of_a_type_in_its_version(version: Name, asked: str, known: bool) -> None:
    assert is_known(version, TYPES, asked) is known


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("kind", TYPES)
def test_what_stays_is_an_element_of_the_type(version: Name, kind: str) -> None:
    here = root(version, kind)
    assert here.stay - {"resourceType"} <= here.names
    assert here.choices <= here.names


def test_modifiers_stay_for_without_them_the_rest_reads_otherwise() -> None:
    refuted = {"resourceType": "Condition", "id": "c", "verificationStatus": {}, "subject": {}, "code": {}}
    assert some(refuted, "R4", ()).keys() == {"resourceType", "id", "meta", "verificationStatus", "subject"}
