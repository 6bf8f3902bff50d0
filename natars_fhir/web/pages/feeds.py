"""Feeds: how each site's feed does, for whoever looks after the interfaces; the figures renew themselves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from natars_fhir.service.deliver.explained import explained
from natars_fhir.service.upkeep.feed import feed
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.of_site import site_of, sites_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg

AT: Final = "/feeds"
#: How a kind that is expected does.
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {"on time": msg("on time"), "overdue": msg("overdue"), "never": msg("never came"), "awaited": msg("awaited")}
)
#: How a site's server does.
LINES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "closed": msg("well"),
        "open": msg("not well: it is let alone for now"),
        "half-open": msg("not well: it is probed"),
    }
)


def add_feeds(router: APIRouter, _: Desk) -> None:
    """Adds the page, and the part of it that renews itself."""

    def shown(request: Request) -> Response:
        page = page_of(request)
        return page.show("feeds.html", **_told(page))

    def renewed(request: Request) -> Response:
        page = page_of(request)
        return page.show("feeds_now.html", **_told(page))

    for path, answer in (("", shown), ("/now", renewed)):
        may = enters("quarantine")
        router.add_api_route(ROOT + AT + path, answer, methods=["GET"], response_model=None, dependencies=may)


def _told(page: Page) -> dict[str, Any]:
    """Every site that the person sees, and the one that is looked at more closely."""
    desk, now, chosen = page.desk, page.desk.now(), site_of(page)
    known = desk.active().mappings.sites
    found = [feed(desk.store, known[name], now) for name in sites_of(page)]
    return {
        "feeds": found, "one": next(one for one in found if one.site == chosen), "now": now, "site": chosen,
        "states": STATES, "lines": LINES, "explained": lambda told: explained(told)[page.language == "zh"],
    }  # fmt: skip
