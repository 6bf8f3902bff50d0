"""Entrance: who a page is for, declared where its route is added and checked before it runs, as `web.needs` does it.

    may = enters("worklist")
    router.add_api_route(f"{ROOT}/worklist", shown, methods=["GET"], response_model=None, dependencies=may)

The person is known by the session's cookie; what is sent must prove that it comes from a page of ours. Whoever is not
known, or has still something to do, is shown the way; what was typed is kept when a session ended meanwhile.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from fastapi import Depends, Request
from fastapi.params import Depends as Declared
from starlette.concurrency import run_in_threadpool

from natars_fhir.domain.sentence import Language
from natars_fhir.service.access import sessions
from natars_fhir.service.access.roles import May
from natars_fhir.store.actor import acts_as
from natars_fhir.web.language import preferred
from natars_fhir.web.needs import Needs
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.form import MOST, MOST_UNKNOWN, Fields, fields, first
from natars_fhir.web.pages.page import Page, cookie
from natars_fhir.web.pages.words import LANGUAGES, msg
from natars_fhir.web.respond import Refusal

LANGUAGE_COOKIE = "natars-language"
_OCTETS = 32
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: What nobody keeps of a form that came too late.
_NEVER_KEPT = frozenset({"csrf", "password", "old", "new", "again", "code"})
#: Step that is still to do → where it is done.
_STEPS = {"second": "/login/second", "enrol": "/login/enrol", "password": "/account/password"}

NOT_OURS = msg("The form is too old, or no page of ours: load the page again.")
NOT_YOURS = msg("Your role does not open this page.")
NO_SITE = msg("Your site has no mapping file here: ask whoever runs the installation.")


class Elsewhere(Exception):  # noqa: N818 (it is an answer, not an error of ours)
    """The person must go to another page first."""

    def __init__(self, page: Page, path: str, **query: str) -> None:
        super().__init__(path)
        self.page, self.path, self.query = page, path, query


@dataclass(frozen=True, slots=True)
class Enters(Needs):
    """What a page needs: ``may`` as any route, of a person who is logged in. What is typed is kept when the session has
    ended, unless the page promises that nothing is (``forgets``)."""

    forgets: bool = False

    async def __call__(self, request: Request) -> None:
        """Lets a request pass, and remembers what it is. Raises Refusal and Elsewhere."""
        desk: Desk = request.app.state.pages
        page = await run_in_threadpool(_known, desk, request)
        if request.method in _UNSAFE:
            page = await _sent(page)
        if self.may != "anybody":
            await run_in_threadpool(self.let_in, page)
            acts_as(page.who.by)
            await request.app.state.due.before(self.may, page.who.site)
        request.state.page = page

    def let_in(self, page: Page) -> None:
        """Raises Elsewhere where the person must do something first, Refusal where they may not."""
        known, desk = page.known, page.desk
        if known is None:
            raise Elsewhere(page, "/login", next=page.at)
        if known.over:
            if page.form and not self.forgets:
                kept = {name: told for name, told in page.form.items() if name not in _NEVER_KEPT}
                sessions.keep_draft(desk.store, desk.key, known, page.at, kept, desk.now())
            raise Elsewhere(page, "/login", next=page.at, why="over")
        if known.step and page.request.url.path != page.link(_STEPS[known.step]):
            raise Elsewhere(page, _STEPS[known.step], next=page.at)
        who = page.who
        desk.admit(who.by)
        if self.may not in who.may or (self.across and not who.across):
            raise Refusal(403, "forbidden", NOT_YOURS)
        if who.site and who.site not in desk.active().readers:
            raise Refusal(403, "forbidden", NO_SITE)
        if page.form:
            sessions.drop_draft(desk.store, known.account.id, page.at)


def enters(may: May | Literal["anybody"], *, across: bool = False, forgets: bool = False) -> list[Declared]:
    """The `dependencies` of a page's route."""
    return [Depends(Enters(may, across=across, forgets=forgets))]


def page_of(request: Request) -> Page:
    """The request that a page's route has let pass."""
    page: Page = request.state.page
    return page


def opened(desk: Desk, request: Request, form: Fields | None = None) -> Page:
    """A request as a page, whoever it is of."""
    token = request.cookies.get(cookie(desk), "")
    known = sessions.known(desk.store, token, desk.rule, desk.now())
    fresh = not token
    return Page(
        request, desk, language_of(request), token or secrets.token_urlsafe(_OCTETS), known, form or {}, {}, fresh
    )


def _known(desk: Desk, request: Request) -> Page:
    """The page, and what was typed on it before, where it is only looked at."""
    page = opened(desk, request)
    if request.method not in ("GET", "HEAD") or not page.inside:
        return page
    kept = sessions.draft(desk.store, desk.key, page.account, page.at)
    return Page(request, desk, page.language, page.token, page.known, {}, kept, page.fresh) if kept else page


async def _sent(page: Page) -> Page:
    """With what was typed. Raises Refusal where no page of ours sent it."""
    request = page.request
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refusal(403, "forbidden", NOT_OURS)
    form = await fields(request, MOST if page.known else MOST_UNKNOWN)
    told = request.headers.get("x-csrf-token") or first(form, "csrf")
    if page.fresh or not sessions.proves(page.token, told):
        raise Refusal(403, "forbidden", NOT_OURS)
    return Page(request, page.desk, page.language, page.token, page.known, form, {}, page.fresh)


def ours(page: Page, address: str) -> str:
    """*address*, if it is one of our pages; else the start: nobody is sent elsewhere by a link that others made."""
    root = page.link()
    good = address == root or address.startswith((f"{root}/", f"{root}?"))
    return address if good and "\\" not in address and address.isprintable() else root


def language_of(request: Request) -> Language:
    """What was chosen, else what the browser prefers."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return next(
        (one for one in LANGUAGES if one == chosen), preferred(request.headers.get("accept-language", ""), "zh")
    )
