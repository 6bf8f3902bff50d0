"""Outbox: what a site is to be told: what waits, what was given up and why, and another chance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from fastapi import APIRouter, Request, Response

from natars_fhir.service.deliver.explained import explained
from natars_fhir.service.deliver.resending import resend
from natars_fhir.store import letters, lines
from natars_fhir.store.letters import STATES as EVERY
from natars_fhir.store.letters import Known
from natars_fhir.store.outbox import Attempt
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.feeds import AT as FEEDS
from natars_fhir.web.pages.feeds import LINES
from natars_fhir.web.pages.of_site import number, site_of, sites_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

AT: Final = f"{FEEDS}/outbox"
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "waiting": msg("waits"), "dead": msg("given up"), "done": msg("delivered"),
        "superseded": msg("overtaken by a newer one"),
    }
)  # fmt: skip
_AGAIN = msg("{count} wait again, and the site's server is tried at once.")
_NONE = msg("There is no such letter here.")
_ROWS = 50


def add_outbox(router: APIRouter, _: Desk) -> None:
    """Adds the list, the one letter, and the second chance."""

    def listed(request: Request) -> Response:
        return _listed(page_of(request))

    def shown(request: Request) -> Response:
        page = page_of(request)
        one, site = _one(page), site_of(page)
        with page.desk.store.of(site).read() as connection:
            tries = letters.tries(connection, one.seq)
        said = [(attempt, _said(page, attempt)) for attempt in tries]
        return page.show("outbox_one.html", site=site, one=one, tries=said, states=STATES, subject=subject(one))

    def again(request: Request) -> Response:
        page = page_of(request)
        site, desk = site_of(page), page.desk
        numbers = [_one(page).seq] if page.typed("number") else []
        count = resend(desk.store, desk.key, site, numbers, desk.now())
        return page.go(AT, site=site, again=count)

    may = enters("quarantine")
    for path, answer in (("", listed), ("/one", shown)):
        router.add_api_route(ROOT + AT + path, answer, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{ROOT}{AT}/replay", again, methods=["POST"], response_model=None, dependencies=may)


def subject(one: Known) -> str:
    """The pseudonym of whom a letter is about; empty where it is about nobody."""
    return unquote(one.about).rpartition("|")[2]


def _said(page: Page, attempt: Attempt) -> str:
    return explained(attempt.outcome, attempt.codes)[page.language == "zh"]


def _listed(page: Page) -> Response:
    site, query = site_of(page), page.request.query_params
    state, after = query.get("state", ""), number(query.get("after", ""))
    states = (state,) if state in EVERY else ("waiting", "dead")
    with page.desk.store.of(site).read() as connection:
        found = list(letters.listed(connection, states, site, most=_ROWS + 1, after=after))
        left, line = letters.left(connection, [site]), lines.line(connection, site)
    rows = [(one, subject(one), _said(page, one.last) if one.last else "") for one in found[:_ROWS]]
    told = page.say(_AGAIN, count=number(query.get("again", ""))) if "again" in query else ""
    return page.show(
        "outbox.html", site=site, sites=sites_of(page), rows=rows, state=state, states=STATES, told=told,
        next=found[_ROWS - 1].seq if len(found) > _ROWS else None, dead=left.get((site, "dead"), 0),
        waiting=left.get((site, "waiting"), 0), line=line, lines=LINES, now=page.desk.now(),
        explained=explained(line.outcome)[page.language == "zh"],
    )  # fmt: skip


def _one(page: Page) -> Known:
    """The letter that is meant. Raises Refusal where it is another site's, or none."""
    asked, site = number(page.typed("number") or page.request.query_params.get("number", "")), site_of(page)
    with page.desk.store.of(site).read() as connection:
        found = letters.letter(connection, asked)
    if found is None or found.site != site:
        raise Refusal(404, "not-found", _NONE)
    return found
