"""Subscribing: a site's programs say of what they want to be told. It begins with a handshake (`notify`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.emit.notification import Told
from natars_fhir.emit.subscription import Content, Status, Subscription
from natars_fhir.emit.subscription_topic import topics_at
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.validate import validate
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.schema import Site
from natars_fhir.service.deliver.wanted import Wanted, wanted
from natars_fhir.service.upkeep.sealed import seal
from natars_fhir.store import audit, subscriptions
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store

#: Subscriptions of one site.
MOST = 20
_PLACE = "Subscription"


@dataclass(frozen=True, slots=True)
class Bureau:
    """What subscriptions are kept with. ``address`` is how the server is reached."""

    store: Store
    key: bytes
    canonical_base: str
    address: str

    @property
    def topics(self) -> str:
        """How the addresses of topics begin."""
        return topics_at(self.canonical_base)

    def url(self, of: Subscription, version: Name | None = None) -> str:
        """Where a subscription is read."""
        base = "/fhir/r5" if (version or of.version) == "R5" else "/fhir/r4"
        return f"{self.address}{base}/Subscription/{of.id}"


class SubscriptionRefusedError(Exception):
    """What cannot be subscribed to, and why."""

    def __init__(self, status: int, issues: Sequence[Issue]) -> None:
        super().__init__()
        self.status, self.issues = status, tuple(issues)


@dataclass(frozen=True, slots=True)
class Sent:
    """A Subscription as it came: its bytes, what they hold, and the version of the base."""

    raw: bytes
    resource: Node
    version: Name


def create(bureau: Bureau, site: Site, sent: Sent, may_see: Callable[[Wanted], bool], now: datetime) -> Subscription:
    """Adds it. Raises SubscriptionRefusedError."""
    asked = _asked(bureau, site, sent, may_see, now)
    made = _made(site.site, uuid4().hex, asked)
    with bureau.store.of(site.site).write() as connection:
        if subscriptions.counted(connection, site.site) >= MOST:
            raise _refused(422, "too-costly", f"A site has at most {MOST} subscriptions.")
        subscriptions.make(connection, made, seal(bureau.key, asked.headers), now)
        _note(connection, bureau, made, "subscription made", now)
    return made


def replaced(
    bureau: Bureau, site: Site, ident: str, sent: Sent, may_see: Callable[[Wanted], bool], now: datetime
) -> Subscription | None:
    """Puts it in the place of the one that it names; a handshake follows. None where there is none. Raises
    SubscriptionRefusedError."""
    if sent.resource.get("id", ident) != ident:
        raise _refused(422, "invalid", "The id is not that of the address.")
    asked = _asked(bureau, site, sent, may_see, now)
    made = _made(site.site, ident, asked)
    with bureau.store.of(site.site).write() as connection:
        if not subscriptions.replace(connection, made, seal(bureau.key, asked.headers), now):
            return None
        _note(connection, bureau, made, "subscription changed", now)
        return subscriptions.one(connection, site.site, ident)


def removed(bureau: Bureau, site: str, ident: str, now: datetime) -> bool:
    """Takes it away, and its events; False where there is none."""
    with bureau.store.of(site).write() as connection:
        known = subscriptions.one(connection, site, ident)
        if known is None:
            return False
        subscriptions.remove(connection, site, ident)
        _note(connection, bureau, known, "subscription removed", now)
    return True


def known(bureau: Bureau, site: str, ident: str) -> Subscription | None:
    """The site's subscription of this id."""
    with bureau.store.of(site).read() as connection:
        return subscriptions.one(connection, site, ident)


def all_of(bureau: Bureau, site: str) -> list[Subscription]:
    """Every subscription of the site."""
    with bureau.store.of(site).read() as connection:
        return subscriptions.subscriptions(connection, site)


def standing(bureau: Bureau, of: Subscription, version: Name) -> Told:
    """Where it stands, for `$status`."""
    return Told(of, "query-status", bureau.url(of, version), bureau.topics, of.content)


def past(
    bureau: Bureau, of: Subscription, version: Name, numbers: tuple[int, int], content: Content, most: int
) -> Told:
    """Events that were, for `$events`: from a number to a number."""
    with bureau.store.of(of.site).read() as connection:
        found = subscriptions.events(connection, of, *numbers, most)
    return Told(of, "query-event", bureau.url(of, version), bureau.topics, content, found)


def _asked(bureau: Bureau, site: Site, sent: Sent, may_see: Callable[[Wanted], bool], now: datetime) -> Wanted:
    version: Name = "R5" if sent.version == "R5" else "R4"
    found = [one for one in validate(sent.raw, "conformant", version) if one.severity in ("error", "fatal")]
    if found or sent.resource.get("resourceType") != _PLACE:
        raise SubscriptionRefusedError(
            422, found or [Issue("error", "structure", "Resource", "A Subscription is taken.")]
        )
    asked, issues = wanted(sent.resource, sent.version, bureau.topics, site.subscriptions.hosts, now)
    if asked is None:
        raise SubscriptionRefusedError(422, issues)
    if not may_see(asked):
        text = "For full-resource the token's scopes allow to read ResearchSubject and Task; here they do not."
        raise _refused(403, "forbidden", text, "content")
    if asked.version == "R4" and site.fhir == "R4B":
        return replace(asked, version="R4B")
    return asked


def _made(site: str, ident: str, asked: Wanted) -> Subscription:
    status: Status = "off" if asked.off else "requested"
    told = (asked.version, asked.topic, asked.endpoint, asked.content, asked.reason)
    return Subscription(site, ident, status, *told, asked.heartbeat, asked.timeout, asked.most, asked.ends)


def _note(connection: Connection, bureau: Bureau, of: Subscription, act: str, now: datetime) -> None:
    audit.write(connection, bureau.key, Act(of.site, now, act))


def _refused(status: int, code: str, text: str, place: str = "") -> SubscriptionRefusedError:
    where = f"{_PLACE}.{place}" if place else _PLACE
    return SubscriptionRefusedError(status, [Issue("error", code, where, text)])
