"""Pull: where a hospital's server tells us by a subscription that something changed.

Whoever speaks there says the secret that we gave when we subscribed. Nothing is taken in here: what is told of is
fetched from the server itself. https://hl7.org/fhir/R5/subscriptions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.schema import Site
from natars_fhir.service.pull.hearing import hear
from natars_fhir.service.pull.pull import source_of
from natars_fhir.store.engine import Store
from natars_fhir.web.body import body_of
from natars_fhir.web.needs import needs
from natars_fhir.web.respond import Refusal, respond

PATH = "/api/pull/{site}/{ident}"
_MOST_BYTES = 1_000_000
_TAKEN = Issue("information", "informational", "", "What this tells of will be fetched.")
_NOBODY = "The header Authorization does not say what was agreed upon."
_UNREADABLE = "This is no notification of a subscription: a Bundle that begins with its status."


@dataclass(frozen=True, slots=True)
class Listening:
    """Who hears it, for the sites as the mapping that is active has them."""

    store: Store
    key: Callable[[], bytes] = field(repr=False)
    sites: Callable[[], Mapping[str, Site]]
    now: Callable[[], datetime]


def add_pull(router: APIRouter, listening: Listening) -> None:
    """Adds `/api/pull/{site}/{ident}`. Its own secret stands for a token."""

    async def notified(request: Request, site: str, ident: str) -> Response:
        known = listening.sites().get(site)
        found = source_of(known) if known else None
        if found is None:
            raise Refusal(404, "not-found", "There is nothing at this address.")
        plan, server = found
        raw = await body_of(request, "R5" if server.version == "R5" else "R4", _MOST_BYTES)
        secret = request.headers.get("authorization", "").removeprefix("Bearer ")
        told = (site, plan, server.url, ident, secret, raw, listening.now())
        said = await run_in_threadpool(hear, listening.store, listening.key(), *told)
        if said == "unknown":
            raise Refusal(404, "not-found", "There is nothing at this address.")
        if said == "nobody":
            raise Refusal(401, "login", _NOBODY, {"WWW-Authenticate": 'Bearer realm="natars-fhir"'})
        if said == "unreadable":
            raise Refusal(422, "structure", _UNREADABLE)
        return respond(200, operation_outcome([_TAKEN]))

    router.add_api_route(PATH, notified, methods=["POST"], response_model=None, dependencies=needs("anybody"))
