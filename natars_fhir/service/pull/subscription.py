"""Subscription: the hospital's server tells us what changed, and we fetch that; what was missed is caught up with.

What we have there is made, watched and renewed by the plan. A gap in the numbers of events is asked for (`$events`);
where that gives nothing, where a heartbeat stayed away, or where the subscription is new, a search catches up.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import msgspec

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.endpoint import is_safe
from natars_fhir.mapping.pull import Pull, Topic
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import PullError, refused
from natars_fhir.service.pull.fetched import fetch
from natars_fhir.service.pull.hearing import reckoned
from natars_fhir.service.pull.notice import key_of, notice
from natars_fhir.service.pull.search import searched
from natars_fhir.service.pull.source import Heard
from natars_fhir.service.pull.wish import Wish, is_at, speaks_elsewhere, wish, wished
from natars_fhir.service.upkeep.sealed import opened, seal
from natars_fhir.store import pull_subscriptions
from natars_fhir.store.pull_subscriptions import Held, Waiting

#: So many heartbeats may stay away, and so many seconds more.
_BEATS, _GRACE = 2, 30
_ELSEWHERE = Issue(
    "warning", "conflict", "", "The subscription speaks to another address of ours, and is heard there: it is left so."
)
_SENT = {"Content-Type": "application/fhir+json"}


def subscribed(errand: Errand) -> None:
    """Everything that there is to do. What it fails by is its part's; OvertakenError is raised."""
    part = errand.begin("subscription")
    try:
        if not is_safe(errand.address):  # before anything that works there is ended for it
            raise PullError("refused", "address")
        _left_over(errand)
        for topic in errand.plan.topics:
            _asked(errand, part, topic)
        _gaps(errand)
    except PullError as wrong:
        part.fault = wrong
    if not _catch_up(errand) and part.fault is None:
        part.fault = PullError("behind", "search")
    if part.fault is None or part.fault.kind != "stopped":
        fetch(errand)


def unsubscribed(errand: Errand) -> None:
    """By another mode nothing is told: what we had there is ended, and what it told of is not waited for."""
    found = _all(errand)
    if not found:
        return
    part = errand.begin("subscription")
    try:
        for one in found:
            _end(errand, one)
    except PullError as wrong:
        part.fault = wrong


def wanted(found: list[Held], waits: bool, plan: Pull, now: datetime) -> bool:
    """Is there anything to do before the time of the plan comes?"""
    return (
        waits
        or {one.topic for one in found} != {one.topic for one in plan.topics}
        or any(one.behind or one.gap or silent(one, plan, now) or _old(one, plan, now) for one in found)
    )


def silent(held: Held, plan: Pull, now: datetime) -> bool:
    """Did its heartbeats stay away?"""
    longest = timedelta(seconds=_BEATS * plan.heartbeat + _GRACE)
    return bool(plan.heartbeat) and not timedelta(0) <= now - held.heard <= longest


def _old(held: Held, plan: Pull, now: datetime) -> bool:
    """Is half of its time over?"""
    return bool(plan.days) and now - held.made > timedelta(days=plan.days) / 2


# What we have there


def _left_over(errand: Errand) -> None:
    """Of topics that the plan names no more, or words another way, nothing is told any more; nor by a secret that
    another key sealed, for we could not hear it."""
    digests = {one.topic: _mine(errand, one) for one in errand.plan.topics}
    for one in _all(errand):
        mine = digests.get(one.topic, "")
        if (mine != one.asked and not _of_another(errand, one, mine)) or not _secret(errand, one):
            _end(errand, one)


def _mine(errand: Errand, topic: Topic) -> str:
    return wished(errand.plan, topic, errand.source.base, errand.address)


def _of_another(errand: Errand, one: Held, mine: str) -> bool:
    """Does it speak to another address of ours, and is it heard there? Two that took it from each other would never be
    done with it."""
    heard = bool(errand.plan.heartbeat) and not silent(one, errand.plan, errand.now())
    return heard and speaks_elsewhere(one.asked, mine)


def _end(errand: Errand, one: Held) -> None:
    """We are not told by it any more. At another server than it was asked of somebody else may have its id; and what
    it told of is to be had there alone."""
    if not is_at(one.asked, errand.source.base):
        errand.write(partial(pull_subscriptions.void, one=one))
        return
    if one.place:
        errand.source.ask("DELETE", f"{errand.source.base}Subscription/{one.place}")
    errand.write(partial(pull_subscriptions.remove, one=one))


def _asked(errand: Errand, part: Part, topic: Topic) -> None:
    """It is there, and it is well; or it is asked for."""
    now = errand.now()
    held = next((one for one in _all(errand) if one.topic == topic.topic), None)
    if held is not None and held.asked != _mine(errand, topic):
        errand.tell(part, "subscription", _ELSEWHERE)
        return
    if held is not None and silent(held, errand.plan, now):
        _settle(errand, held, behind=True, heard=now)
    if held is None or not held.place or not _lives(errand, held):
        _make(errand, topic)
    elif _old(held, errand.plan, now):
        _send(errand, topic, held, "PUT")
        _settle(errand, held, made=now)


def _lives(errand: Errand, held: Held) -> bool:
    """Does the server have it still, and does it work?"""
    heard = errand.source.get(f"{errand.source.base}Subscription/{held.place}")
    if heard.status in (404, 410):
        return False
    if heard.status != 200:
        raise refused(heard.status)
    told = _decoded(heard)
    return told.get("status") in ("active", "requested")


def _make(errand: Errand, topic: Topic) -> None:
    """Asks for it. Our address knows it before theirs does: they may speak to us at once."""
    now, secret = errand.now(), secrets.token_urlsafe(32)
    asked = _mine(errand, topic)
    sealed = seal(errand.key, {"secret": secret}) or b""
    held = Held(errand.site, topic.topic, uuid4().hex, asked, "", "requested", sealed, 0, 0, now, now)
    errand.write(lambda connection: pull_subscriptions.put(connection, held))
    heard = _send(errand, topic, held, "POST")
    told = [heard.headers.get("location", "").rpartition("Subscription/")[2], str(_decoded(heard).get("id", ""))]
    places = [found for one in told if (found := key_of(f"Subscription/{one}", errand.source.base))]
    if not places:
        raise PullError("unreadable", "subscription")
    _settle(errand, held, place=places[0].partition("/")[2])


def _send(errand: Errand, topic: Topic, held: Held, method: str) -> Heard:
    plan, source = errand.plan, errand.source
    ends = errand.now() + timedelta(days=plan.days) if plan.days else None
    endpoint = f"{errand.address}/api/pull/{errand.site}/{held.id}"
    told = wish(Wish(topic, endpoint, _secret(errand, held), plan.heartbeat, ends, held.place), source.endpoint.version)
    target = source.base + ("Subscription" if method == "POST" else f"Subscription/{held.place}")
    heard = source.ask(method, target, _SENT, json.dumps(told).encode())
    if heard.status not in (200, 201):
        raise refused(heard.status)
    return heard


def _secret(errand: Errand, held: Held) -> str:
    """What it says to us; empty where another key sealed it."""
    try:
        return opened(errand.key, held.secret).get("secret", "")
    except ValueError:
        return ""


# What was missed


def _gaps(errand: Errand) -> None:
    """Events that never came are asked for; where the server does not give them, a search catches up."""
    for held in _all(errand):
        if not held.gap or not held.place:
            continue
        found = _events(errand, held)
        if found is None:
            _settle(errand, held, seen=held.told, behind=True)
            continue
        errand.write(partial(pull_subscriptions.tell, site=errand.site, found=found))
        _settle(errand, held, seen=held.told)


def _events(errand: Errand, held: Held) -> list[Waiting] | None:
    """What the missing events are about; None where they are not all there."""
    first, last = held.seen + 1, held.told
    asked = f"eventsSinceNumber={first}&eventsUntilNumber={last}&content=id-only"
    heard = errand.source.get(f"{errand.source.base}Subscription/{held.place}/$events?{asked}")
    told = notice(heard.body, errand.source.base) if heard.status == 200 else None
    if told is None or told.blind:
        return None
    seen, _, _ = reckoned(replace(held, behind=False), told)
    if seen < last:
        return None
    kinds, now = errand.plan.types, errand.now()
    return [Waiting(key, gone, now) for key, gone in told.keys.items() if key.partition("/")[0] in kinds]


def _catch_up(errand: Errand) -> bool:
    """A search from the marks, where one is needed or it is time; what comes meanwhile is not forgotten. False where it
    did not catch up with what was missed."""
    behind = [one for one in _all(errand) if one.behind]
    if not behind and not errand.full:
        return True
    for one in behind:
        _settle(errand, one, behind=False)
    parts = len(errand.parts)
    searched(errand)
    faults, short = (any(getattr(one, name) for one in errand.parts[parts:]) for name in ("fault", "short"))
    for one in behind if faults or short else ():
        _settle(errand, one, behind=True)
    return not (behind and short) or faults  # a fault is told as what it is


def _all(errand: Errand) -> list[Held]:
    return errand.read(lambda connection: pull_subscriptions.of_site(connection, errand.site))


def _settle(errand: Errand, held: Held, **news: object) -> None:
    errand.write(lambda connection: pull_subscriptions.settle(connection, held, **news))


def _decoded(heard: Heard) -> dict[str, object]:
    try:
        told = msgspec.json.decode(heard.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
