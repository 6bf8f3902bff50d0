"""Subscription: who is told of what, in R4 as the backport has it and in R5; what a subscriber said in secret is not
in it. http://hl7.org/fhir/uv/subscriptions-backport, https://hl7.org/fhir/R5/subscription.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from natars_fhir.fhir.build import Node, coding, extension, said
from natars_fhir.fhir.versions import Name

Content = Literal["empty", "id-only", "full-resource"]
Status = Literal["requested", "active", "error", "off"]

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
CHANNELS = "http://terminology.hl7.org/CodeSystem/subscription-channel-type"
MEDIA_TYPE = "application/fhir+json"
#: Element of R5 → extension of the backport, and the type of its value.
TIMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "heartbeatPeriod": (f"{BACKPORT}backport-heartbeat-period", "UnsignedInt"),
        "timeout": (f"{BACKPORT}backport-timeout", "UnsignedInt"),
        "maxCount": (f"{BACKPORT}backport-max-count", "PositiveInt"),
    }
)
PAYLOAD = f"{BACKPORT}backport-payload-content"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told: ``topic`` is one of ours by its short name, ``version`` that in which notifications are written;
    ``events`` counts what happened, ``told`` is the last that was taken. A ``heartbeat`` of 0 is none."""

    site: str
    id: str
    status: Status
    version: Name
    topic: str
    endpoint: str
    content: Content
    reason: str
    heartbeat: int
    timeout: int
    most: int
    ends: datetime | None = None
    events: int = 0
    told: int = 0
    failures: int = 0
    error: str = ""


def subscription(of: Subscription, version: Name, topics: str) -> Node:
    """The resource in *version*; *topics* is how the canonical addresses of topics begin."""
    return _r5(of, topics) if version == "R5" else _r4(of, topics)


def _r4(of: Subscription, topics: str) -> Node:
    times = {"heartbeatPeriod": of.heartbeat, "timeout": of.timeout, "maxCount": of.most}
    told = [extension(*TIMES[name], value) for name, value in times.items() if value]
    channel = {
        "extension": told,
        "type": "rest-hook",
        "endpoint": of.endpoint,
        "payload": MEDIA_TYPE,
        "_payload": {"extension": [extension(PAYLOAD, "Code", of.content)]},
    }
    return said(
        {
            "resourceType": "Subscription",
            "id": of.id,
            "meta": {"profile": [f"{BACKPORT}backport-subscription"]},
            "status": of.status,
            "end": _instant(of.ends),
            "reason": of.reason or "not told",
            "criteria": topics + of.topic,
            "error": of.error,
            "channel": channel,
        }
    )


def _r5(of: Subscription, topics: str) -> Node:
    return said(
        {
            "resourceType": "Subscription",
            "id": of.id,
            "status": of.status,
            "topic": topics + of.topic,
            "end": _instant(of.ends),
            "reason": of.reason,
            "channelType": coding(CHANNELS, "rest-hook"),
            "endpoint": of.endpoint,
            "heartbeatPeriod": of.heartbeat or None,
            "timeout": of.timeout,
            "contentType": MEDIA_TYPE,
            "content": of.content,
            "maxCount": of.most,
        }
    )


def _instant(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
