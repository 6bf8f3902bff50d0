"""Wish: the Subscription that we ask a hospital's server for: ids alone, to an address of ours, with a secret. Pure.

http://hl7.org/fhir/uv/subscriptions-backport (R4, R4B), https://hl7.org/fhir/R5/subscription.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl

from natars_fhir.emit.subscription import BACKPORT, CHANNELS, MEDIA_TYPE, PAYLOAD, TIMES
from natars_fhir.fhir.build import Node, coding, extension, said
from natars_fhir.mapping.pull import Pull, Topic

_FILTER = f"{BACKPORT}backport-filter-criteria"
_REASON = "NATARS trial: which resources changed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What we want to be told of, where, and what they say there to be believed."""

    topic: Topic
    endpoint: str
    secret: str = field(repr=False)
    heartbeat: int
    ends: datetime | None = None
    place: str = ""


def wish(one: Wish, version: str) -> Node:
    """The resource in *version*."""
    return _r5(one) if version == "R5" else _r4(one)


def wished(plan: Pull, topic: Topic, base: str, address: str) -> str:
    """Digests of whose server is asked, of what is wished for, and of where we are spoken to: another one is another
    subscription."""
    what = [topic.topic, sorted(topic.filters), plan.heartbeat, plan.days]
    return ".".join(map(_digest, (base, what, address)))


def is_at(asked: str, base: str) -> bool:
    """Was it asked of this server? What is called by its id at another one is not ours."""
    return asked.partition(".")[0] == _digest(base)


def speaks_elsewhere(asked: str, mine: str) -> bool:
    """Is it what is wished for, but for our address?"""
    return asked != mine and asked.rpartition(".")[0] == mine.rpartition(".")[0]


def _digest(told: object) -> str:
    return sha256(json.dumps(told).encode()).hexdigest()[:12]


def _r4(one: Wish) -> Node:
    channel: Node = {
        "extension": [extension(*TIMES["heartbeatPeriod"], one.heartbeat)] if one.heartbeat else [],
        "type": "rest-hook",
        "endpoint": one.endpoint,
        "payload": MEDIA_TYPE,
        "_payload": {"extension": [extension(PAYLOAD, "Code", "id-only")]},
        "header": [f"Authorization: Bearer {one.secret}"],
    }
    filters = [extension(_FILTER, "String", text) for text in one.topic.filters]
    return said(
        {
            "resourceType": "Subscription",
            "id": one.place,
            "meta": {"profile": [f"{BACKPORT}backport-subscription"]},
            "status": "requested",
            "end": _instant(one.ends),
            "reason": _REASON,
            "criteria": one.topic.topic,
            "_criteria": {"extension": filters} if filters else {},
            "channel": said(channel),
        }
    )


def _r5(one: Wish) -> Node:
    return said(
        {
            "resourceType": "Subscription",
            "id": one.place,
            "status": "requested",
            "topic": one.topic.topic,
            "end": _instant(one.ends),
            "reason": _REASON,
            "filterBy": [row for text in one.topic.filters for row in _filters(text)],
            "channelType": coding(CHANNELS, "rest-hook"),
            "endpoint": one.endpoint,
            "parameter": [{"name": "Authorization", "value": f"Bearer {one.secret}"}],
            "heartbeatPeriod": one.heartbeat or None,
            "contentType": MEDIA_TYPE,
            "content": "id-only",
        }
    )


def _filters(text: str) -> Iterator[Node]:
    """`Observation?category=laboratory` as R5 has it."""
    kind, mark, rest = text.partition("?")
    for name, value in parse_qsl(rest if mark else kind, keep_blank_values=True):
        yield said({"resourceType": kind if mark else "", "filterParameter": name, "value": value})


def _instant(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
