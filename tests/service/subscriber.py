"""Subscriptions for tests, in both versions, and an endpoint that takes what is told."""

from __future__ import annotations

import json
from typing import Any

import httpx
import respx

from natars_fhir.emit.subscription import BACKPORT
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.schema import Site, Subscriptions
from natars_fhir.service.deliver import subscribing
from natars_fhir.service.deliver.subscribing import Bureau, Sent
from natars_fhir.store.engine import Store
from tests.service.hospital import KEY, NOW, Node, mappings

BASE = "https://natars.example/fhir"
TOPICS = f"{BASE}/SubscriptionTopic/"
HOST = "his.hospital-a.example"
ENDPOINT = f"https://{HOST}/hooks/natars"
SECRET = "Bearer PLANTED-secret"  # noqa: S105 (nobody's)


def r4(topic: str = "subject-changed", content: str = "id-only", **more: Any) -> Node:
    """As the backport has it."""
    times = [
        {"url": f"{BACKPORT}backport-{name}", f"value{kind}": value}
        for name, kind, value in (
            ("heartbeat-period", "UnsignedInt", more.pop("heartbeat", 0)),
            ("timeout", "UnsignedInt", more.pop("timeout", 0)),
            ("max-count", "PositiveInt", more.pop("most", 0)),
        )
        if value
    ]
    channel: Node = {"type": "rest-hook", "endpoint": ENDPOINT, "header": [f"Authorization: {SECRET}"]}
    channel |= {"payload": "application/fhir+json"} | ({"extension": times} if times else {})
    if content:
        channel["_payload"] = {"extension": [{"url": f"{BACKPORT}backport-payload-content", "valueCode": content}]}
    channel |= more.pop("channel", {})
    said = {"status": "requested", "reason": "the worklist", "criteria": f"{TOPICS}{topic}", "channel": channel}
    return {"resourceType": "Subscription", **said, **more}


def r5(topic: str = "subject-changed", content: str = "id-only", **more: Any) -> Node:
    times = {"heartbeatPeriod": more.pop("heartbeat", 0), "timeout": more.pop("timeout", 0)}
    times |= {"maxCount": more.pop("most", 0)}
    said = {
        "resourceType": "Subscription",
        "status": "requested",
        "topic": f"{TOPICS}{topic}",
        "channelType": {
            "system": "http://terminology.hl7.org/CodeSystem/subscription-channel-type",
            "code": "rest-hook",
        },
        "endpoint": ENDPOINT,
        "parameter": [{"name": "Authorization", "value": SECRET}],
        "contentType": "application/fhir+json",
        **({"content": content} if content else {}),
        **{name: value for name, value in times.items() if value},
    }
    return said | more


def site(name: str = "generic", *hosts: str) -> Site:
    return mappings().sites[name].model_copy(update={"subscriptions": Subscriptions(hosts=hosts or (HOST,))})


def bureau(store: Store) -> Bureau:
    return Bureau(store, KEY, BASE, "https://adapter.example")


def subscribe(store: Store, resource: Node, version: Name = "R4", of: Site | None = None) -> str:
    sent = Sent(json.dumps(resource).encode(), resource, version)
    return subscribing.create(bureau(store), of or site(), sent, lambda _: True, NOW).id


def told(router: respx.MockRouter) -> list[Node]:
    """What the endpoint was told, the earliest first."""
    return [json.loads(call.request.content) for call in router.calls]


def client() -> httpx.Client:
    from natars_fhir.service.http import client as made

    return made(1.0)
