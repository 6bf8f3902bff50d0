"""ConceptMaps over HTTP: each site reads, searches and asks its own and the standard ones."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.parameters import Parameters

from tests.ward import ICD_10, LOINC
from tests.web.caller import Caller, code

LIS = "http://his.hospital-b.example/lis"
A, B = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}
MAP = "/fhir/r4/ConceptMap"
TRANSLATE = f"{MAP}/$translate"


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    return Caller(tmp_path_factory.mktemp("web"), tokens={"a": "hospital-a", "b": "hospital-b"})


def told(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Equivalence and code of every match."""
    Parameters.model_validate(copy.deepcopy(answer))
    (result,) = (one["valueBoolean"] for one in answer["parameter"] if one["name"] == "result")
    matches = [{p["name"]: p for p in one["part"]} for one in answer["parameter"] if one["name"] == "match"]
    assert result == bool(matches)
    return [(one["equivalence"]["valueCode"], one["concept"]["valueCoding"]["code"]) for one in matches]


def asked(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parameters)}


ANC = [("equivalent", "anc")]


@pytest.mark.parametrize(
    ("method", "path", "body", "matches"),
    [
        pytest.param("GET", f"{TRANSLATE}?system={LIS}&code=LIS0102", None, ANC, id="a local code"),
        pytest.param("GET", f"{TRANSLATE}?system={LOINC}&code=751-8", None, ANC, id="a standard one"),
        pytest.param("GET", f"{TRANSLATE}?system=urn:oid:2.16.840.1.113883.6.1&code=751-8", None, ANC, id="by OID"),
        pytest.param(
            "GET", f"{TRANSLATE}?system={ICD_10}&code=C48.000x001", None, [("wider", "primary-site")], id="an extension"
        ),
        pytest.param("GET", f"{TRANSLATE}?system={LIS}&code=LIS0977", None, [], id="a code that is not mapped"),
        pytest.param(
            "GET", f"{TRANSLATE}?system={LIS}&code=LIS0102&targetsystem={LOINC}", None, [], id="another target system"
        ),
        pytest.param("GET", f"{TRANSLATE}?system={LIS}&code=LIS0102&url=urn:x", None, [], id="another map"),
        pytest.param(
            "POST", TRANSLATE, asked({"name": "coding", "valueCoding": {"system": LIS, "code": "LIS0102"}}), ANC,
            id="a coding",
        ),
        pytest.param(
            "POST", TRANSLATE,
            asked({"name": "codeableConcept", "valueCodeableConcept": {
                "coding": [{"system": LIS, "code": "X"}, {"system": LIS, "code": "LIS0102"}]}}),
            ANC, id="a concept of two codings",
        ),
        pytest.param(
            "POST", TRANSLATE,
            asked({"name": "code", "valueCode": "LIS0102"}, {"name": "system", "valueUri": LIS}), ANC, id="in parts",
        ),
    ],
)  # fmt: skip
def test_a_code_is_translated(call: Caller, method: str, path: str, body: Any, matches: list[tuple[str, str]]) -> None:
    response = call(method, path, body, **B)
    assert response.status_code == 200
    assert told(response.json()) == matches


def test_the_value_and_the_map_come_along(call: Caller) -> None:
    pharmacy = "http://his.hospital-b.example/pharmacy"
    answer = call("GET", f"{TRANSLATE}?system={pharmacy}&code=YP20781", **B).json()
    parts = {one["name"]: one for one in answer["parameter"][1]["part"]}
    assert parts["product"]["part"][1]["valueCoding"]["code"] == "anlotinib"
    assert call("GET", f"{MAP}?url={parts['source']['valueUri']}", **B).json()["total"] == 1


def test_no_site_is_told_another_sites_codes(call: Caller) -> None:
    assert told(call("GET", f"{TRANSLATE}?system={LIS}&code=LIS0102", **A).json()) == []
    own = {one["resource"]["id"] for one in call("GET", MAP, **A).json()["entry"]}
    other = {one["resource"]["id"] for one in call("GET", MAP, **B).json()["entry"]}
    assert all(one.startswith("standard-") for one in own & other)
    assert [call("GET", f"{MAP}/{one}", **A).status_code for one in sorted(other - own)[:2]] == [404, 404]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "issue"),
    [
        pytest.param("GET", TRANSLATE, None, 422, "required", id="no code"),
        pytest.param("GET", f"{TRANSLATE}?code=x&reverse=true", None, 422, "not-supported", id="the way back"),
        pytest.param("POST", TRANSLATE, b"{", 400, "structure", id="no JSON"),
        pytest.param("POST", TRANSLATE, [], 422, "structure", id="no Parameters"),
        pytest.param("POST", TRANSLATE, asked({"name": "codings", "valueString": "x"}), 422, "required", id="a trick"),
        pytest.param("GET", f"{MAP}/nothing", None, 404, "not-found", id="no such map"),
    ],
)
def test_what_cannot_be_answered_is_told(
    call: Caller, method: str, path: str, body: Any, status: int, issue: str
) -> None:
    response = call(method, path, body, **B)
    assert (response.status_code, code(response)) == (status, issue)


@pytest.mark.parametrize("path", [MAP, f"{MAP}/x", f"{TRANSLATE}?code=x"])
def test_without_a_token_nothing_is_told(call: Caller, path: str) -> None:
    assert call("GET", path).status_code == 401


@pytest.mark.parametrize(
    ("query", "number"),
    [
        pytest.param(f"source-system={LIS}", 1, id="source system"),
        pytest.param("source-code=LIS0102", 1, id="source code"),
        pytest.param(f"source-code={LIS}|LIS0102", 1, id="source code with its system"),
        pytest.param("source-code=LIS0102&status=draft", 0, id="two at once"),
        pytest.param("_id=hospital-b-unit-spelling,standard-loinc", 2, id="one of two"),
        pytest.param(f"source-system={LIS}&colour=blue", 1, id="what is not known does not count"),
    ],
)
def test_maps_are_searched(call: Caller, query: str, number: int) -> None:
    found = call("GET", f"{MAP}?{query}", **B).json()
    Bundle.model_validate(copy.deepcopy(found))
    assert found["total"] == len(found.get("entry", [])) == number
    assert "colour" not in found["link"][0]["url"]


def test_the_statement_says_what_can_be_asked(call: Caller) -> None:
    told = {one["type"]: one for one in call("GET", "/fhir/r4/metadata").json()["rest"][0]["resource"]}
    assert told["ConceptMap"]["operation"][0]["name"] == "translate"
    assert "ConceptMap" not in [one["type"] for one in call("GET", "/fhir/r5/metadata").json()["rest"][0]["resource"]]


def test_a_site_reads_its_map(call: Caller, tmp_path: Path) -> None:
    assert call("GET", f"{MAP}/hospital-b-unit-spelling", **B).json()["status"] == "active"


def test_what_is_not_mapped_waits_as_a_draft_for_its_own_site_alone(tmp_path: Path) -> None:
    call = Caller(tmp_path, tokens={"a": "hospital-a", "b": "hospital-b"})
    assert call("GET", f"{MAP}/hospital-b-not-mapped", **B).status_code == 404
    coding = {"system": LIS, "code": "LIS0103", "display": "中性粒细胞"}
    sent = {"resourceType": "Observation", "id": "1", "status": "final", "code": {"coding": [coding]}}
    assert call.push(sent, **B).status_code == 200
    assert call("GET", f"{MAP}/hospital-b-not-mapped", **B).json()["status"] == "draft"
    assert call("GET", f"{MAP}?status=draft", **B).json()["total"] == 1
    assert call("GET", f"{MAP}/hospital-b-not-mapped", **A).status_code == 404
