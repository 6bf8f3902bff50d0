"""Freezes: those that there are, one that is started and watched, each verified and fetched file by file."""

from __future__ import annotations

from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from natars_fhir.service.freeze.verify import FAULTS
from natars_fhir.service.office.freezing import Frozen
from natars_fhir.service.screening.screened import today
from natars_fhir.store.audit import EVERYWHERE
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.office.room import Room, act_of, framed, note
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: What became of the one that was begun last.
STATES: Final = {
    "running": msg("A freeze is being made."),
    "done": msg("The freeze is made."),
    "taken": msg("No freeze was made: the same one is there already."),
    "stale": msg(
        "No freeze was made: the store is still being read with a new mapping, or patients are still to be screened. "
        "Try again later."
    ),
    "unwritable": msg("No freeze was made: its folder cannot be written."),
    "failed": msg("No freeze was made: the log knows why."),
    "broken": msg("No freeze was made: the program that made it ended meanwhile."),
}
_BUSY = msg("A freeze is being made: one at a time.")
_NO_DAY = msg("The day is not a date, or is still to come.")
_NONE = msg("There is no such freeze, or no such file in it.")


def add_freezes(router: APIRouter, room: Room) -> None:
    """Adds the list, one freeze, its files, and what begins and verifies one."""
    freezing = room.freezing

    def listed(request: Request) -> Response:
        return _listed(page_of(request), room)

    def progress(request: Request) -> Response:
        told = freezing.progress()
        response = page_of(request).show("office_freezing.html", progress=told, states=STATES)
        if told is None or not told.running:
            response.headers["HX-Refresh"] = "true"
        return response

    def begun(request: Request) -> Response:
        return _begun(page_of(request), room)

    def shown(request: Request) -> Response:
        page = page_of(request)
        return _one(page, room, frozen(room, page.request.query_params.get("name", "")))

    def verified(request: Request) -> Response:
        page = page_of(request)
        found = frozen(room, page.typed("name"))
        checked = freezing.verified(room.desk.active().intake, found.name, act_of(page, EVERYWHERE, "freeze verified"))
        return _one(page, room, found, checked=checked)

    def file(request: Request, name: str, path: str) -> Response:
        page, found = page_of(request), freezing.file(name, path)
        if found is None:
            raise Refusal(404, "not-found", _NONE)
        here, told = found
        note(page, EVERYWHERE, "freeze file", counts={"rows": told.rows})
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return FileResponse(here, headers=headers, media_type="application/octet-stream", filename=here.name)

    at, may = f"{ROOT}/trial/freezes", enters("export", across=True)
    for path, methods, answer in (
        (at, ["GET"], listed), (f"{at}/progress", ["GET"], progress), (f"{at}/begin", ["POST"], begun),
        (f"{at}/one", ["GET"], shown), (f"{at}/verify", ["POST"], verified),
        (f"{at}/file/{{name}}/{{path:path}}", ["GET"], file),
    ):  # fmt: skip
        router.add_api_route(path, answer, methods=methods, response_model=None, dependencies=may)


def _listed(page: Page, room: Room, told: str = "", status: int = 200) -> Response:
    shown = {"freezes": room.freezing.listed(), "progress": room.freezing.progress(), "states": STATES}
    now = today(room.desk.now())
    return framed(page, room, "freezes", "office_freezes.html", status, told=told, today=now, **shown)


def _begun(page: Page, room: Room) -> Response:
    try:
        day = date.fromisoformat(page.typed("day"))
    except ValueError:
        day = None
    if day is None or day > today(room.desk.now()):
        return _listed(page, room, page.say(_NO_DAY), 422)
    here = room.desk.active()
    began = room.freezing.begin(here.intake, here.mappings, day, act_of(page, EVERYWHERE, "freeze"))
    if began is None:
        return _listed(page, room, page.say(_BUSY), 409)
    if not began.running:
        return _listed(page, room, page.say(STATES[began.state]), 503)
    return page.go("/trial/freezes")


def frozen(room: Room, name: str) -> Frozen:
    """The freeze of this name. Raises Refusal where there is none."""
    found = room.freezing.one(name)
    if found is None:
        raise Refusal(404, "not-found", _NONE)
    return found


def _one(page: Page, room: Room, found: Frozen, **told: object) -> Response:
    faults = {name: told[page.language == "zh"] for name, told in FAULTS.items()}
    return framed(page, room, "freezes", "office_freeze.html", found=found, faults=faults, **{"checked": None, **told})
