"""Comparison of two freezes: what changed, for whom and why, as `freeze diff` tells it; on a page, and as a file."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.service.freeze.compare import Difference
from natars_fhir.service.freeze.shown import as_json, changes_of, made_of, status_of, table
from natars_fhir.service.freeze.verify import FAULTS, Fault
from natars_fhir.store.audit import EVERYWHERE
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.office.freezes import frozen
from natars_fhir.web.pages.office.room import Room, act_of, framed
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: Subjects that are shown; the counts and the files are of all.
_MOST: Final = 200
_NO_TWO = msg("The two freezes cannot be compared: one of them is not as it was written, or holds too little.")


def add_comparison(router: APIRouter, room: Room) -> None:
    """Adds the page, and what differs as a file."""

    def shown(request: Request) -> Response:
        return _shown(page_of(request), room)

    def given(request: Request, form: str) -> Response:
        return _given(page_of(request), room, form)

    at, may = f"{ROOT}/trial/freezes/compare", enters("export", across=True)
    router.add_api_route(at, shown, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{at}/difference.{{form}}", given, methods=["GET"], response_model=None, dependencies=may)


def _two(page: Page, room: Room) -> tuple[str, str]:
    """The earlier and the later one: those that are asked for, else the last two."""
    names = [one.name for one in reversed(room.freezing.listed())]
    query = page.request.query_params
    before, after = (query.get(name, "") for name in ("before", "after"))
    if not before and not after:
        return (names[-2], names[-1]) if len(names) > 1 else ("", "")
    return frozen(room, before).name, frozen(room, after).name


def _found(page: Page, room: Room, before: str, after: str) -> Difference | dict[str, tuple[Fault, ...]] | None:
    act = act_of(page, EVERYWHERE, "freezes compared")
    return room.freezing.compared(before, after, act, page.desk.key)


def _shown(page: Page, room: Room) -> Response:
    before, after = _two(page, room)
    found = _found(page, room, before, after) if before else None
    wrong = found if isinstance(found, dict) else None
    difference = found if isinstance(found, Difference) else None
    counts = Counter(one.status for one in difference.subjects) if difference else Counter[str]()
    return framed(
        page, room, "freezes", "office_comparison.html", 422 if wrong is not None else 200,
        names=[one.name for one in room.freezing.listed()], before=before, after=after, difference=difference,
        wrong=wrong, faults={name: told[page.language == "zh"] for name, told in FAULTS.items()}, no_two=_NO_TWO,
        counts=counts, most=_MOST, status_of=status_of, changes_of=changes_of, made_of=made_of,
    )  # fmt: skip


def _given(page: Page, room: Room, form: str) -> Response:
    before, after = _two(page, room)
    found = _found(page, room, before, after) if before and form in ("csv", "json") else None
    if not isinstance(found, Difference):
        raise Refusal(404, "not-found", _NO_TWO)
    if form == "csv":
        raw, kind = table(found, page.language).csv(), "text/csv; charset=utf-8"
    else:
        raw, kind = json.dumps(as_json(found), ensure_ascii=False, indent=1).encode(), "application/json"
    says = f'attachment; filename="natars-difference.{form}"'
    headers = {"Content-Disposition": says, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(raw, headers=headers, media_type=kind)
