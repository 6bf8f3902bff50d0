"""Of whom a specimen was taken, by the entries beside it: another patient only where the two cannot be one person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.references import Scope
from natars_fhir.fhir.specimens import Specimens

MRN = "https://hospital.example/mrn"


def by_number(value: str) -> dict[str, Any]:
    return {"identifier": {"system": MRN, "value": value}}


BY_NUMBER = by_number("2")


def specimen(subject: Any) -> dict[str, Any]:
    return {"resourceType": "Specimen", "id": "s", **({"subject": subject} if subject else {})}


def person(ident: str, *numbers: str, **more: Any) -> dict[str, Any]:
    identifiers = [{"system": MRN, "value": number} for number in numbers]
    return {"resourceType": "Patient", "id": ident, "identifier": identifiers, **more}


@pytest.mark.parametrize(
    ("entries", "another"),
    [
        pytest.param([specimen({"reference": "Patient/2"})], True, id="another id"),
        pytest.param([specimen({"reference": "Patient/1"})], False, id="the same"),
        pytest.param(
            [specimen({"reference": "https://other.example/fhir/Patient/1"})], False, id="the same id with its address"
        ),
        pytest.param([specimen(None)], False, id="nobody is named"),
        pytest.param([specimen({"reference": "#p"})], False, id="a contained patient"),
        pytest.param([specimen({"reference": "Group/2"})], False, id="no person"),
        pytest.param([specimen({"reference": 5})], False, id="nonsense"),
        pytest.param([], False, id="no specimen"),
        pytest.param([specimen(BY_NUMBER)], False, id="a number that may be anybody's"),
        pytest.param([specimen(BY_NUMBER), person("1", "2")], False, id="the patient's own number"),
        pytest.param([specimen(BY_NUMBER), person("1", "3")], True, id="another number than the patient's"),
        pytest.param([specimen(BY_NUMBER), person("1", "3"), person("2", "2")], True, id="another patient's number"),
        pytest.param(
            [specimen({"reference": "Patient/2"}), person("1", "9"), person("2", "9")], False, id="one number for both"
        ),
        pytest.param(
            [specimen({"reference": "Patient/2"}), person("1", ""), person("2", "")], True, id="two without a number"
        ),
        pytest.param(
            [specimen({"reference": "Patient/2"}), person("1", "-"), person("2", "-")],
            True,
            id="two with a placeholder",
        ),
        pytest.param([specimen(by_number("无")), person("1", "3")], False, id="a placeholder is nobody's number"),
        pytest.param(
            [specimen({"reference": "Patient/1"}), specimen({"reference": "Patient/2"})], True, id="told in two ways"
        ),
        pytest.param(
            [specimen({"reference": "Patient/2"}), person("2", link=[{"other": {"reference": "Patient/1"}}])],
            False,
            id="linked",
        ),
    ],
)
def test_it_is_anothers_only_where_the_two_cannot_be_one(entries: list[Any], another: bool) -> None:
    document = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]}
    opened = open_bundle(json.dumps(document).encode()).entries
    scope = Scope(opened)
    taken = Specimens(opened, scope)
    assert taken.of_another("Specimen/s", "Patient/1") is another
    assert not taken.of_another("Specimen/other", "Patient/1")
