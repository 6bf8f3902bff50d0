"""Notify: subscribers are told: a handshake first, then events in order and at least once, and heartbeats.

https://hl7.org/fhir/R5/subscriptions.html. A subscription is claimed in one transaction, spoken to in none, and settled
in another. What fails is tried again ever later; after so many failures it stands in error, until it is put again. Its
events go on being counted: what was missed can be asked for (`$events`).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import msgspec
import structlog
from sqlalchemy import Connection

from natars_fhir.emit.notification import Event, Told, Type, notification
from natars_fhir.emit.subscription import MEDIA_TYPE, Content, Status, Subscription
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.service.deliver.reachable import fault
from natars_fhir.service.deliver.reply import Draw, backoff
from natars_fhir.service.deliver.subscribing import Bureau
from natars_fhir.service.upkeep.sealed import opened
from natars_fhir.store import audit, outbox, subscriptions
from natars_fhir.store.audit import Act
from natars_fhir.store.subscriptions import Claimed

Clock = Callable[[], datetime]

_LEASE = timedelta(minutes=5)
_log = structlog.get_logger("natars_fhir.notify")


@dataclass(frozen=True, slots=True)
class Plan:
    """How subscribers are told. ``hosts``: site → the hosts that its file allows; ``most`` are spoken to in a round."""

    hosts: Mapping[str, tuple[str, ...]]
    failures: int = 12
    most: int = 100
    draw: Draw = random.random


@dataclass(frozen=True, slots=True)
class _Message:
    """What is to be said: of which kind, and which events."""

    type: Type
    events: tuple[Event, ...] = ()
    resources: Mapping[str, Node] | None = None


def notify_once(
    bureau: Bureau, client: httpx.Client, plan: Plan, now: Clock, stopped: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """One round: everybody who is due. Counts what was said, `failed` and `error`."""
    tally: Counter[str] = Counter()
    holder = uuid4().hex
    while sum(tally.values()) < plan.most and not stopped():
        with bureau.store.write(()) as connection:
            claimed = subscriptions.claim(connection, plan.hosts, holder, now(), now() + _LEASE)
        if claimed is None:
            break
        tally[_one(bureau, client, plan, (claimed, holder), now)] += 1
    return tally


def _one(bureau: Bureau, client: httpx.Client, plan: Plan, mine: tuple[Claimed, str], now: Clock) -> str:
    claimed, holder = mine
    of, moment = claimed.of, now()
    if of.ends is not None and of.ends <= moment:
        return _settled(bureau, replace(of, status="off", error="", failures=0), holder, moment, None, "off")
    if why := fault(of.endpoint, plan.hosts[of.site]):
        return _settled(bureau, replace(of, status="error", error=why), holder, moment, None, "error")
    message = _message(bureau, claimed, moment)
    if message is None:
        return _settled(bureau, replace(of, failures=0), holder, moment, _next(claimed, claimed.spoken), "nothing")
    outcome = _sent(bureau, client, claimed, message, moment)
    _log.info("notification", site=of.site, subscription=of.id[:8], type=message.type, outcome=outcome)
    if outcome.startswith("2"):
        return _taken(bureau, claimed, message, holder, now())
    return _failed(bureau, plan, of, outcome, holder, now())


def _taken(bureau: Bureau, claimed: Claimed, message: _Message, holder: str, now: datetime) -> str:
    of = claimed.of
    last = message.events[-1].number if message.events else of.told
    after = replace(of, status="active", told=last, failures=0, error="")
    return _settled(bureau, after, holder, now, _next(claimed, now), message.type, message.events)


def _failed(bureau: Bureau, plan: Plan, of: Subscription, outcome: str, holder: str, now: datetime) -> str:
    count = of.failures + 1
    told = f"The endpoint did not take {count} times: {outcome}."
    over = count >= plan.failures
    after = replace(of, failures=count, error=told if over else of.error, status="error" if over else of.status)
    due = now + timedelta(seconds=backoff(count, plan.draw))
    return _settled(bureau, after, holder, now, due, "error" if over else "failed")


def _settled(
    bureau: Bureau, of: Subscription, holder: str, now: datetime, due: datetime | None, what: str,
    told: tuple[Event, ...] = (),
) -> str:  # fmt: skip
    with bureau.store.of(of.site).write(()) as connection:
        kept = subscriptions.settle(connection, of, holder, now, due)
        if kept and told:
            audit.write(connection, bureau.key, Act(of.site, now, "notification", counts={"events": len(told)}))
    return what


def _next(claimed: Claimed, spoken: datetime | None) -> datetime | None:
    """The next heartbeat, or the end; None where nothing is to be said by itself."""
    of = claimed.of
    beat = [spoken + timedelta(seconds=of.heartbeat)] if of.heartbeat and spoken else []
    return min([*beat, *([of.ends] if of.ends else [])], default=None)


def _message(bureau: Bureau, claimed: Claimed, now: datetime) -> _Message | None:
    """What is to be said now: nobody is told of an event before the handshake."""
    of = claimed.of
    if of.status == "requested":
        return _Message("handshake")
    if of.events > of.told:
        with bureau.store.of(of.site).read() as connection:
            found = tuple(subscriptions.events(connection, of, of.told + 1, of.events, of.most))
            return _Message("event-notification", found, resources_of(connection, of, found, of.content))
    beat = claimed.spoken is not None and claimed.spoken + timedelta(seconds=of.heartbeat) <= now
    return _Message("heartbeat") if of.heartbeat and beat else None


def resources_of(
    connection: Connection, of: Subscription, found: tuple[Event, ...], content: Content
) -> dict[str, Node]:
    """The resources of events, as the site was told of them last: only where they are sent in full."""
    if content != "full-resource":
        return {}
    bodies = {one.target: outbox.last_said(connection, of.site, one.target) for one in found if one.target}
    return {target: msgspec.json.decode(body) for target, body in bodies.items() if body is not None}


def _sent(bureau: Bureau, client: httpx.Client, claimed: Claimed, message: _Message, now: datetime) -> str:
    """The status of the answer, or what went wrong on the way, without any value."""
    of = claimed.of
    status: Status = "requested" if message.type == "handshake" else "active"
    told = Told(replace(of, status=status), message.type, bureau.url(of), bureau.topics, of.content, message.events)
    bundle = notification(told, of.version, str(uuid4()), now, message.resources or {})
    kind = f"{MEDIA_TYPE}; charset=utf-8; fhirVersion={VERSIONS[of.version].number}"
    try:
        headers = {**opened(bureau.key, claimed.headers), "Content-Type": kind}
        body = msgspec.json.encode(bundle)
        with client.stream("POST", of.endpoint, content=body, headers=headers, timeout=of.timeout) as response:
            return str(response.status_code)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as wrong:
        return type(wrong).__name__
