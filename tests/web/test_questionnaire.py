"""The form over HTTP: published to everybody, prefilled for a site's own patients alone."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model
from structlog.testing import capture_logs

from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.fhir.check import check
from natars_fhir.fhir.versions import detect
from natars_fhir.store import audit
from natars_fhir.store.engine import open_store
from tests.emit.judged import faults
from tests.service.hospital import condition, mappings, patient, transaction
from tests.web.caller import Caller, code

FORM = questionnaire(mappings().study, "https://natars.example/fhir")
CANONICAL = {"name": "canonical", "valueCanonical": FORM["url"]}
SUBJECT = {"name": "subject", "valueReference": {"reference": "Patient/1"}}
A, B = {"authorization": "Bearer a"}, {"authorization": "Bearer b"}
NUMBER = mappings().sites["hospital-a"].identifiers[0]
POPULATE = "/fhir/r4/Questionnaire/$populate"
OWN = f"/fhir/r4/Questionnaire/{FORM['id']}/$populate"


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    """Hospital A knows Patient/1, hospital B another Patient/2."""
    made = Caller(tmp_path_factory.mktemp("web"), tokens={"a": "hospital-a", "b": "hospital-b"})
    made.push(pushed("hospital-a", "1", "77"), **A)
    made.push(pushed("hospital-b", "2", "78"), **B)
    return made


def pushed(site: str, ident: str, number: str) -> dict[str, Any]:
    """A patient of the site's own server, with the site's own number."""
    told = mappings().sites[site]
    person = {**patient(ident), "identifier": [{"system": told.identifiers[0], "value": number}]}
    bundle = transaction(person, condition(of=f"Patient/{ident}"))
    for entry in bundle["entry"]:
        entry["fullUrl"] = f"{told.bases[0]}/{entry['resource']['resourceType']}/{entry['resource']['id']}"
    return bundle


def asked(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(parameters)}


def context(name: str, content: str) -> dict[str, Any]:
    """The `context` in parameter: what a form filler knows of who looks at whom."""
    parts = [{"name": "name", "valueString": name}, {"name": "content", "valueReference": {"reference": content}}]
    return {"name": "context", "part": parts}


def told(answer: Any) -> dict[str, dict[str, Any]]:
    """The out parameters by name."""
    body = answer.json()
    assert (answer.status_code, body["resourceType"]) == (200, "Parameters"), body
    return {one["name"]: one["resource"] for one in body["parameter"]}


# What is published


@pytest.mark.parametrize("base", ["r4", "r5"])
@pytest.mark.parametrize("kind", ["Questionnaire", "CodeSystem", "EvidenceVariable", "Group"])
def test_what_is_published_is_read_by_everybody_in_the_version_of_the_base(call: Caller, base: str, kind: str) -> None:
    found = call("GET", f"/fhir/{base}/{kind}").json()
    model = {"r4": r4_model, "r5": r5_model}[base]
    model("Bundle")(**copy.deepcopy(found))
    assert found["total"] == len(found["entry"]) > 0
    for entry in found["entry"]:
        one = call("GET", f"/fhir/{base}/{kind}/{entry['resource']['id']}").json()
        assert one == entry["resource"]
        model(kind)(**one)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        (f"url={FORM['url']}", 1),
        (f"url={FORM['url']}|{FORM['version']}", 1),
        (f"url={FORM['url']}|1", 0),
        (f"_id={FORM['id']}&status=active", 1),
        ("url=https://other.example/Questionnaire/x", 0),
        ("colour=blue", 1),
    ],
)
def test_the_form_is_found_by_its_canonical_address(call: Caller, query: str, number: int) -> None:
    found = call("GET", f"/fhir/r4/Questionnaire?{query}").json()
    assert found["total"] == number
    assert "colour" not in found["link"][0]["url"]


def test_the_published_form_is_the_one_that_responses_name(call: Caller) -> None:
    assert call("GET", f"/fhir/r4/Questionnaire/{FORM['id']}").json() == FORM
    assert call("GET", "/fhir/r4/Questionnaire/other").status_code == 404


@pytest.mark.parametrize(
    ("said", "title"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "NATARS 筛选表"), ("fr, en;q=0.5", "NATARS: screening"), ("", "NATARS: screening")],
)
def test_the_form_speaks_the_callers_language(call: Caller, said: str, title: str) -> None:
    assert call("GET", f"/fhir/r4/Questionnaire/{FORM['id']}", accept_language=said).json()["title"] == title


@pytest.mark.parametrize("base", ["r4", "r5"])
def test_the_statement_says_so(call: Caller, base: str) -> None:
    statement = call("GET", f"/fhir/{base}/metadata").json()
    told = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert {"Questionnaire", "CodeSystem", "EvidenceVariable", "Group"} <= set(told)
    assert told["Questionnaire"]["operation"][0]["name"] == "populate"
    {"r4": r4_model, "r5": r5_model}[base]("CapabilityStatement")(**statement)


# $populate


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        pytest.param(OWN, [SUBJECT], id="instance"),
        pytest.param(POPULATE, [CANONICAL, SUBJECT], id="canonical"),
        pytest.param(
            POPULATE,
            [{"name": "canonical", "valueCanonical": f"{FORM['url']}|{FORM['version']}"}, SUBJECT],
            id="canonical with its version",
        ),
        pytest.param(POPULATE, [{"name": "questionnaire", "valueUri": FORM["url"]}, SUBJECT], id="address"),
        pytest.param(POPULATE, [{"name": "questionnaire", "resource": FORM}, SUBJECT], id="the form itself"),
        pytest.param(
            POPULATE,
            [
                {"name": "questionnaireRef", "valueReference": {"reference": f"Questionnaire/{FORM['id']}"}},
                SUBJECT,
            ],
            id="reference",
        ),
        pytest.param(
            POPULATE,
            [
                {
                    "name": "questionnaireRef",
                    "valueReference": {"reference": f"https://here.example/fhir/r4/Questionnaire/{FORM['id']}"},
                },
                SUBJECT,
            ],
            id="address of this server",
        ),
        pytest.param(
            POPULATE, [{"name": "identifier", "valueIdentifier": {"value": FORM["id"]}}, SUBJECT], id="identifier"
        ),
        pytest.param(OWN, [SUBJECT, {"name": "local", "valueBoolean": True}], id="local"),
        pytest.param(
            OWN,
            [context("patient", "Patient/1")],
            id="the patient of a context",
        ),
        pytest.param(
            OWN,
            [
                {
                    "name": "launchContext",
                    "part": [
                        {"name": "name", "valueCoding": {"code": "patient"}},
                        {"name": "content", "resource": {"resourceType": "Patient", "id": "1"}},
                    ],
                },
                SUBJECT,
            ],
            id="a Patient that is sent along",
        ),
        pytest.param(
            OWN,
            [{"name": "subject", "valueReference": {"reference": "https://his.hospital-a.example/fhir/Patient/1"}}],
            id="under the site's own base",
        ),
        pytest.param(
            OWN,
            [{"name": "subject", "valueReference": {"identifier": {"system": NUMBER, "value": "77"}}}],
            id="by identifier",
        ),
    ],
)
def test_the_form_of_the_sites_patient_is_given_however_it_is_asked_for(
    call: Caller, path: str, parameters: list[dict[str, Any]]
) -> None:
    answer = call("POST", path, asked(*parameters), **A)
    assert faults(answer.json()) == []
    response = told(answer)["response"]
    assert (response["status"], response["subject"]) == ("in-progress", {"reference": "Patient/1"})
    assert response["questionnaire"] == f"{FORM['url']}|{FORM['version']}"
    assert check(response) == []
    given = {one["linkId"]: one for group in response["item"] for one in group.get("item", [])}
    assert given["I-01"]["answer"][0]["valueCoding"]["code"] == "yes"
    assert "I-18" not in given


def test_in_r5_it_is_r5_and_in_chinese_chinese(call: Caller) -> None:
    path = OWN.replace("r4", "r5")
    response = told(call("POST", path, asked(SUBJECT), **A, accept_language="zh"))["response"]
    r5_model("QuestionnaireResponse")(**copy.deepcopy(response))
    assert "meta" not in response
    assert detect(response) in ("R5", None)
    assert response["item"][1]["text"].startswith("入选标准")


OTHER = "https://other.example/Questionnaire/natars-screening"


@pytest.mark.parametrize(
    ("path", "body", "status", "issue"),
    [
        pytest.param(POPULATE, b"{", 400, "structure", id="no JSON"),
        pytest.param(POPULATE, [], 422, "structure", id="no Parameters"),
        pytest.param(POPULATE, {"resourceType": "Bundle"}, 422, "structure", id="a Bundle"),
        pytest.param(POPULATE, asked(SUBJECT), 422, "required", id="no form"),
        pytest.param(POPULATE, asked(CANONICAL), 422, "required", id="no subject"),
        pytest.param(
            POPULATE, asked({"name": "canonical", "valueCanonical": OTHER}, SUBJECT), 404, "not-found", id="other form"
        ),
        pytest.param(
            POPULATE,
            asked({"name": "questionnaire", "resource": {"resourceType": "Questionnaire"}}, SUBJECT),
            404,
            "not-found",
            id="a form without an address",
        ),
        pytest.param(
            POPULATE,
            asked({"name": "canonical", "valueCanonical": f"{FORM['url']}|1"}, SUBJECT),
            404,
            "not-found",
            id="another version",
        ),
        pytest.param(
            "/fhir/r4/Questionnaire/other/$populate", asked(SUBJECT), 404, "not-found", id="another form's address"
        ),
        pytest.param(
            OWN,
            asked({"name": "canonical", "valueCanonical": OTHER}, SUBJECT),
            404,
            "not-found",
            id="two forms",
        ),
        pytest.param(OWN, asked(SUBJECT, SUBJECT), 422, "invalid", id="two subjects"),
        pytest.param(OWN, asked({"name": "subject", "valueString": "Patient/1"}), 422, "value", id="a text as subject"),
        pytest.param(
            OWN,
            asked({"name": "subject", "valueReference": {"reference": "Group/1"}}),
            422,
            "value",
            id="a subject that is no Patient",
        ),
        pytest.param(OWN, asked(SUBJECT, {"name": "local", "valueString": "x"}), 422, "value", id="local is a text"),
        pytest.param(OWN, asked(SUBJECT, {"name": "context"}), 422, "required", id="a context without a name"),
        pytest.param(
            OWN,
            asked(
                SUBJECT,
                context("patient", "Patient/2"),
            ),
            422,
            "invalid",
            id="another patient in the context",
        ),
        pytest.param(
            OWN,
            asked(
                SUBJECT,
                *[context("user", "Practitioner/1")] * 2,
            ),
            422,
            "invariant",
            id="two contexts of one name",
        ),
    ],
)
def test_what_is_asked_wrongly_is_answered_clearly(call: Caller, path: str, body: Any, status: int, issue: str) -> None:
    answer = call("POST", path, body, **A)
    assert (answer.status_code, code(answer)) == (status, issue)


def test_what_is_given_and_not_used_is_told(call: Caller) -> None:
    more = [
        {"name": "data", "resource": {"resourceType": "Bundle", "type": "collection"}},
        {"name": "dataEndpoint", "resource": {"resourceType": "Endpoint"}},
        {"name": "colour", "valueString": "blue"},
        context("user", "Practitioner/1"),
    ]
    issues = told(call("POST", OWN, asked(SUBJECT, *more), **A))["issues"]["issue"]
    assert [one["code"] for one in issues].count("not-supported") == 4
    assert "blue" not in str(issues)


# Whose


def test_another_sites_patient_is_as_unknown_as_none(call: Caller) -> None:
    named = [
        {"reference": "Patient/2"},
        {"reference": "Patient/none"},
        {"identifier": {"system": NUMBER, "value": "78"}},
    ]
    answers = [call("POST", OWN, asked({"name": "subject", "valueReference": one}), **A) for one in named]
    assert {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}
    assert code(answers[0]) == "not-found"
    theirs = asked({"name": "subject", "valueReference": named[0]})
    assert told(call("POST", OWN, theirs, **B))["response"]["subject"] == named[0]


def test_a_patient_under_another_servers_address_is_not_the_sites(call: Caller) -> None:
    elsewhere = {"name": "subject", "valueReference": {"reference": "https://other.example/fhir/Patient/1"}}
    assert call("POST", OWN, asked(elsewhere), **A).status_code == 404


def test_without_a_token_no_patients_form_is_given(call: Caller) -> None:
    assert call("POST", OWN, asked(SUBJECT)).status_code == 401
    assert call("POST", OWN, asked(SUBJECT), authorization="Bearer c").status_code == 401


def test_a_patient_out_of_scope_is_told_as_such(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    call.push(transaction(patient(number="77")))
    out = told(call("POST", OWN, asked(SUBJECT)))
    assert "scope" in out["issues"]["issue"][0]["diagnostics"]
    assert out["response"]["item"][0]["linkId"] == "as-of"


def test_that_a_form_was_given_stands_in_the_audit_and_no_value_in_the_log(tmp_path: Path) -> None:
    call = Caller(tmp_path)
    call.push(transaction(patient(number="77"), condition()))
    with capture_logs() as logs:
        call("POST", OWN, asked(SUBJECT))
        call("POST", OWN, asked({"name": "subject", "valueReference": {"reference": "Patient/none"}}))
    store = open_store(call.settings.database)
    with store.read() as connection:
        acts = [act for act in audit.acts(connection, "generic") if act.act == "populate"]
    store.close()
    assert [act.status for act in acts] == [200, 404]
    assert acts[0].counts["answers"] > 0
    assert "Patient/1" not in str(logs)
    assert [log["route"] for log in logs if log["event"] == "request"] == [OWN.replace(FORM["id"], "{ident}")] * 2
