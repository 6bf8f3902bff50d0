"""Whatever a notification holds, only its kind, its counts and its references are taken from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.service.pull.notice import key_of, notice
from tests.service.pull.telling import bundle, parameters, status
from tests.service.pull.ward import BASE

ABOUT = (4, f"{BASE}/Condition/c1"), (5, "Patient/1/_history/2")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(bundle(parameters("event-notification", 5, *ABOUT)), id="R4"),
        pytest.param(bundle(status("event-notification", 5, *ABOUT)), id="R4B"),
        pytest.param(bundle(status("event-notification", 5, *ABOUT), kind="subscription-notification"), id="R5"),
    ],
)
def test_each_version_says_the_same(document: Any) -> None:
    told = notice(json.dumps(document).encode(), f"{BASE}/")
    assert told is not None
    assert (told.type, told.status, told.told, told.numbers) == ("event-notification", "active", 5, (4, 5))
    assert (dict(told.keys), told.blind) == ({"Condition/c1": False, "Patient/1": False}, False)


def test_what_was_deleted_is_told_by_the_entry() -> None:
    gone = {"fullUrl": f"{BASE}/Condition/c1", "request": {"method": "DELETE", "url": "Condition/c1"}}
    told = notice(json.dumps(bundle(parameters("event-notification", 4, ABOUT[0]), gone)).encode(), BASE)
    assert told is not None
    assert dict(told.keys) == {"Condition/c1": True}


@pytest.mark.parametrize("reference", ["", "https://elsewhere.example/fhir/Condition/1", "urn:uuid:1", "Condition?x=1"])
def test_an_event_that_does_not_say_of_what_it_is_is_blind(reference: str) -> None:
    told = notice(json.dumps(bundle(parameters("event-notification", 4, (4, reference)))).encode(), BASE)
    assert told is not None
    assert (dict(told.keys), told.blind) == ({}, True)


@pytest.mark.parametrize(
    "document",
    [
        b"{", b"[]", b"\xff", {"resourceType": "Patient"}, bundle({"resourceType": "Patient"}),
        {"resourceType": "Bundle", "entry": ["x"]}, {"resourceType": "Bundle", "entry": [{"resource": 3}]},
        bundle({"resourceType": "Parameters", "parameter": 3}), bundle({"resourceType": "SubscriptionStatus"}),
    ],
)  # fmt: skip
def test_what_is_no_notification_is_none(document: Any) -> None:
    assert notice(document if isinstance(document, bytes) else json.dumps(document).encode(), BASE) is None


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("DELETE") | st.just("notification-event"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["resource", "entry", "name", "part", "request", "url", "method", "notificationEvent", "focus",
                         "parameter", "valueReference", "eventNumber", "reference", "type"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(first=st.dictionaries(st.sampled_from(["parameter", "type", "notificationEvent"]), _ANY), rest=st.lists(_ANY))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_nothing_is_raised(first: Any, rest: Any) -> None:
    for kind in ("Parameters", "SubscriptionStatus"):
        document = {"resourceType": "Bundle", "entry": [{"resource": {**first, "resourceType": kind}}, *rest]}
        notice(json.dumps(document).encode(), BASE)


@given(st.text())
@settings(max_examples=60)
def test_a_key_is_a_type_and_an_id_and_nothing_that_could_lead_elsewhere(reference: str) -> None:
    found = key_of(reference, BASE)
    assert found is None or (found.count("/") == 1 and ".." not in found.split("/")[0] and "?" not in found)
