"""Exports: the trial's record as pseudonymised FHIR, asked for, watched and fetched, as programs do by Bulk Data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from natars_fhir.service.export import bulk_export
from natars_fhir.service.export.bulk_export import Depot, ExportRefusedError
from natars_fhir.service.export.bulk_export_asked import Wanted
from natars_fhir.store.exports import File, Job
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.office.room import Room, framed
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

T = TypeVar("T")
STATES: Final = {
    "waiting": msg("waits"),
    "running": msg("is being made"),
    "done": msg("is there"),
    "failed": msg("could not be made: the log knows why"),
    "purged": msg("is gone: it held a subject who is forgotten by now"),
}
_UNDER_WAY = ("waiting", "running")
_TOO_MANY = msg("So many exports are under way already: wait until one is there.")
_NONE = msg("There is no such export or file, or its time is over.")
_NOT_ASKED = msg("There is no such site or arm.")


def add_exports(router: APIRouter, room: Room) -> None:
    """Adds the list, what begins and ends one, and the files."""
    desk = room.desk

    def depot() -> Depot:
        here = (lambda: tuple(sorted(desk.active().readers)), desk.settings.export_folder, desk.settings.export_jobs)
        return Depot(desk.store, desk.key, *here, desk.now)

    def listed(request: Request) -> Response:
        return _listed(page_of(request), room, depot())

    def progress(request: Request) -> Response:
        page = page_of(request)
        jobs = bulk_export.listed(depot(), page.who)
        response = page.show("office_exporting.html", running=_running(jobs))
        if not _running(jobs):
            response.headers["HX-Refresh"] = "true"
        return response

    def begun(request: Request) -> Response:
        return _begun(page_of(request), room, depot())

    def removed(request: Request) -> Response:
        page = page_of(request)
        _found(lambda: bulk_export.taken_away(depot(), page.who, page.typed("export")))
        return page.go("/trial/exports")

    def file(request: Request, ident: str, name: str) -> Response:
        page = page_of(request)
        job, found = _found(lambda: bulk_export.fetched(depot(), page.who, ident, name))
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        path = Path(job.folder) / job.id / found.name
        return FileResponse(path, headers=headers, media_type="application/fhir+ndjson", filename=found.name)

    at, may = f"{ROOT}/trial/exports", enters("bulk", across=True)
    for path, methods, answer in (
        (at, ["GET"], listed), (f"{at}/progress", ["GET"], progress), (f"{at}/begin", ["POST"], begun),
        (f"{at}/remove", ["POST"], removed), (f"{at}/file/{{ident}}/{{name}}", ["GET"], file),
    ):  # fmt: skip
        router.add_api_route(path, answer, methods=methods, response_model=None, dependencies=may)


def _running(jobs: list[tuple[Job, list[File]]]) -> list[Job]:
    return [job for job, _ in jobs if job.state in _UNDER_WAY]


def _listed(page: Page, room: Room, depot: Depot, told: str = "", status: int = 200) -> Response:
    jobs = bulk_export.listed(depot, page.who)
    shown = {"jobs": jobs, "running": _running(jobs), "states": STATES, "arms": room.desk.active().intake.study.arms}
    hours = f"{room.desk.settings.export_hours:g}"
    return framed(page, room, "exports", "office_exports.html", status, told=told, hours=hours, **shown)


def _begun(page: Page, room: Room, depot: Depot) -> Response:
    of, arm = page.typed("of"), page.typed("arm")
    arms = {one.slug for one in room.desk.active().intake.study.arms}
    if (of and of not in room.desk.active().readers) or (arm and arm not in arms):
        return _listed(page, room, depot, page.say(_NOT_ASKED), 422)
    url = room.desk.settings.address + page.link("/trial/exports")
    try:
        bulk_export.kick_off(depot, page.who, Wanted(site=of, arm=arm), url, lenient=False)
    except ExportRefusedError as refused:
        return _listed(page, room, depot, page.say(_TOO_MANY), refused.status)
    return page.go("/trial/exports")


def _found(work: Callable[[], T]) -> T:
    """What there is. Raises Refusal where there is nothing."""
    try:
        return work()
    except ExportRefusedError as refused:
        raise Refusal(refused.status, refused.issue.code, _NONE) from None
