"""Subscriptions over HTTP: a site's programs say of what they want to be told, and ask for what they missed.

http://hl7.org/fhir/uv/subscriptions-backport (R4), https://hl7.org/fhir/R5/subscriptions.html. Headers that a
subscriber gives are kept and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.emit.notification import notification, statuses
from natars_fhir.emit.subscription import BACKPORT, Content, Subscription, subscription
from natars_fhir.emit.subscription_topic import subscription_topics
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.schema import Site
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.deliver import subscribing
from natars_fhir.service.deliver.notify import resources_of
from natars_fhir.service.deliver.subscribing import Bureau, Sent, SubscriptionRefusedError
from natars_fhir.service.deliver.wanted import Wanted
from natars_fhir.web.body import body_of
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.respond import Refusal, error, respond
from natars_fhir.web.search import Searched, searchset

_MOST_BYTES, _MOST_EVENTS = 100_000, 1_000
_NUMBER = re.compile(r"[0-9]{1,9}")
_LAST = 999_999_999
_SEARCHED: Searched = {"_id": lambda one: [one["id"]], "status": lambda one: [one["status"]]}
_BY_URL: Searched = {"_id": lambda one: [one["id"]], "url": lambda one: [one["url"]]}
_CONTENTS: tuple[Content, ...] = ("empty", "id-only", "full-resource")

#: What the CapabilityStatement says of it.
CAPABILITY: Node = {
    "type": "Subscription",
    "interaction": [{"code": code} for code in ("create", "read", "update", "delete", "search-type")],
    "searchParam": [{"name": "_id", "type": "token"}, {"name": "status", "type": "token"}],
    "operation": [
        {"name": name, "definition": f"http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/{definition}"}
        for name, definition in (("status", "backport-subscription-status"), ("events", "backport-subscription-events"))
    ],
    "documentation": f"Topics of ours, by their canonical address, as {BACKPORT}backport-subscription has it in R4 and "
    "the resource itself in R5. rest-hook alone, to the hosts that the site's file allows.",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What takes subscriptions in, with the mapping that is active now."""

    bureau: Callable[[], Bureau]
    site: Callable[[str], Site]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Routes:
    """The routes of one base."""

    desk: Desk
    version: Name

    async def create(self, request: Request) -> Response:
        """Takes a subscription in."""
        who, sent = caller_of(request), await self._sent(request)
        made = await run_in_threadpool(self._create, who, sent)
        return respond(201, self._shown(made), {"Location": self.desk.bureau().url(made, self.version)})

    async def replace(self, request: Request, ident: str) -> Response:
        """Puts one in the place of another."""
        who, sent = caller_of(request), await self._sent(request)
        made = await run_in_threadpool(self._replace, who, ident, sent)
        return error(404) if made is None else respond(200, self._shown(made))

    async def read(self, request: Request, ident: str) -> Response:
        """Shows one."""
        return respond(200, self._shown(await self._known(request, ident)))

    async def remove(self, request: Request, ident: str) -> Response:
        """Takes one away."""
        site, here = caller_of(request).site, self.desk
        gone = await run_in_threadpool(subscribing.removed, here.bureau(), site, ident, here.now())
        return Response(status_code=204) if gone else error(404)

    async def search(self, request: Request) -> Response:
        """Shows those of the site."""
        found = await run_in_threadpool(subscribing.all_of, self.desk.bureau(), caller_of(request).site)
        at, base = str(request.url), str(request.url).partition("/Subscription")[0]
        shown = [self._shown(one) for one in found]
        return respond(200, searchset("Subscription", shown, _SEARCHED, dict(request.query_params), at, base))

    async def status(self, request: Request, ident: str = "") -> Response:
        """`$status`, of one or of all."""
        if ident:
            found = [await self._known(request, ident)]
        else:
            asked = request.query_params
            every = await run_in_threadpool(subscribing.all_of, self.desk.bureau(), caller_of(request).site)
            ids, states = asked.getlist("id"), asked.getlist("status")
            found = [one for one in every if (not ids or one.id in ids) and (not states or one.status in states)]
        told = [(subscribing.standing(self.desk.bureau(), one, self.version), str(uuid4())) for one in found]
        return respond(200, statuses(told, self._written(found)))

    async def events(self, request: Request, ident: str) -> Response:
        """`$events`: what was, also what was missed."""
        of = await self._known(request, ident)
        content = _content(request.query_params, of.content)
        if content == "full-resource" and not may_see(caller_of(request), content):
            raise Refusal(403, "forbidden", "The token's scopes do not allow full resources.")
        numbers = _numbers(request.query_params)
        return respond(200, await run_in_threadpool(self._past, of, numbers, content))

    def _past(self, of: Subscription, numbers: tuple[int, int], content: Content) -> Node:
        bureau = self.desk.bureau()
        told = subscribing.past(bureau, of, self.version, numbers, content, _MOST_EVENTS)
        with bureau.store.of(of.site).read() as connection:
            full = resources_of(connection, of, tuple(told.events), content)
        return notification(told, self._written([of]), str(uuid4()), self.desk.now(), full)

    def _create(self, who: Caller, sent: Sent) -> Subscription:
        here = self.desk
        try:
            return subscribing.create(here.bureau(), here.site(who.site), sent, _sees(who), here.now())
        except SubscriptionRefusedError as refused:
            raise _Refused(refused) from None

    def _replace(self, who: Caller, ident: str, sent: Sent) -> Subscription | None:
        here = self.desk
        try:
            return subscribing.replaced(here.bureau(), here.site(who.site), ident, sent, _sees(who), here.now())
        except SubscriptionRefusedError as refused:
            raise _Refused(refused) from None

    async def _known(self, request: Request, ident: str) -> Subscription:
        found = await run_in_threadpool(subscribing.known, self.desk.bureau(), caller_of(request).site, ident)
        if found is None:
            raise Refusal(404, "not-found", "The site has no such subscription.")
        return found

    async def _sent(self, request: Request) -> Sent:
        raw = await body_of(request, self.version, _MOST_BYTES)
        try:
            resource = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refusal(400, "structure", "The body is no JSON.") from None
        if not isinstance(resource, dict):
            raise Refusal(422, "structure", "A Subscription is taken here.")
        return Sent(raw, resource, self.version)

    def _shown(self, of: Subscription) -> Node:
        return subscription(of, self.version, self.desk.bureau().topics)

    def _written(self, found: list[Subscription]) -> Name:
        """R4B's words only where every one of them is of R4B."""
        return "R4B" if self.version == "R4" and found and all(one.version == "R4B" for one in found) else self.version


class _Refused(Refusal):
    """Several reasons at once."""

    def __init__(self, refused: SubscriptionRefusedError) -> None:
        first = refused.issues[0]
        super().__init__(refused.status, first.code, first.text)
        self.outcome = operation_outcome(refused.issues)


def may_see(who: Caller, content: Content) -> bool:
    """May the caller have so much of a notification?"""
    return content != "full-resource" or all(who.does(kind, "r") for kind in ("ResearchSubject", "Task"))


def _sees(who: Caller) -> Callable[[Wanted], bool]:
    return lambda asked: may_see(who, asked.content)


def _content(asked: Mapping[str, str], usual: Content) -> Content:
    said = asked.get("content", usual)
    found = next((one for one in _CONTENTS if one == said), None)
    if found is None:
        raise Refusal(422, "value", f"The content is one of {', '.join(_CONTENTS)}.")
    return found


def _numbers(asked: Mapping[str, str]) -> tuple[int, int]:
    told = [asked.get(name, "") for name in ("eventsSinceNumber", "eventsUntilNumber")]
    if not all(not one or _NUMBER.fullmatch(one) for one in told):
        raise Refusal(422, "value", "An event is named by its number.")
    first, last = told
    return int(first or 1), int(last or _LAST)


def add_subscriptions(router: APIRouter, base: str, version: Name, desk: Desk) -> None:
    """Adds `Subscription` under *base*; where there is such a resource, the topics too."""
    here, one = _Routes(desk, version), f"{base}/Subscription/{{ident}}"
    ways = (
        ("GET", f"{base}/Subscription/$status", here.status, "r"),
        ("POST", f"{base}/Subscription", here.create, "c"),
        ("GET", f"{base}/Subscription", here.search, "s"),
        ("GET", f"{one}/$status", here.status, "r"),
        ("GET", f"{one}/$events", here.events, "r"),
        ("GET", one, here.read, "r"),
        ("PUT", one, here.replace, "u"),
        ("DELETE", one, here.remove, "d"),
    )
    for method, path, work, letter in ways:
        methods, may = [method, "HEAD"] if method == "GET" else [method], needs("read", letter, "Subscription")
        router.add_api_route(path, work, methods=methods, response_model=None, dependencies=may)
    if version == "R5":
        _add_topics(router, base, desk)


def _add_topics(router: APIRouter, base: str, desk: Desk) -> None:
    async def search(request: Request) -> Response:
        at, ours = str(request.url), subscription_topics(desk.bureau().canonical_base)
        start = at.partition("/SubscriptionTopic")[0]
        return respond(200, searchset("SubscriptionTopic", ours, _BY_URL, dict(request.query_params), at, start))

    async def read(ident: str) -> Response:
        found = [one for one in subscription_topics(desk.bureau().canonical_base) if one["id"] == ident]
        return respond(200, found[0]) if found else error(404)

    may, path = needs("known"), f"{base}/SubscriptionTopic"
    router.add_api_route(path, search, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{path}/{{ident}}", read, methods=["GET"], response_model=None, dependencies=may)
