"""Wanted: what a Subscription asks for, read from R4 (backport) or R5, and held against what is offered here. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.emit.subscription import BACKPORT, MEDIA_TYPE, PAYLOAD, TIMES, Content
from natars_fhir.emit.subscription_topic import TOPICS
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import Name
from natars_fhir.service.deliver.reachable import fault

_CONTENTS: tuple[Content, ...] = ("empty", "id-only", "full-resource")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,4094}[\x21-\x7e])?")
#: What belongs to the exchange itself.
_OURS = frozenset(
    {"connection", "content-encoding", "content-length", "content-type", "expect", "host", "te", "transfer-encoding",
     "upgrade", "user-agent"}
)  # fmt: skip
#: Least, usual and most of each.
_BOUNDS = {"heartbeatPeriod": (60, 0, 31_536_000), "timeout": (1, 10, 60), "maxCount": (1, 20, 100)}
_MOST_HEADERS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    topic: str
    endpoint: str
    content: Content
    version: Name
    reason: str = ""
    heartbeat: int = 0
    timeout: int = 10
    most: int = 20
    ends: datetime | None = None
    off: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The same of either version, as it was written."""

    topic: str
    channel: str
    endpoint: str
    mime: str
    content: str
    filtered: bool
    times: Mapping[str, Any]
    headers: Mapping[str, str]
    doubled: bool


def wanted(
    resource: Node, version: Name, topics: str, hosts: Collection[str], now: datetime
) -> tuple[Wanted | None, list[Issue]]:
    """What a Subscription of a valid shape asks for, or all that speaks against it; *topics* is how ours begin."""
    asked = _from_r5(resource) if version == "R5" else _from_r4(resource)
    end, status = _moment(resource.get("end")), resource.get("status")
    topic = asked.topic.partition("|")[0].removeprefix(topics)
    issues = [*_offered(asked, asked.topic.startswith(topics) and topic in TOPICS, hosts), *_bounded(asked.times)]
    if end is not None and end <= now:
        issues.append(_refusal("end", "The end is past."))
    if issues:
        return None, issues
    heartbeat, timeout, most = (int(asked.times.get(name) or usual) for name, (_, usual, _) in _BOUNDS.items())
    spoken: Name = "R4B" if version == "R4" and "4.3" in asked.mime else version
    content = next(one for one in _CONTENTS if one == (asked.content or "id-only"))
    told = (topic, asked.endpoint, content, spoken, str(resource.get("reason", "")))
    return Wanted(*told, heartbeat, timeout, most, end, status == "off", asked.headers), []


def _moment(said: Any) -> datetime | None:
    """An instant; a leap second is the one before it."""
    if not isinstance(said, str):
        return None
    return datetime.fromisoformat(said[:17] + "59" + said[19:] if said[17:19] == "60" else said)


def _offered(asked: _Asked, known: bool, hosts: Collection[str]) -> list[Issue]:
    found = []
    if not known:
        found.append(_refusal("topic", f"The topic is one of ours: {', '.join(TOPICS)}."))
    if asked.filtered:
        found.append(_refusal("filterBy", "Topics of ours are not filtered: a site is told of all its own."))
    if asked.channel != "rest-hook":
        found.append(_refusal("channelType", "The channel is rest-hook."))
    if asked.mime.partition(";")[0].strip() not in ("", MEDIA_TYPE, "application/json"):
        found.append(_refusal("contentType", f"Notifications are {MEDIA_TYPE}."))
    if (asked.content or "id-only") not in _CONTENTS:
        found.append(_refusal("content", "The content is empty, id-only or full-resource."))
    if why := fault(asked.endpoint, hosts):
        found.append(_refusal("endpoint", why))
    if asked.doubled or len(asked.headers) > _MOST_HEADERS or not all(map(_header, *_pairs(asked.headers))):
        found.append(_refusal("header", f"At most {_MOST_HEADERS} headers, each once, none of the exchange's own."))
    return found


def _pairs(headers: Mapping[str, str]) -> tuple[list[str], list[str]]:
    return [*headers], [*headers.values()]


def _header(name: str, value: str) -> bool:
    return bool(_NAME.fullmatch(name) and _VALUE.fullmatch(value)) and name.lower() not in _OURS


def _bounded(times: Mapping[str, Any]) -> list[Issue]:
    return [
        _refusal(name, f"It is between {least} and {most}.")
        for name, (least, _, most) in _BOUNDS.items()
        if (value := times.get(name)) and not (isinstance(value, int) and least <= value <= most)
    ]


def _refusal(place: str, text: str) -> Issue:
    return Issue("error", "business-rule", f"Subscription.{place}", text)


def _from_r5(resource: Node) -> _Asked:
    pairs = [(str(one.get("name", "")), str(one.get("value", ""))) for one in resource.get("parameter", ())]
    return _Asked(
        resource.get("topic", ""),
        resource.get("channelType", {}).get("code", ""),
        resource.get("endpoint", ""),
        resource.get("contentType", ""),
        resource.get("content", ""),
        bool(resource.get("filterBy")),
        {name: resource.get(name) for name in _BOUNDS},
        dict(pairs),
        _doubled(pairs),
    )


def _from_r4(resource: Node) -> _Asked:
    channel = resource.get("channel", {})
    told = {one.get("url"): one for one in channel.get("extension", ())}
    named = [one.partition(":") for one in channel.get("header", ())]
    pairs = [(name.strip(), value.strip()) for name, _, value in named]
    others = _urls(channel.get("_type")) | _urls(resource.get("_criteria"))
    content = next((one.get("valueCode", "") for one in _beside(channel.get("_payload")) if one["url"] == PAYLOAD), "")
    return _Asked(
        resource.get("criteria", ""),
        "" if f"{BACKPORT}backport-channel-type" in others else channel.get("type", ""),
        channel.get("endpoint", ""),
        channel.get("payload", ""),
        content,
        f"{BACKPORT}backport-filter-criteria" in others,
        {name: told.get(url, {}).get(f"value{kind}") for name, (url, kind) in TIMES.items()},
        dict(pairs),
        _doubled(pairs),
    )


def _doubled(pairs: list[tuple[str, str]]) -> bool:
    return len({name.lower() for name, _ in pairs}) < len(pairs)


def _beside(element: Any) -> list[Node]:
    found = element.get("extension", []) if isinstance(element, dict) else []
    return [one for one in found if isinstance(one, dict) and "url" in one]


def _urls(element: Any) -> set[str]:
    return {str(one["url"]) for one in _beside(element)}
