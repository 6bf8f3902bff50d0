"""Subject by pseudonym: the way through the trial, every endpoint with each line of its derivation, and the arm."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.words import WORDS
from natars_fhir.service.office.derived import Derived, derived, lines
from natars_fhir.service.people.moves import allocate
from natars_fhir.service.screening.screened import today
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.issue_words import issue_text
from natars_fhir.web.pages.office.room import Room, framed, note
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.people import ROLES
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

_NOBODY = msg("No subject of this pseudonym is known here.")
_KEPT = msg("The arm is kept, and the site is told.")
_NO_DAY = msg("The day is not a date.")
_REFUSED: Final = {
    403: msg("Nothing is kept: the trial file does not name you as a person of the trial office."),
    409: msg("Nothing is kept: the subject has an arm already."),
    422: msg("Nothing is kept: the subject cannot be allocated so."),
}


def add_subject(router: APIRouter, room: Room) -> None:
    """Adds the page of a subject, the table of its derivation, and what records an arm."""

    def shown(request: Request) -> Response:
        page = page_of(request)
        if not page.request.query_params.get("of", "").strip():
            return page.go("/trial/subjects")
        return _shown(page, room)

    def table(request: Request) -> Response:
        page = page_of(request)
        found = _found(page, room)
        note(page, found.subject.site, "figure", found.subject.pseudonym)
        says = f'attachment; filename="natars-derivation-{found.subject.pseudonym}.csv"'
        headers = {"Content-Disposition": says, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(lines(found.told, found.facts).csv(), headers=headers, media_type="text/csv; charset=utf-8")

    def allocated(request: Request) -> Response:
        return _allocated(page_of(request), room)

    path, figures, office = f"{ROOT}/trial/subject", enters("figures"), enters("allocate", across=True)
    router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=figures)
    router.add_api_route(f"{path}/derivation.csv", table, methods=["GET"], response_model=None, dependencies=figures)
    router.add_api_route(f"{path}/arm", allocated, methods=["POST"], response_model=None, dependencies=office)


def _found(page: Page, room: Room, pseudonym: str = "") -> Derived:
    """The subject that is asked for. Raises Refusal where there is none, or another site has it."""
    desk = room.desk
    here, asked = desk.active(), pseudonym or page.request.query_params.get("of", "").strip()
    store = desk.store.of(page.who.site) if page.who.site else desk.store
    found = derived(store, here.intake, here.mappings.sites, asked, desk.now(), page.who.site)
    if found is None:
        raise Refusal(404, "not-found", _NOBODY)
    return found


def _shown(
    page: Page, room: Room, pseudonym: str = "", told: str = "", detail: str = "", status: int = 200
) -> Response:
    found = _found(page, room, pseudonym)
    note(page, found.subject.site, "view", found.subject.pseudonym)
    study, way = room.desk.active().intake.study, found.subject.way
    may = {
        "allocates": "allocate" in page.who.may and page.who.across and not way.allocated,
        "arms": study.arms,
        "today": today(room.desk.now()),
    }
    said = {"notice": told, "detail": detail, "wrong": status >= 400, "words": WORDS[page.language]}
    return framed(page, room, "subjects", "office_subject.html", status, found=found, course=way.course, **may, **said)


def _allocated(page: Page, room: Room) -> Response:
    desk, pseudonym, arm = room.desk, page.typed("of"), page.typed("arm")
    if page.known is None:
        return page.go("/login")
    found = _found(page, room, pseudonym)
    try:
        day = date.fromisoformat(page.typed("day"))
    except ValueError:
        return _shown(page, room, pseudonym, page.say(_NO_DAY), status=422)
    here = desk.active()
    # a login name is nobody of the trial file, though it may read like one: an account that is bound to none is refused
    site, by = here.mappings.sites[found.subject.site], page.known.account.person
    answer = allocate(desk.store, here.intake, site, pseudonym, (arm, day, by), desk.now())
    if answer.status >= 400:
        said = _REFUSED.get(answer.status, _REFUSED[422])
        return _shown(page, room, pseudonym, page.say(said), _detail(page, found, answer.body), answer.status)
    return _shown(page, room, pseudonym, page.say(_KEPT))


def _detail(page: Page, found: Derived, body: object) -> str:
    """What the service says of it, in the person's language; states, causes and roles as the page calls them."""
    course = found.subject.way.course
    called = {name: one.text[page.language] for name, one in course.states.items()}
    called |= {one.text["en"]: one.text[page.language] for one in course.causes.values()}
    called |= {role: str(page.say(said)) for role, said in ROLES.items()}
    apart = "；" if page.language == "zh" else "; "

    def names(text: str) -> str:
        return apart.join(called.get(one, one) for one in re.split("; |, ", text))

    issues = body.get("issue", []) if isinstance(body, dict) else []
    texts = (str(one.get("details", {}).get("text", one.get("diagnostics", ""))) for one in issues)
    return " ".join(issue_text(text, page.language, names) for text in texts)
