"""Overlap: which sites may know the same person, by counts and pseudonyms; made once and kept, as the figures are."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from natars_fhir.service.office.keeper import Keeper, Seen
from natars_fhir.service.screening.screened import today
from natars_fhir.service.worklist.overlap import Overlap, overlap
from natars_fhir.store.stamp import stamp
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.office.room import Room, framed, note
from natars_fhir.web.pages.registry import ROOT

_PATIENCE = 0.08


def add_overlap(router: APIRouter, room: Room) -> None:
    """Adds the page, and how far it is."""
    desk = room.desk

    def made(_: str, __: Seen) -> Overlap:
        here = desk.active()
        sites = [here.mappings.sites[name] for name in sorted(here.readers)]
        return overlap(desk.store, here.intake, sites, desk.now(), "pages")

    def mark() -> object:
        with desk.store.read() as connection:
            return stamp(connection), desk.active().mappings.hash, desk.active().turn, today(desk.now())

    keeper: Keeper[Overlap] = Keeper(made, mark, desk.now)

    def shown(request: Request) -> Response:
        page = page_of(request)
        asked = keeper.ask("overlap", _PATIENCE)
        note(page, "", "overlap")
        found = asked.kept.what if asked.kept else None
        return framed(page, room, "overlap", "office_overlap.html", asked=asked, found=found)

    def making(request: Request) -> Response:
        asked = keeper.ask("overlap", 0)
        response = page_of(request).show("office_making.html", asked=asked, site="", at="/trial/overlap/making")
        if asked.making is None:
            response.headers["HX-Refresh"] = "true"
        return response

    path, may = f"{ROOT}/trial/overlap", enters("overlap", across=True)
    router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{path}/making", making, methods=["GET"], response_model=None, dependencies=may)
