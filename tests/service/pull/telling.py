"""Notifications as hospitals' servers write them, and what a subscription of ours looks like in the store."""

from __future__ import annotations

from typing import Any

from natars_fhir.mapping.pull import Topic
from natars_fhir.service.pull.wish import wished
from natars_fhir.service.upkeep.sealed import seal
from natars_fhir.store.engine import Store
from natars_fhir.store.pull_subscriptions import Held, of_site, put, waiting
from tests.service.hospital import KEY, NOW, Node
from tests.service.pull.ward import BASE, TOPIC, plan

#: What the plan of `ward` asks for.
ASKED = wished(plan("subscription"), Topic(topic=TOPIC), f"{BASE}/", "https://adapter.example")
SECRET = "what-we-agreed-upon"  # noqa: S105 (nobody's)


def parameters(kind: str, told: int, *events: tuple[int, str], status: str = "active") -> Node:
    """R4: the status is a Parameters."""
    found: list[Any] = [
        {"name": "subscription", "valueReference": {"reference": f"{BASE}/Subscription/s1"}},
        {"name": "status", "valueCode": status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(told)},
    ]
    for number, reference in events:
        part: list[Any] = [{"name": "event-number", "valueString": str(number)}]
        part += [{"name": "focus", "valueReference": {"reference": reference}}] if reference else []
        found.append({"name": "notification-event", "part": part})
    return {"resourceType": "Parameters", "parameter": found}


def status(kind: str, told: int, *events: tuple[int, str]) -> Node:
    """R4B and R5: a SubscriptionStatus."""
    found = [
        {"eventNumber": str(number), **({"focus": {"reference": reference}} if reference else {})}
        for number, reference in events
    ]
    told_ = {"status": "active", "type": kind, "eventsSinceSubscriptionStart": str(told)}
    return {"resourceType": "SubscriptionStatus", **told_, "notificationEvent": found}


def bundle(first: Node, *more: Node, kind: str = "history") -> Node:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": first}, *more]}


def held(store: Store, **more: Any) -> Held:
    """A subscription of ours, as it stands when all goes well."""
    sealed = seal(KEY, {"secret": SECRET}) or b""
    given = {"status": "active", "seen": 3, "told": 3, "behind": False, "place": "s1", "asked": ASKED, "secret": sealed}
    one = Held(**{"site": "generic", "topic": TOPIC, "id": "ours", "heard": NOW, "made": NOW, **given, **more})
    with store.write() as connection:
        put(connection, one)
    return one


def now_held(store: Store) -> list[Held]:
    with store.read() as connection:
        return of_site(connection, "generic")


def waits(store: Store) -> dict[str, bool]:
    with store.read() as connection:
        return {one.key: one.gone for one in waiting(connection, "generic", 100)}
