"""Resources within resources are found with their places, and can be left out without moving anything else."""

from __future__ import annotations

from typing import Any

from natars_fhir.fhir.inner import alone, resources

PATIENT = {"resourceType": "Patient", "id": "1", "contained": [{"resourceType": "Practitioner"}]}
BUNDLE: dict[str, Any] = {
    "resourceType": "Bundle",
    "entry": [{"fullUrl": "urn:a"}, {"fullUrl": "urn:b", "resource": PATIENT}],
    "meta": {"tag": [{"code": "x"}]},
}


def test_each_is_found_with_its_place_outer_ones_first() -> None:
    assert [(place, one["resourceType"]) for place, one in resources(BUNDLE, "Bundle")] == [
        ("Bundle", "Bundle"),
        ("Bundle.entry[1].resource", "Patient"),
        ("Bundle.entry[1].resource.contained[0]", "Practitioner"),
    ]


def test_alone_it_holds_no_other_and_everything_else_stands_where_it_stood() -> None:
    assert alone(BUNDLE) == BUNDLE | {"entry": [{"fullUrl": "urn:a"}, {"fullUrl": "urn:b"}]}
    assert alone(PATIENT) == {"resourceType": "Patient", "id": "1"}
    assert alone({"contained": [], "name": [{}, 5]}) == {"contained": [], "name": [{}, 5]}
