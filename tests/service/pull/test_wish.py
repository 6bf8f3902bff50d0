"""The Subscription that we ask for is a valid one of its version, and holds what the plan says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fhir.resources.subscription import Subscription

from natars_fhir.fhir.validate import validate
from natars_fhir.mapping.pull import Topic
from natars_fhir.service.pull.wish import Wish, is_at, speaks_elsewhere, wish, wished
from tests.service.hospital import NOW
from tests.service.pull.ward import TOPIC, plan

FILTERS = ("Observation?category=laboratory&status=final", "patient=Patient/1")


def one(**more: Any) -> Wish:
    given: dict[str, Any] = {"heartbeat": 60, "ends": NOW + timedelta(days=7), "place": "s1", **more}
    return Wish(Topic(topic=TOPIC, filters=FILTERS), "https://adapter.example/api/pull/a/b", "secret", **given)


@pytest.mark.parametrize("more", [{}, {"heartbeat": 0, "ends": None, "place": ""}], ids=["all", "little"])
def test_it_is_valid(more: dict[str, Any]) -> None:
    found = validate(json.dumps(wish(one(**more), "R4")).encode(), "conformant", "R4")
    assert [issue for issue in found if issue.severity in ("error", "fatal")] == []
    assert Subscription.model_validate(wish(one(**more), "R5")).content == "id-only"


def test_in_r4_the_filters_are_the_backports() -> None:
    told = wish(one(), "R4")
    assert [extension["valueString"] for extension in told["_criteria"]["extension"]] == list(FILTERS)
    assert told["channel"]["header"] == ["Authorization: Bearer secret"]


def test_in_r5_each_filter_stands_by_itself() -> None:
    told = wish(one(), "R5")
    assert told["filterBy"] == [
        {"resourceType": "Observation", "filterParameter": "category", "value": "laboratory"},
        {"resourceType": "Observation", "filterParameter": "status", "value": "final"},
        {"filterParameter": "patient", "value": "Patient/1"},
    ]
    assert (told["content"], told["parameter"]) == ("id-only", [{"name": "Authorization", "value": "Bearer secret"}])


def test_the_secret_is_in_no_text_of_it() -> None:
    assert "secret" not in repr(one())


def test_whatever_of_the_plan_is_in_it_makes_it_another_one() -> None:
    topic = Topic(topic=TOPIC)
    digests = {
        wished(plan("subscription"), topic, "s", "a"),
        wished(plan("subscription"), topic, "s", "b"),
        wished(plan("subscription"), topic, "t", "a"),
        wished(plan("subscription", heartbeat=1), topic, "s", "a"),
        wished(plan("subscription", days=1), topic, "s", "a"),
        wished(plan("subscription"), Topic(topic=TOPIC, filters=FILTERS), "s", "a"),
    }
    assert len(digests) == 6


def test_whose_server_it_was_asked_of_and_whether_the_address_alone_is_another_can_be_told() -> None:
    one, other, there = (wished(plan("subscription"), Topic(topic=TOPIC), *told) for told in ("sa", "sb", "ta"))
    assert (is_at(one, "s"), is_at(one, "t"), is_at("", "s")) == (True, False, False)
    assert [speaks_elsewhere(told, one) for told in (one, other, there, "")] == [False, True, False, False]
