"""Notification: what a subscriber is told, in the Bundle of its version. https://hl7.org/fhir/R5/subscriptions.html

R4: a history Bundle that begins with Parameters; R4B: one that begins with a SubscriptionStatus; R5: a Bundle of its
own type. What is not full names a resource by our identifier, under which the site's own server has it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote

from natars_fhir.emit.subscription import BACKPORT, Content, Subscription
from natars_fhir.fhir.build import Node, concept, identified, said
from natars_fhir.fhir.versions import VERSIONS, Name

Type = Literal["handshake", "heartbeat", "event-notification", "query-status", "query-event"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``ident`` is the id under which we give the resource, ``target`` where the site's server
    has it; both are empty where it is forgotten."""

    number: int
    kind: str
    ident: str
    target: str
    at: datetime

    @property
    def focus(self) -> Node | None:
        """The resource, by its address here and by its business identifier."""
        system, _, value = unquote(self.target.partition("?identifier=")[2]).rpartition("|")
        if not value:
            return None
        return {"reference": f"{self.kind}/{self.ident}", **identified(self.kind, system, value)}


@dataclass(frozen=True, slots=True)
class Told:
    """One notification: of what, how much of it, and the address of the Subscription (*url*)."""

    of: Subscription
    type: Type
    url: str
    topics: str
    content: Content
    events: Sequence[Event] = ()

    @property
    def topic(self) -> str:
        """The canonical address; an empty payload says nothing of it."""
        return "" if self.content == "empty" else self.topics + self.of.topic

    @property
    def counted(self) -> str:
        """As R4 and R5 write a count that may be long: as a text."""
        return str(self.of.events)


def notification(told: Told, version: Name, ident: str, now: datetime, resources: Mapping[str, Node]) -> Node:
    """The Bundle; *ident* is a UUID for its status, *resources* are those in full, by target."""
    first = _entry(f"urn:uuid:{ident}", status(told, version, ident), "GET", f"{told.url}/$status")
    full = [
        _entry(_address(told, one), VERSIONS[version].from_r4(one)[0], "PUT", target)
        for target, one in resources.items()
    ]
    return {
        "resourceType": "Bundle",
        "id": ident,
        "type": "subscription-notification" if version == "R5" else "history",
        "timestamp": _instant(now),
        "entry": [first, *full],
    }


def statuses(told: Sequence[tuple[Told, str]], version: Name) -> Node:
    """Where subscriptions stand, each with a UUID, as the answer of `$status`."""
    entries = [
        {
            "fullUrl": f"urn:uuid:{ident}",
            "resource": status(one, version, ident),
            "search": {"mode": "match"},
        }
        for one, ident in told
    ]
    return said({"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries})


def status(told: Told, version: Name, ident: str) -> Node:
    """Where a subscription stands, and which events are told of."""
    return _parameters(told, ident) if version == "R4" else _status(told, version, ident)


def _status(told: Told, version: Name, ident: str) -> Node:
    profile = {"profile": [f"{BACKPORT}backport-subscription-status"]} if version == "R4B" else {}
    return said(
        {
            "resourceType": "SubscriptionStatus",
            "id": ident,
            "meta": profile,
            "status": told.of.status,
            "type": told.type,
            "eventsSinceSubscriptionStart": told.counted,
            "notificationEvent": [_event(one, told.content) for one in told.events],
            "subscription": {"reference": told.url},
            "topic": told.topic,
            "error": [concept(text=told.of.error)] if told.of.error else [],
        }
    )


def _event(one: Event, content: Content) -> Node:
    focus = None if content == "empty" else one.focus
    return said({"eventNumber": str(one.number), "timestamp": _instant(one.at), "focus": focus})


def _parameters(told: Told, ident: str) -> Node:
    one: list[tuple[str, str, Any]] = [("subscription", "Reference", {"reference": told.url})]
    one += [("topic", "Canonical", told.topic)] if told.topic else []
    one += [("status", "Code", told.of.status), ("type", "Code", told.type)]
    one += [("events-since-subscription-start", "String", told.counted)]
    parameters: list[Node] = [{"name": name, f"value{kind}": value} for name, kind, value in one]
    parameters += [{"name": "notification-event", "part": _part(each, told.content)} for each in told.events]
    if told.of.error:
        parameters.append({"name": "error", "valueCodeableConcept": concept(text=told.of.error)})
    meta = {"profile": [f"{BACKPORT}backport-subscription-status-r4"]}
    return {"resourceType": "Parameters", "id": ident, "meta": meta, "parameter": parameters}


def _part(one: Event, content: Content) -> list[Node]:
    told: list[Node] = [
        {"name": "event-number", "valueString": str(one.number)},
        {"name": "timestamp", "valueInstant": _instant(one.at)},
    ]
    focus = None if content == "empty" else one.focus
    return told + ([{"name": "focus", "valueReference": focus}] if focus else [])


def _entry(address: str, resource: Node, method: str, url: str) -> Node:
    request = {"method": method, "url": url}
    return {"fullUrl": address, "resource": resource, "request": request, "response": {"status": "200"}}


def _address(told: Told, resource: Node) -> str:
    base = told.url.partition("/Subscription/")[0]
    return f"{base}/{resource['resourceType']}/{resource['id']}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
