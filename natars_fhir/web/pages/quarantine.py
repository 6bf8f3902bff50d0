"""Quarantine: what could not be used, with its issues and their places; tried once more, or dismissed with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.service.remap import quarantine
from natars_fhir.service.remap.quarantine import LONGEST_REASON
from natars_fhir.service.remap.replay import replay, replay_all
from natars_fhir.store.quarantine import Apart, Wanted
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.feeds import AT as FEEDS
from natars_fhir.web.pages.of_site import mapping_of, number, site_of, sites_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

AT: Final = f"{FEEDS}/quarantine"
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {"waiting": msg("waits"), "replayed": msg("of use by now"), "dismissed": msg("dismissed")}
)
_DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "replayed": msg("It is of use now: what it says is taken in."),
        "waiting": msg("It was tried and stays: what is wrong with it stands below."),
        "dismissed": msg("It is dismissed, and the reason is kept."),
        "all": msg("{tried} were tried, and {replayed} of them are of use now."),
    }
)
_NONE = msg("There is no such document here.")
_REASON = msg("Say why nothing of it is wanted, in at most {most} characters.")
_ROWS, _TRIED = 50, 100


def add_quarantine(router: APIRouter, _: Desk) -> None:
    """Adds the list, the one document, and what is done with it."""

    def listed(request: Request) -> Response:
        return _listed(page_of(request))

    def shown(request: Request) -> Response:
        page = page_of(request)
        done = _DONE.get(page.request.query_params.get("done", ""), "")
        return _show(page, _one(page), page.say(done) if done else "")

    def again(request: Request) -> Response:
        page = page_of(request)
        site, one, here = site_of(page), _one(page), page.desk.active()
        found = replay(page.desk.store, here.intake, mapping_of(page, site), one.number, page.desk.now()) or one
        return page.go(f"{AT}/one", site=site, number=one.number, done=found.state)

    def all_again(request: Request) -> Response:
        page = page_of(request)
        site, here = site_of(page), page.desk.active()
        wanted = Wanted(most=_TRIED, after=number(page.typed("after")))
        done = replay_all(page.desk.store, here.intake, mapping_of(page, site), wanted, page.desk.now())
        return page.go(AT, site=site, tried=done.tried, replayed=done.replayed)

    def dismissed(request: Request) -> Response:
        return _dismissed(page_of(request))

    may = enters("quarantine")
    for path, answer in (("", listed), ("/one", shown)):
        router.add_api_route(ROOT + AT + path, answer, methods=["GET"], response_model=None, dependencies=may)
    for path, answer in (("/replay", again), ("/all", all_again), ("/dismiss", dismissed)):
        router.add_api_route(ROOT + AT + path, answer, methods=["POST"], response_model=None, dependencies=may)


def _listed(page: Page) -> Response:
    site, query = site_of(page), page.request.query_params
    state = query.get("state", "waiting")
    wanted = Wanted(state if state in STATES else "", after=number(query.get("after", "")), most=_ROWS)
    found = quarantine.page(page.desk.store, wanted, site)
    done = {"tried": number(query.get("tried", "")), "replayed": number(query.get("replayed", ""))}
    told = page.say(_DONE["all"], **done) if "tried" in query else ""
    return page.show(
        "quarantine.html", site=site, sites=sites_of(page), found=found, wanted=wanted, states=STATES, told=told
    )


def _one(page: Page) -> Apart:
    """The document that is meant. Raises Refusal."""
    asked = number(page.typed("number") or page.request.query_params.get("number", ""))
    found = quarantine.one(page.desk.store, asked, site_of(page))
    if found is None:
        raise Refusal(404, "not-found", _NONE)
    return found


def _show(page: Page, one: Apart, told: str = "", wrong: str = "", status: int = 200) -> Response:
    return page.show(
        "quarantine_one.html", status, site=one.site, one=one, states=STATES, told=told, wrong=wrong,
        most=LONGEST_REASON,
    )  # fmt: skip


def _dismissed(page: Page) -> Response:
    one, desk = _one(page), page.desk
    reason = page.typed("reason").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        return _show(page, one, wrong=page.say(_REASON, most=LONGEST_REASON), status=422)
    name = page.known.account.name if page.known else ""
    quarantine.dismiss(desk.store, desk.key, one.number, one.site, name, reason, desk.now())
    return page.go(f"{AT}/one", site=one.site, number=one.number, done="dismissed")
