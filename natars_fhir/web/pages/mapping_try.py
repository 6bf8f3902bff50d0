"""Site check and trial: how ready a site's feed is, and what would be read of a document that somebody pastes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.sentence import render
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.heard.advice import advice
from natars_fhir.service.remap.gaps import feeds
from natars_fhir.service.remap.readiness import ready
from natars_fhir.service.remap.tried import report, tried
from natars_fhir.service.screening.screened import today
from natars_fhir.service.upkeep.audit import note
from natars_fhir.store.audit import Act
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.mapping import AT, KINDS
from natars_fhir.web.pages.mapping_versions import ANSWERS
from natars_fhir.web.pages.of_site import mapping_of, own_site
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.shown import heard
from natars_fhir.web.pages.words import msg

#: The readiness that a site needs, in percent, as `site check` asks it.
LEAST: Final = 80
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "read": msg("read"), "partly": msg("partly read"), "doubtful": msg("doubtful"),
        "not understood": msg("not understood"), "not mapped": msg("not mapped"), "missing": msg("missing"),
        "not asked": msg("asked of nobody here"),
    }
)  # fmt: skip
REPORTS: Final[Mapping[str, str]] = MappingProxyType(
    {"pathology": msg("pathology report"), "imaging": msg("imaging report"), "operation": msg("operation note")}
)
#: How surely a fact is said.
STANDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {"final": msg("certain"), "pending": msg("awaited"), "hedged": msg("said with doubt")}
)
_EMPTY = msg("Paste a document first.")
#: Patients of a document that are shown, and facts of each.
MOST_PATIENTS, MOST_FACTS = 20, 500


def add_mapping_try(router: APIRouter, _: Desk) -> None:
    """Adds both pages."""

    def checked(request: Request) -> Response:
        page = page_of(request)
        return page.show("mapping_check.html", site=own_site(page))

    def figure(request: Request) -> Response:
        return _figure(page_of(request))

    def asked(request: Request) -> Response:
        return _try(page_of(request))

    def read(request: Request) -> Response:
        page = page_of(request)
        typed = page.typed("document").strip()
        return _read(page, typed) if typed else _try(page, page.say(_EMPTY), 422)

    looks, pastes = enters("gaps"), enters("gaps", forgets=True)
    for path, answer in (("check", checked), ("check/figure", figure), ("try", asked)):
        router.add_api_route(f"{ROOT}{AT}/{path}", answer, methods=["GET"], response_model=None, dependencies=looks)
    router.add_api_route(f"{ROOT}{AT}/try", read, methods=["POST"], response_model=None, dependencies=pastes)


def _figure(page: Page) -> Response:
    """The elements that the trial needs, as a part of the page: everybody in scope is screened for it."""
    site, desk = own_site(page), page.desk
    here, mapping = desk.active(), mapping_of(page, site)
    found = ready(desk.store, here.mappings.study, mapping, here.hints(site), desk.now())
    percent = round(found.figure * 100, 1)
    rows = [(one, [getattr(line, page.language) for line in advice(one, mapping.lore)]) for one in found.elements]
    return page.show(
        "mapping_figure.html", found=found, percent=percent, least=LEAST, rows=rows, lore=mapping.lore, states=STATES,
        said=lambda word: heard(word, page.language), ready=found.in_scope > 0 and percent >= LEAST,
        quiet=[one for one in feeds(desk.store, mapping, desk.now()) if one.quiet],
    )  # fmt: skip


def _try(page: Page, wrong: str = "", status: int = 200) -> Response:
    return page.show("mapping_try.html", status, found=None, wrong=wrong, **_around(page))


def _around(page: Page) -> dict[str, Any]:
    return {"site": own_site(page), "reports": REPORTS}


def _read(page: Page, typed: str) -> Response:
    """Reads what was pasted: JSON as a document, anything else as a report's text. Nothing of it is kept."""
    site, desk, kind = own_site(page), page.desk, page.typed("kind")
    here, mapping, now = desk.active(), mapping_of(page, site), desk.now()
    raw = typed.encode() if typed[0] in "{[" else report(typed, kind if kind in REPORTS else "", here.mappings.concepts)
    found = tried(raw, DocumentReader(mapping), here.mappings.study, today(now))
    counts = {"resources": found.resources.total(), "patients": len(found.outcomes)}
    note(desk.store, desk.key, Act(site, now, "tried", mapping.hash, 200, counts))
    return page.show(
        "mapping_try.html", found=found, wrong="", lore=mapping.lore, answers=ANSWERS, kinds=KINDS,
        most=MOST_FACTS, patients=MOST_PATIENTS,
        standings=STANDINGS,
        said=lambda sentence: render(sentence, page.language), shown=page.value, **_around(page),
    )  # fmt: skip
