"""Account: one's own name and role, the password, the sessions; and the language, which nobody has to be known for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from natars_fhir.service.access import passwords, sessions
from natars_fhir.store import sessions as kept
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import LANGUAGE_COOKIE, enters, ours, page_of
from natars_fhir.web.pages.page import Page, give
from natars_fhir.web.pages.people import ROLES
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import LANGUAGES, msg

_YEAR = 365 * 24 * 3600
_WEAK = {
    "short": msg("The new password needs at least {least} characters."),
    "long": msg("The new password is too long."),
    "name": msg("The new password must not hold your name."),
    "plain": msg("The new password repeats too few characters."),
}
_TWICE = msg("The new password was not typed the same twice.")
_WRONG = msg("The old password is not right, or the account waits after too many attempts.")
_SAME = msg("The new password is the old one.")


def add_account(router: APIRouter, desk: Desk) -> None:
    """Adds one's own pages."""
    may = enters("known")

    def shown(request: Request) -> Response:
        page = page_of(request)
        with desk.store.read() as connection:
            found = kept.of(connection, page.account)
        live = [one for one in found if desk.now() - one.used < desk.rule.idle]
        return page.show("account.html", sessions=live, roles=ROLES, done=request.query_params.get("done", ""))

    def asked(request: Request) -> Response:
        return page_of(request).show("password.html", told="")

    def chosen(request: Request) -> Response:
        page = page_of(request)
        if told := _fault(page):
            return page.show("password.html", 422, told=page.say(told, least=passwords.LEAST))
        if page.known is None:
            return page.go("/login")
        old, new = page.typed("old"), page.typed("new")
        token = sessions.choose(desk.store, desk.key, page.known, old, new, desk.now())
        if token is None:
            return page.show("password.html", 401, told=page.say(_WRONG))
        response = (
            page.leave(ours(page, page.typed("next"))) if page.typed("next") else page.go("/account", done="password")
        )
        give(response, desk, token)
        return response

    router.add_api_route(f"{ROOT}/account", shown, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{ROOT}/account/password", asked, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{ROOT}/account/password", chosen, methods=["POST"], response_model=None, dependencies=may)
    _add_language(router, desk)


def _add_language(router: APIRouter, desk: Desk) -> None:

    def chosen(request: Request) -> Response:
        page = page_of(request)
        response = page.leave(ours(page, page.typed("at")))
        if (language := page.typed("language")) in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, language, _YEAR, path="/", secure=desk.secure, samesite="lax")
        return response

    path, anybody = f"{ROOT}/language", enters("anybody")
    router.add_api_route(path, chosen, methods=["POST"], response_model=None, dependencies=anybody)


def _fault(page: Page) -> str:
    """Why the new password cannot be one."""
    old, new = page.typed("old"), page.typed("new")
    if new != page.typed("again"):
        return _TWICE
    if new == old:
        return _SAME
    name = page.known.account.name if page.known else ""
    return _WEAK.get(passwords.weak(new, name), "")
