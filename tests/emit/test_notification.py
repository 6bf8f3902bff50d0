"""Notifications and topics, valid to judges that we did not write, in R4, R4B and R5."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from fhir.resources import get_fhir_model_class as r5_model
from fhir.resources.R4B import get_fhir_model_class as r4_model

from natars_fhir.emit.notification import Event, Told, Type, notification, statuses
from natars_fhir.emit.subscription import Content, Subscription, subscription
from natars_fhir.emit.subscription_topic import TOPICS, subscription_topics
from natars_fhir.fhir.check import check
from natars_fhir.fhir.versions import Name
from tests.service.hospital import NOW, Node

BASE = "https://natars.example/fhir"
UUID = "63c28e8a-f402-43e4-beb2-75b1c0f6833f"
URL = "https://adapter.example/fhir/r4/Subscription/s1"
TARGET = "ResearchSubject?identifier=https%3A%2F%2Fnatars.example%2Ffhir%2FNamingSystem%2Fsubject%7Cabc"
OF = Subscription(
    "a", "s1", "active", "R4", "subject-changed", "https://x.example/", "id-only", "why", 60, 10, 20, NOW, 3
)
SUBJECT: Node = {
    "resourceType": "ResearchSubject",
    "id": "rs1",
    "status": "candidate",
    "study": {"reference": "ResearchStudy/natars"},
    "individual": {"reference": "Patient/1"},
}
VERSIONS = pytest.mark.parametrize("version", ["R4", "R4B", "R5"])
EVENTS = (Event(2, "ResearchSubject", "rs1", TARGET, NOW), Event(3, "ResearchSubject", "", "", NOW))
TYPES: tuple[Type, ...] = ("handshake", "heartbeat", "event-notification", "query-event")


def told(type_: Type = "event-notification", content: Content = "id-only") -> Told:
    events = EVENTS if "event" in type_ else ()
    return Told(OF, type_, URL, f"{BASE}/SubscriptionTopic/", content, events)


def valid(resource: Node, version: Name) -> None:
    """To fhir.resources, entry by entry; R4 to our own walker too, which has all of R4's rules of a Bundle."""
    model = r5_model if version == "R5" else r4_model
    model(resource["resourceType"])(**copy.deepcopy(resource))
    for entry in resource.get("entry", ()):
        valid(entry["resource"], version)
    if version == "R4":
        assert [str(issue) for issue in check(resource)] == []


@VERSIONS
@pytest.mark.parametrize("content", ["empty", "id-only", "full-resource"])
@pytest.mark.parametrize("type_", TYPES)
def test_a_notification_is_valid_in_every_version(version: Name, content: Content, type_: Type) -> None:
    full = {TARGET: SUBJECT} if content == "full-resource" else {}
    made = notification(told(type_, content), version, UUID, NOW, full)
    valid(made, version)
    first = made["entry"][0]["resource"]["resourceType"]
    assert (made["type"], first) == {
        "R4": ("history", "Parameters"),
        "R4B": ("history", "SubscriptionStatus"),
        "R5": ("subscription-notification", "SubscriptionStatus"),
    }[version]
    assert len(made["entry"]) == 1 + len(full)


@VERSIONS
def test_where_subscriptions_stand_is_a_searchset(version: Name) -> None:
    made = statuses([(told("query-status"), UUID)], version)
    valid(made, version)
    assert (made["type"], made["total"]) == ("searchset", 1)
    valid(statuses([], version), version)


def named(parameters: Node, name: str) -> list[Any]:
    found = [one for one in parameters["parameter"] if one["name"] == name]
    return [next((value for key, value in one.items() if key != "name"), None) for one in found]


def test_r4_says_it_in_the_parameters_of_the_backport() -> None:
    made = notification(told(), "R4", UUID, NOW, {})
    parameters = made["entry"][0]["resource"]
    assert named(parameters, "subscription") == [{"reference": URL}]
    assert named(parameters, "topic") == [f"{BASE}/SubscriptionTopic/subject-changed"]
    assert named(parameters, "status") == ["active"]
    assert named(parameters, "type") == ["event-notification"]
    assert named(parameters, "events-since-subscription-start") == ["3"]
    first, second = named(parameters, "notification-event")
    assert [part["name"] for part in first] == ["event-number", "timestamp", "focus"]
    assert first[2]["valueReference"]["identifier"] == {"system": f"{BASE}/NamingSystem/subject", "value": "abc"}
    assert first[2]["valueReference"]["reference"] == "ResearchSubject/rs1"
    assert [part["name"] for part in second] == ["event-number", "timestamp"]  # the subject is forgotten
    assert made["entry"][0]["request"] == {"method": "GET", "url": f"{URL}/$status"}


@VERSIONS
def test_an_empty_payload_says_of_what_and_of_whom_nothing(version: Name) -> None:
    made = repr(notification(told(content="empty"), version, UUID, NOW, {}))
    assert "abc" not in made
    assert "SubscriptionTopic" not in made
    assert "focus" not in made


@VERSIONS
def test_a_subscription_is_valid_in_every_version(version: Name) -> None:
    made = subscription(OF, version, f"{BASE}/SubscriptionTopic/")
    valid(made, version)


def test_topics_are_valid_and_in_both_languages() -> None:
    made = subscription_topics(BASE)
    assert [one["id"] for one in made] == list(TOPICS)
    for one in made:
        r5_model("SubscriptionTopic")(**copy.deepcopy(one))
        assert re.search(r"[\u4e00-\u9fff]", one["title"])
