"""What a Subscription asks for is the same in both versions; what is not offered is refused, with every reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from natars_fhir.emit.subscription import BACKPORT, Subscription, subscription
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import Name
from natars_fhir.service.deliver.wanted import Wanted, wanted
from tests.service.hospital import NOW
from tests.service.subscriber import ENDPOINT, HOST, SECRET, TOPICS, r4, r5

VERSIONS = pytest.mark.parametrize(("made", "version"), [(r4, "R4"), (r5, "R5")], ids=["R4", "R5"])
FILTER = {"extension": [{"url": f"{BACKPORT}backport-filter-criteria", "valueString": "Encounter?patient=Patient/123"}]}
ZULIP = {"extension": [{"url": f"{BACKPORT}backport-channel-type", "valueCoding": {"code": "zulip"}}]}


def read(resource: Node, version: Name) -> tuple[Wanted | None, list[str]]:
    found, issues = wanted(resource, version, TOPICS, (HOST,), NOW)
    return found, [issue.expression.partition(".")[2] for issue in issues]


@VERSIONS
@pytest.mark.parametrize("content", ["empty", "id-only", "full-resource", ""])
def test_both_versions_say_the_same(made: Any, version: Name, content: str) -> None:
    said = made("request-changed", content, heartbeat=300, timeout=5, most=7, end="2030-01-01T00:00:00Z", reason="why")
    found, issues = read(said, version)
    assert issues == []
    assert found is not None
    assert (found.topic, found.endpoint, found.content) == ("request-changed", ENDPOINT, content or "id-only")
    assert (found.heartbeat, found.timeout, found.most, found.reason) == (300, 5, 7, "why")
    assert found.headers == {"Authorization": SECRET}
    assert found.ends is not None
    assert found.version == version


@VERSIONS
def test_what_is_shown_of_it_asks_for_the_same_and_holds_no_secret(made: Any, version: Name) -> None:
    found, _ = read(made(heartbeat=300, end="2030-01-01T00:00:00+00:00", reason="why"), version)
    assert found is not None
    told = (found.topic, found.endpoint, found.content, found.reason, found.heartbeat, found.timeout, found.most)
    shown = subscription(Subscription("a", "1", "requested", found.version, *told, found.ends), version, TOPICS)
    again, issues = read(shown, version)
    assert issues == []
    assert again is not None
    assert again.headers == {}
    assert "PLANTED" not in repr(shown)
    assert "PLANTED" not in repr(found)
    assert (again.topic, again.content, again.heartbeat, again.ends) == told[0:1] + told[2:3] + told[4:5] + (
        found.ends,
    )


@VERSIONS
@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({"topic": "admission"}, ["topic"]),
        ({"content": "everything"}, ["content"]),
        ({"heartbeat": 5}, ["heartbeatPeriod"]),
        ({"timeout": 600}, ["timeout"]),
        ({"most": 1000}, ["maxCount"]),
        ({"end": (NOW - timedelta(days=1)).isoformat()}, ["end"]),
        ({"topic": "x", "content": "y", "most": 1000}, ["topic", "content", "maxCount"]),
    ],
)
def test_what_is_not_offered_is_refused(made: Any, version: Name, more: Any, places: list[str]) -> None:
    assert read(made(**more), version) == (None, places)


@pytest.mark.parametrize(
    ("resource", "version", "places"),
    [
        (r4(criteria="Observation?code=1"), "R4", ["topic"]),
        (r4(criteria="http://other.example/SubscriptionTopic/subject-changed"), "R4", ["topic"]),
        (r4(_criteria=FILTER), "R4", ["filterBy"]),
        (r4(channel={"type": "websocket"}), "R4", ["channelType"]),
        (r4(channel={"_type": ZULIP}), "R4", ["channelType"]),
        (r4(channel={"payload": "application/fhir+xml"}), "R4", ["contentType"]),
        (r4(channel={"endpoint": "https://10.0.0.1/"}), "R4", ["endpoint"]),
        (r4(channel={"header": ["Host: evil.example"]}), "R4", ["header"]),
        (r4(channel={"header": ["X-A: 1", "x-a: 2"]}), "R4", ["header"]),
        (r4(channel={"header": ["X-A: 1\r\nX-B: 2"]}), "R4", ["header"]),
        (r4(channel={"header": [f"X-{at}: 1" for at in range(11)]}), "R4", ["header"]),
        (r4(channel={"header": ["no colon"]}), "R4", ["header"]),
        (r5(filterBy=[{"filterParameter": "patient", "value": "1"}]), "R5", ["filterBy"]),
        (r5(channelType={"code": "email"}), "R5", ["channelType"]),
        (r5(endpoint="http://his.hospital-a.example/"), "R5", ["endpoint"]),
        (r5(contentType="text/plain"), "R5", ["contentType"]),
        (r5(parameter=[{"name": "Content-Length", "value": "1"}]), "R5", ["header"]),
    ],
)
def test_the_channel_is_ours_to_allow(resource: Node, version: Name, places: list[str]) -> None:
    assert read(resource, version) == (None, places)


def test_r4b_is_asked_for_by_the_payload() -> None:
    found, _ = read(r4(channel={"payload": "application/fhir+json; fhirVersion=4.3"}), "R4")
    assert found is not None
    assert found.version == "R4B"


def test_off_is_off() -> None:
    found, _ = read(r4(status="off"), "R4")
    assert found is not None
    assert found.off
