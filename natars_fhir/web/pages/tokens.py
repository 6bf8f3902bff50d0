"""Tokens: which programs may ask; made, rotated, revoked. One is shown once; of it its hash alone is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.service.access import bearers
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.access.roles import NAMES, fault
from natars_fhir.service.access.scopes import not_scopes
from natars_fhir.store import bearers as kept
from natars_fhir.store.bearers import Bearer
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.feeds import AT as FEEDS
from natars_fhir.web.pages.of_site import number
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.people import ROLES
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

AT: Final = f"{FEEDS}/tokens"
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {"good": msg("good"), "expired": msg("expired"), "revoked": msg("revoked")}
)
#: For how long the old token goes on beside the new one, in hours.
OVERLAPS: Final[Mapping[int, str]] = MappingProxyType(
    {24: msg("a day"), 1: msg("an hour"), 168: msg("a week"), 0: msg("no longer")}
)
_NOT_MADE = msg(
    "The token cannot be made: a role of a site needs the site, the trial office has none, and a label is needed."
)
_NOT_SCOPES = msg("The token cannot be made: these are no scopes.")
_NOT_GOOD = msg("There is no such token, or it has ended.")
_REVOKED = msg("The token is revoked: from now on nobody knows it.")
_LONGEST_LABEL, _MOST_DAYS = 80, 3_650


def add_tokens(router: APIRouter, _: Desk) -> None:
    """Adds the list, and what is done with tokens."""

    def listed(request: Request) -> Response:
        page = page_of(request)
        return _listed(page, page.say(_REVOKED) if page.request.query_params.get("done") == "revoked" else "")

    def made(request: Request) -> Response:
        return _made(page_of(request))

    def rotated(request: Request) -> Response:
        page = page_of(request)
        one, hours, desk = _meant(page), number(page.typed("overlap")), page.desk
        overlap = timedelta(hours=hours if hours in OVERLAPS else 0)
        fresh = bearers.rotate(desk.store, desk.key, one.id, overlap, desk.now())
        if fresh is None:
            return _listed(page, page.say(_NOT_GOOD), 409)
        return page.show("token_once.html", one=fresh[0], token=fresh[1], old=one, overlap=OVERLAPS.get(hours, ""))

    def revoked(request: Request) -> Response:
        page = page_of(request)
        if not bearers.revoke(page.desk.store, page.desk.key, _meant(page).id, page.desk.now()):
            return _listed(page, page.say(_NOT_GOOD), 409)
        return page.go(AT, done="revoked")

    may = enters("tokens")
    router.add_api_route(ROOT + AT, listed, methods=["GET"], response_model=None, dependencies=may)
    for path, answer in (("/add", made), ("/rotate", rotated), ("/revoke", revoked)):
        router.add_api_route(ROOT + AT + path, answer, methods=["POST"], response_model=None, dependencies=may)


def _listed(page: Page, told: str = "", status: int = 200) -> Response:
    """The tokens of the caller's site, or of all."""
    desk = page.desk
    with desk.store.read() as connection:
        found = [one for one in kept.lasting(connection) if page.who.site in ("", one.site)]
    sites = [page.who.site] if page.who.site else sorted(desk.active().readers)
    now = desk.now()
    return page.show(
        "tokens.html", status, tokens=[(one, one.state(now)) for one in found], sites=sites, roles=ROLES, states=STATES,
        overlaps=OVERLAPS, told=told, wrong=status != 200,
    )  # fmt: skip


def _made(page: Page) -> Response:
    desk, typed = page.desk, page.typed
    roles = tuple(name for name in NAMES if name in page.form.get("role", []))
    site, label, scope = page.who.site or typed("site"), typed("label").strip(), " ".join(typed("scope").split())
    good = not site or site in desk.active().readers
    if not good or not 0 < len(label) <= _LONGEST_LABEL or fault(site, roles):
        return _listed(page, page.say(_NOT_MADE), 422)
    if not_scopes(scope):
        return _listed(page, page.say(_NOT_SCOPES), 422)
    days = min(number(typed("days")), _MOST_DAYS)
    expires = desk.now() + timedelta(days=days) if days else None
    one, token = bearers.add(desk.store, desk.key, Wanted(site, label, roles, scope, expires), desk.now())
    return page.show("token_once.html", one=one, token=token, old=None, overlap="")


def _meant(page: Page) -> Bearer:
    """The token that a button means. Raises Refusal where the caller sees none."""
    with page.desk.store.read() as connection:
        one = kept.by_id(connection, page.typed("token"))
    if one is None or one.client or (page.who.site and one.site != page.who.site):
        raise Refusal(404, "not-found", _NOT_GOOD)
    return one
