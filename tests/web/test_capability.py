"""The CapabilityStatement is conformant, and says what the routes do and no more."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter
from fhir.resources import capabilitystatement as r5
from fhir.resources.R4B import capabilitystatement as r4

from natars_fhir.fhir.check import check
from natars_fhir.fhir.r5 import to_r5
from natars_fhir.settings import Settings
from natars_fhir.web.capability import capability
from tests.service.hospital import NOW, Node, condition, patient
from tests.web.asked import without_id
from tests.web.caller import Caller


@pytest.mark.parametrize(
    ("base", "model", "number"),
    [("r4", r4.CapabilityStatement, "4.0.1"), ("r5", r5.CapabilityStatement, "5.0.0")],
    ids=["R4", "R5"],
)
def test_it_is_conformant_and_names_the_limits(shared: Caller, base: str, model: Any, number: str) -> None:
    statement = shared("GET", f"/fhir/{base}/metadata").json()
    model.model_validate(statement)
    assert statement["fhirVersion"] == number
    (rest,) = statement["rest"]
    assert [one["code"] for one in rest["interaction"]] == ["transaction", "batch"]
    assert [one["name"] for one in rest["operation"]] == ["validate", "process-message", "export"]
    assert shared("POST", f"/fhir/{base}/$validate", {"resourceType": "Patient"}).status_code == 200
    assert str(shared.settings.most_bytes) in rest["documentation"]
    assert str(shared.settings.most_entries) in rest["documentation"]


def test_r4_finds_nothing_wrong_with_it(call: Caller) -> None:
    assert check(call("GET", "/fhir/r4/metadata").json()) == []


def test_what_no_route_does_is_not_said() -> None:
    statement = capability("R4", "/fhir/r4", APIRouter().routes, Settings(), NOW)
    assert statement["rest"][0]["interaction"] == []
    assert "operation" not in statement["rest"][0]


_SUBJECT = {"subject": {"reference": "Patient/walk"}}
_DRUG = {"status": "completed", "medicationCodeableConcept": {"text": "x"}, **_SUBJECT}
#: One of each type that is kept, in R4; each with an identifier.
SAMPLES: dict[str, Node] = {
    "AdverseEvent": {"actuality": "actual", **_SUBJECT},
    "Condition": _SUBJECT,
    "Consent": {
        "status": "active",
        "scope": {"text": "x"},
        "category": [{"text": "x"}],
        "patient": {"reference": "Patient/walk"},
        "policyRule": {"text": "x"},
    },
    "DiagnosticReport": {"status": "final", "code": {"text": "x"}, **_SUBJECT},
    "List": {"status": "current", "mode": "working", **_SUBJECT},
    "Medication": {"code": {"text": "x"}},
    "MedicationAdministration": {**_DRUG, "effectiveDateTime": "2024-01-01"},
    "MedicationRequest": {**_DRUG, "intent": "order"},
    "MedicationStatement": _DRUG,
    "Observation": {"status": "final", "code": {"text": "x"}, **_SUBJECT},
    "Patient": {"gender": "male"},
    "Procedure": {"status": "completed", **_SUBJECT},
    "QuestionnaireResponse": {"status": "completed", "questionnaire": "urn:q", **_SUBJECT},
    "ResearchSubject": {
        "status": "screening",
        "study": {"reference": "ResearchStudy/other"},
        "individual": {"reference": "Patient/walk"},
    },
}


def sample(kind: str, base: str) -> Node:
    single = kind in ("AdverseEvent", "QuestionnaireResponse")
    named = {"system": "urn:walk", "value": "1"}
    four = {"resourceType": kind, "id": "walk", "identifier": named if single else [named], **SAMPLES[kind]}
    return four if base == "r4" else to_r5(four)[0]


def claims(call: Caller, base: str) -> dict[str, Node]:
    rest = call("GET", f"/fhir/{base}/metadata").json()["rest"][0]
    return {one["type"]: one for one in rest["resource"]}


@pytest.mark.parametrize("base", ["r4", "r5"])
def test_every_type_that_is_kept_is_among_what_is_walked(shared: Caller, base: str) -> None:
    told = claims(shared, base)
    assert {kind for kind, one in told.items() if one.get("updateCreate")} == SAMPLES.keys()


@pytest.mark.parametrize("base", ["r4", "r5"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_everything_that_is_claimed_of_a_kept_type_is_done(call: Caller, base: str, kind: str) -> None:
    at, one = f"/fhir/{base}/{kind}", sample(kind, base)
    claimed = claims(call, base)[kind]
    nameless = {name: value for name, value in one.items() if name not in ("id", "identifier")}
    condition_ = "identifier=urn:walk|1"
    done = {
        "update": lambda: call("PUT", f"{at}/walk", one).status_code == 201,
        "read": lambda: call("GET", f"{at}/walk").json() == one,
        "vread": lambda: call("GET", f"{at}/walk/_history/1").json() == one,
        "history-instance": lambda: call("GET", f"{at}/walk/_history").json()["total"] == 1,
        "search-type": lambda: call("GET", at).json()["total"] == 1,
        "create": lambda: kind == "QuestionnaireResponse" or call("POST", at, nameless).status_code == 201,
        "delete": lambda: call("DELETE", f"{at}/walk").status_code == 204,
    }
    assert {told["code"] for told in claimed["interaction"]} == done.keys()
    for code in ("update", "read", "vread", "history-instance", "search-type", "create"):
        assert done[code](), code
    for told in claimed["searchParam"]:
        value = {"identifier": "urn:walk|1", "_id": "walk", "_lastUpdated": "ge2024", "status": "x"}.get(
            told["name"], "walk"
        )
        found = call("GET", f"{at}?{told['name']}={value}", prefer="handling=strict")
        assert found.status_code == 200, told["name"]
        assert told["name"] in ("status", "study") or found.json()["total"] >= 1, told["name"]
    assert call("GET", f"{at}/walk", if_none_match='W/"1"').status_code == 304
    assert claimed["conditionalRead"] == "not-match"
    assert call("PUT", f"{at}?{condition_}", one).status_code == 200
    if claimed["conditionalCreate"]:
        assert call("POST", at, one, if_none_exist=condition_).headers["location"].endswith(f"{kind}/walk/_history/1")
    assert call("DELETE", f"{at}?{condition_}").status_code == 204
    assert call("GET", f"{at}/walk").status_code == 410
    assert done["delete"]()


@pytest.mark.parametrize("base", ["r4", "r5"])
def test_everything_else_that_is_claimed_is_answered(shared: Caller, base: str) -> None:
    shared("PUT", f"/fhir/{base}/Patient/1", patient())
    shared("PUT", f"/fhir/{base}/Condition/c1", condition() if base == "r4" else to_r5(condition())[0])
    rest = shared("GET", f"/fhir/{base}/metadata").json()["rest"][0]
    for told in rest["resource"]:
        if told["type"] in SAMPLES or told["type"] == "Subscription":  # test_subscriptions.py walks it
            continue
        at = f"/fhir/{base}/{told['type']}"
        assert {one["code"] for one in told["interaction"]} == {"read", "search-type"}
        found = shared("GET", at).json()["entry"][0]["resource"]
        assert shared("GET", f"{at}/{found['id']}").json() == found
        for parameter in told["searchParam"]:
            assert shared("GET", f"{at}?{parameter['name']}=2024").status_code in (200, 400)
    for one in rest["operation"]:
        assert shared("POST", f"/fhir/{base}/${one['name']}", b"{").status_code == 400
    for kind in [one["code"] for one in rest["interaction"]]:
        empty = {"resourceType": "Bundle", "type": kind, "entry": []}
        assert shared.push(empty, f"/fhir/{base}").status_code == 200
    assert shared("POST", f"/fhir/{base}/Patient/$validate", without_id(patient())).status_code == 200
