"""Every route says who may; what says nothing is not served."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Mount, Route

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.access.caller import Caller as Known
from natars_fhir.service.access.caller import caller
from natars_fhir.service.access.roles import May
from natars_fhir.service.access.scopes import scopes
from natars_fhir.store.engine import open_store
from natars_fhir.web.app import create_app
from natars_fhir.web.needs import Needs, declared, needs, reachable, undeclared
from natars_fhir.web.respond import Refusal
from tests.service.hospital import KEY, NOW, condition, patient, transaction
from tests.service.spoken import COMPLETE, INVESTIGATOR, answers, item
from tests.web.caller import Caller, code, settings

#: What is for everybody; whoever adds to it says why in docs/access.md.
FOR_EVERYBODY = {
    "/healthz", "/readyz", "/openapi.json", "/cds-services", "/auth/token", "{base}/metadata",
    "/pages/login", "/pages/logout", "/pages/language", "/pages/static/{name:path}",
    "/pages/login/by/{name}", "/pages/login/by/{name}/back",
    "{base}/.well-known/smart-configuration", "/api/pull/{site}/{ident}",
    *(f"{{base}}/{kind}{more}" for kind in ("Questionnaire", "CodeSystem", "EvidenceVariable", "Group")
      for more in ("", "/{ident}")),
}  # fmt: skip


async def nothing() -> None:
    """A route's work."""


def test_every_route_of_the_application_says_who_may(call: Caller) -> None:
    routes = dict(reachable(call.app.routes))
    assert len(routes) > 30
    assert undeclared(call.app.routes) == []
    for path, route in routes.items():
        told = declared(route)
        assert told is not None, path
        assert told.may in ("anybody", *get_args(May)), path


def test_what_is_for_everybody_is_listed_here(call: Caller) -> None:
    told = {path for path, route in reachable(call.app.routes) if (d := declared(route)) and d.may == "anybody"}
    assert {path.replace("/fhir/r4", "{base}").replace("/fhir/r5", "{base}") for path in told} == FOR_EVERYBODY


def test_a_route_that_says_nothing_is_found_wherever_it_is(call: Caller) -> None:
    inner, outer = APIRouter(), APIRouter()
    inner.add_api_route("/forgotten", nothing)
    inner.add_api_route("/said", nothing, dependencies=needs("push"))
    inner.add_api_route("/twice", nothing, dependencies=[*needs("push"), *needs("anybody")])
    outer.include_router(inner, prefix="/deep")
    app = FastAPI(openapi_url=None)
    app.include_router(outer)
    mounted = FastAPI(openapi_url=None, routes=[Route("/plain", lambda _: None)])
    app.router.routes.append(Mount("/mounted", app=mounted))
    assert undeclared(app.routes) == ["/deep/forgotten", "/deep/twice", "/mounted/plain"]


def test_the_application_does_not_start_with_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(router: APIRouter, *_: object) -> None:
        router.add_api_route("/forgotten", nothing)

    monkeypatch.setattr("natars_fhir.web.served.add_token", forgetful)
    with pytest.raises(RuntimeError, match="/forgotten"):
        create_app(settings(tmp_path))


@pytest.mark.parametrize(
    ("needed", "who", "may"),
    [
        (Needs("push"), caller("t", "hospital-a", ["engine"]), True),
        (Needs("push"), caller("t", "hospital-a", ["coordinator"]), False),
        (Needs("push"), caller("t", "", ["operator"]), False),
        (Needs("known"), caller("t", "", ["operator"]), True),
        (Needs("known"), caller("t", "", ["admin"]), False),
        (Needs("metrics", across=True), caller("t", "", ["operator"]), True),
        (Needs("metrics", across=True), caller("t", "hospital-a", ["operator"]), False),
        (Needs("quarantine"), caller("t", "hospital-a", ["operator"]), True),
        (Needs("counts", across=True), caller("t", "", ["trial-office"]), True),
        (Needs("read", "r", "Patient"), caller("t", "a", ["engine"], scopes("system/Patient.rs")), True),
        (Needs("read", "r", "Patient"), caller("t", "a", ["engine"], scopes("system/Patient.cu")), False),
        (Needs("read", "r", "Patient"), caller("t", "a", ["engine"], scopes("system/Group.rs")), False),
        (Needs("read", "r", "Patient"), caller("t", "a", ["engine"], scopes("")), False),
        (Needs("read", "r", "Patient"), caller("t", "a", ["coordinator"], scopes("system/*.rs")), True),
        (Needs("push", "c", "Patient"), caller("t", "a", ["coordinator"], scopes("system/*.cruds")), False),
    ],
)
def test_role_site_and_scope_are_needed_together(needed: Needs, who: Known, may: bool) -> None:
    if may:
        needed.check(who, needed.kind)
        return
    with pytest.raises(Refusal) as refused:
        needed.check(who, needed.kind)
    assert (refused.value.status, refused.value.code) == (403, "forbidden")


# roles and scopes over HTTP


def token(call: Caller, site: str, *roles: str, scope: str = "") -> dict[str, str]:
    store = open_store(call.settings.database)
    made = bearers.add(store, KEY, Wanted(site, "test", roles, scope), NOW)[1]
    store.close()
    return {"authorization": f"Bearer {made}"}


@pytest.mark.parametrize(
    ("role", "push", "form", "maps"),
    [
        ("engine", 200, 403, 200),
        ("coordinator", 403, 201, 200),
        ("investigator", 403, 201, 200),
        ("operator", 403, 403, 403),
    ],
)
def test_what_each_role_of_a_site_gets(call: Caller, role: str, push: int, form: int, maps: int) -> None:
    call.push((COMPLETE / "bundle.json").read_bytes(), **token(call, "hospital-a", "engine"))
    mine = token(call, "hospital-a", role)
    said = answers(item("I-14", "no", "seen on CT"))
    told = (
        call.push(patient("9"), **mine),
        call("POST", "/fhir/r4/QuestionnaireResponse", said, **mine),
        call("GET", "/fhir/r4/ConceptMap", **mine),
    )
    assert [response.status_code for response in told] == [push, form, maps]
    assert {code(response) for response in told if response.status_code == 403} <= {"forbidden"}


def test_the_trial_office_speaks_for_no_site(call: Caller) -> None:
    office = token(call, "", "trial-office")
    for method, path, body in (("POST", "/fhir/r4", patient()), ("GET", "/fhir/r4/ConceptMap", None)):
        response = call(method, path, body, **office)
        assert (response.status_code, code(response)) == (403, "forbidden")


def test_a_coordinators_token_does_not_sign_whoever_the_author_is(call: Caller) -> None:
    call.push((COMPLETE / "bundle.json").read_bytes(), **token(call, "hospital-a", "engine"))
    signed = answers(status="completed", by=INVESTIGATOR)
    refused = call("POST", "/fhir/r4/QuestionnaireResponse", signed, **token(call, "hospital-a", "coordinator"))
    assert (refused.status_code, code(refused)) == (403, "forbidden")
    taken = call("POST", "/fhir/r4/QuestionnaireResponse", signed, **token(call, "hospital-a", "investigator"))
    assert taken.status_code == 201


def test_an_engine_does_not_speak_for_people_at_the_base_either(call: Caller) -> None:
    mine = token(call, "hospital-a", "engine")
    call.push((COMPLETE / "bundle.json").read_bytes(), **mine)
    response = call.push(answers(item("I-14", "no", "seen on CT")), **mine)
    assert (response.status_code, code(response)) == (403, "forbidden")


def test_scopes_decide_which_entry_of_a_push_is_taken(call: Caller) -> None:
    mine = token(call, "hospital-a", "engine", scope="system/Condition.u")
    both = transaction(patient(), condition())
    whole = call.push(both, **mine)
    assert (whole.status_code, code(whole)) == (403, "forbidden")
    told = call.push({**both, "type": "batch"}, **mine).json()["entry"]
    assert [entry["response"]["status"] for entry in told] == ["403 Forbidden", "201 Created"]
    assert told[0]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[0].resource"]
    alone = call.push(patient(), **mine)
    assert (alone.status_code, code(alone)) == (403, "forbidden")


def test_reading_needs_its_own_letters(call: Caller) -> None:
    for scope, read, search in (("r", 200, 403), ("s", 403, 200), ("rs", 200, 200), ("cud", 403, 403)):
        mine = token(call, "hospital-a", "engine", scope=f"system/ConceptMap.{scope}")
        told = [call("GET", f"/fhir/r4/ConceptMap{more}", **mine) for more in ("/$translate?code=x&system=y", "")]
        assert [response.status_code for response in told] == [read, search]
        assert all("insufficient_scope" in one.headers["www-authenticate"] for one in told if one.status_code == 403)
