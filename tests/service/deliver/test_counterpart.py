"""What a site's server says it can do is held against what we ask, and the fallback that the rest needs is named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import respx

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.deliver.counterpart import AwayError, capability, traits
from natars_fhir.service.http import Clients

BASE = "https://site.example/fhir"


def resource(kind: str, **said: Any) -> dict[str, Any]:
    return {"type": kind, "conditionalUpdate": True, **said}


def told(*resources: dict[str, Any], version: str = "4.0.1") -> dict[str, Any]:
    rest = [{"mode": "client"}, {"mode": "server", "resource": list(resources)}]
    return {"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": rest}


ABLE = (
    resource("ResearchStudy", updateCreate=True),
    resource("ResearchSubject"),
    resource("Task"),
    resource("Observation"),
    resource("Flag"),
    resource("Patient", searchParam=[{"name": "identifier", "type": "token"}]),
)


def states(statement: dict[str, Any], **said: Any) -> dict[str, str]:
    return {one.name: one.state for one in traits(statement, Endpoint(url=BASE, **said))}


def changes(statement: dict[str, Any], **said: Any) -> set[str]:
    return {one.change for one in traits(statement, Endpoint(url=BASE, **said))} - {""}


def without(kind: str, **said: Any) -> dict[str, Any]:
    """The able server, but for one type; which has *said* instead, or is not there."""
    kept = [one for one in ABLE if one["type"] != kind]
    return told(*kept, *([{"type": kind, **said}] if said else []))


def test_a_server_that_can_do_all_of_it_needs_nothing() -> None:
    statement = told(*ABLE)
    assert set(states(statement, also=("Observation",), patients="by-identifier").values()) == {"good"}
    assert changes(statement) == set()


def test_without_conditional_update_a_search_comes_first() -> None:
    statement = without("ResearchSubject", conditionalUpdate=False)
    assert states(statement)["ResearchSubject"] == "missing"
    assert changes(statement) == {'fallback = "search-then-update"'}
    for fallback in ("search-then-update", "update-by-id"):
        assert "missing" not in states(statement, fallback=fallback).values()


def test_without_research_subjects_a_flag_says_it_where_the_server_has_flags() -> None:
    statement = without("ResearchSubject")
    assert 'fallback = "flag"' in changes(statement)
    good = dict.fromkeys(("fhirVersion", "Flag", "Task"), "good")
    assert states(statement, fallback="flag") == {**good, "ResearchSubject": "met"}
    assert 'fallback = "communication"' in changes(told(resource("Communication"), resource("Task")))


@pytest.mark.parametrize(
    ("said", "state"), [({"updateCreate": True}, "good"), ({"updateCreate": False}, "missing"), ({"x": 1}, "doubtful")]
)
def test_a_study_must_keep_the_id_that_we_give(said: dict[str, Any], state: str) -> None:
    assert states(without("ResearchStudy", **said))["updateCreate"] == state


def test_another_version_than_the_file_says_is_told_with_the_right_one() -> None:
    assert changes(told(*ABLE, version="5.0.0")) == {'version = "R5"'}
    assert states(told(*ABLE, version="5.0.0"), version="R5")["fhirVersion"] == "good"


def test_a_server_that_cannot_search_patients_by_identifier_is_told() -> None:
    assert states(without("Patient"), patients="by-identifier")["Patient"] == "missing"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (httpx.Response(401), "401"),
        (httpx.Response(200, html="<p>log in"), "200 html"),
        (httpx.Response(200, json={"resourceType": "Bundle"}), "metadata"),
        (httpx.ConnectError("PLANTED"), "ConnectError"),
    ],
)
def test_a_server_that_does_not_say_is_away(answer: Any, word: str) -> None:
    with respx.mock() as router, Clients(5.0) as clients:
        router.get(f"{BASE}/metadata").mock(side_effect=[answer])
        with pytest.raises(AwayError, match=f"^{word}$"):
            capability(clients, Endpoint(url=BASE))


def test_what_it_says_is_read() -> None:
    with respx.mock() as router, Clients(5.0) as clients:
        router.get(f"{BASE}/metadata").respond(json=told(*ABLE))
        assert capability(clients, Endpoint(url=BASE)) == told(*ABLE)
