"""Login: name and password, then the code of the second factor; and out again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from natars_fhir.service.access import login, second, sessions
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, ours, page_of
from natars_fhir.web.pages.form import first
from natars_fhir.web.pages.page import Page, give
from natars_fhir.web.pages.provider import WHY_NOT, ending
from natars_fhir.web.pages.registry import ROOT, start
from natars_fhir.web.pages.words import msg

#: Why somebody is asked to log in again.
_WHY = {
    "over": msg("Your session has ended. Log in again: what you typed is kept."),
    "left": msg("You are logged out."),
}
_WRONG = msg("Name and password do not go together, or the account waits after too many attempts.")
_WRONG_CODE = msg(
    "The code is not the one of now, or was used: wait for the next one. "
    "If none is taken, the clock of the telephone or of the server is wrong."
)


def add_login(router: APIRouter, desk: Desk) -> None:
    """Adds the pages on which somebody becomes known."""
    anybody = enters("anybody")

    def asked(request: Request) -> Response:
        page = page_of(request)
        if page.inside:
            return page.leave(_next(page))
        why = request.query_params.get("why", "")
        return _form(page, _WHY.get(why, ""), refused=WHY_NOT.get(why, ""))

    def entered(request: Request) -> Response:
        page = page_of(request)
        desk.tried(request)
        token = login.enter(desk.store, desk.key, page.typed("name"), page.typed("password"), desk.now())
        if token is None:
            return _form(page, "", 401, _WRONG)
        return _on(page, token, _next(page))

    def begun(request: Request) -> Response:
        """`/pages` itself: where the person starts."""
        return page_of(request).leave(page_of(request).root + start(page_of(request).who.may))

    def left(request: Request) -> Response:
        page = page_of(request)
        provider, address = ending(page)
        if page.known is not None:
            sessions.leave(desk.store, desk.key, page.known, desk.now(), everywhere=bool(page.typed("everywhere")))
        if address:
            return page.show("ended.html", provider=provider, address=address)
        return page.go("/login", why="left")

    for path in (ROOT, f"{ROOT}/"):  # as cards and mails name it (NATARS_PAGES_URL)
        router.add_api_route(path, begun, methods=["GET"], response_model=None, dependencies=enters("known"))
    router.add_api_route(f"{ROOT}/login", asked, methods=["GET"], response_model=None, dependencies=anybody)
    router.add_api_route(f"{ROOT}/login", entered, methods=["POST"], response_model=None, dependencies=anybody)
    router.add_api_route(f"{ROOT}/logout", left, methods=["POST"], response_model=None, dependencies=anybody)
    _add_second(router, desk)


def _add_second(router: APIRouter, desk: Desk) -> None:
    """The second factor: shown at each login, set up at the first."""

    def asked(request: Request) -> Response:
        page = page_of(request)
        waits = page.known is not None and page.known.step == "second"
        return page.show("second.html", wrong="") if waits else page.leave(_next(page))

    def enrolled(request: Request) -> Response:
        page = page_of(request)
        return _enrol(page) if page.known and page.known.step == "enrol" else page.leave(_next(page))

    def shown(request: Request) -> Response:
        page = page_of(request)
        if page.known is None or page.known.step not in ("second", "enrol"):
            return page.leave(_next(page))
        desk.tried(request)
        one, code = page.known.account, page.typed("code")
        token = login.show(desk.store, desk.key, one.id, page.token, code, desk.now())
        if token is not None:
            return _on(page, token, _next(page))
        if page.known.step == "enrol":
            return _enrol(page, _WRONG_CODE)
        return page.show("second.html", 401, wrong=_WRONG_CODE)

    may = enters("known")
    for path, look in (("/login/second", asked), ("/login/enrol", enrolled)):
        router.add_api_route(ROOT + path, look, methods=["GET"], response_model=None, dependencies=may)
        router.add_api_route(ROOT + path, shown, methods=["POST"], response_model=None, dependencies=may)


def _form(page: Page, told: str, status: int = 200, refused: str = "") -> Response:
    from_form = page.form or {"name": [""]}
    named = {key: one.name for key, one in page.desk.providers.items()}
    typed = first(from_form, "name")
    return page.show("login.html", status, name=typed, to=_next(page), told=told, refused=refused, providers=named)


def _enrol(page: Page, wrong: str = "") -> Response:
    """The secret, as text, until a code of it was right."""
    if page.known is None:
        return page.go("/login")
    secret = sessions.begin_second(page.desk.store, page.desk.key, page.known)
    groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    address = second.address(secret, page.known.account.name)
    seen = Markup(second.picture(address))  # noqa: S704 (made here, of letters that are escaped in the address)
    return page.show("enrol.html", 401 if wrong else 200, wrong=wrong, secret=groups, address=address, seen=seen)


def _next(page: Page) -> str:
    """Where to go on."""
    return ours(page, page.typed("next") or page.request.query_params.get("next", "") or page.link())


def _on(page: Page, token: str, address: str) -> Response:
    """Goes on under another token."""
    response = page.leave(address)
    give(response, page.desk, token)
    return response
