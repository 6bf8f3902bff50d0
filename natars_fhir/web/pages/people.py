"""People: who may log in. Whoever runs the installation makes accounts; the trial office sees them, and may end one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.service.access import accounts
from natars_fhir.service.access.accounts import AccountError, Wanted
from natars_fhir.service.access.roles import NAMES, OF_A_SITE, fault
from natars_fhir.store import accounts as kept
from natars_fhir.store.accounts import Account
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: The roles as people read them.
ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "engine": msg("Integration engine"),
        "coordinator": msg("Coordinator"),
        "investigator": msg("Investigator"),
        "trial-office": msg("Trial office"),
        "operator": msg("Operator"),
    }
)
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {"good": msg("in use"), "locked": msg("waits after too many attempts"), "disabled": msg("disabled")}
)
#: Accounts of people; what a program is gets a token.
_NOT_PEOPLE = frozenset({"engine"})
_NOT_MADE = msg("The account cannot be made: a role of a site needs the site, the trial office has none.")
_TAKEN = msg("The account cannot be made: somebody has this name, or it is none.")
_NOT_HERE = msg("There is no such account here.")
_NOT_ONESELF = msg("Nobody changes their own account here: ask another operator.")
_DONE = {
    "disable": msg("{name} is disabled, and logged out everywhere."),
    "enable": msg("{name} can log in again."),
    "unlock": msg("{name} may try again now."),
}

#: What is done with an account, by what a button sends.
_ACTS: Final[Mapping[str, Callable[..., Account]]] = MappingProxyType(
    {"disable": accounts.disable, "enable": accounts.enable, "unlock": accounts.unlock}
)


def add_people(router: APIRouter, desk: Desk) -> None:
    """Adds the page and what is sent from it."""

    def shown(request: Request) -> Response:
        return _listed(page_of(request))

    def made(request: Request) -> Response:
        return _made(page_of(request))

    def reset(request: Request) -> Response:
        page = page_of(request)
        one = _meant(page)
        if one.issuer:  # a hospital's login lets them in: there is no password
            raise Refusal(404, "not-found", _NOT_HERE)
        second = bool(page.typed("second"))
        changed, password = accounts.reset(desk.store, desk.key, one.id, desk.now(), second=second)
        return page.show("password_once.html", one=changed, password=password)

    def ended(request: Request) -> Response:
        return _done(page_of(request), "disable")

    def changed(request: Request) -> Response:
        page = page_of(request)
        return _done(page, page.typed("act"))

    at, may = f"{ROOT}/people", enters("accounts")
    router.add_api_route(at, shown, methods=["GET"], response_model=None, dependencies=enters("people"))
    router.add_api_route(f"{at}/disable", ended, methods=["POST"], response_model=None, dependencies=enters("people"))
    for name, take in (("add", made), ("reset", reset), ("change", changed)):
        router.add_api_route(f"{at}/{name}", take, methods=["POST"], response_model=None, dependencies=may)


def _listed(page: Page, told: str = "", status: int = 200) -> Response:
    """Everybody whom the caller may see: of their site, or of all."""
    desk = page.desk
    with desk.store.read() as connection:
        found = kept.every(connection, page.who.site)
    sites = [page.who.site] if page.who.site else sorted(desk.active().readers)
    roles = {name: told for name, told in ROLES.items() if name not in _NOT_PEOPLE}
    if page.who.site:
        roles = {name: told for name, told in roles.items() if name in OF_A_SITE or name == "operator"}
    now, makes = desk.now(), "accounts" in page.who.may
    return page.show(
        "people.html", status, people=[(one, one.state(now)) for one in found], sites=sites, roles=roles, names=ROLES,
        states=STATES, makes=makes, told=told, delegates={site: _delegates(desk, site) for site in sites},
    )  # fmt: skip


def _delegates(desk: Desk, site: str) -> list[tuple[str, str]]:
    """Who stands on the site's delegation list: by which word the account is bound to them, and their name."""
    listed = desk.active().mappings.sites[site].delegation
    return [(one.identifier or one.name, one.name) for one in listed]


def _made(page: Page) -> Response:
    desk, typed = page.desk, page.typed
    roles = tuple(name for name in NAMES if name in page.form.get("role", []) and name not in _NOT_PEOPLE)
    site = page.who.site or typed("site")
    if (site and site not in desk.active().readers) or fault(site, roles):
        return _listed(page, page.say(_NOT_MADE), 422)
    try:
        wanted = Wanted(typed("name"), roles, site, typed("person").strip())
        one, password = accounts.add(desk.store, desk.key, wanted, desk.now())
    except AccountError:
        return _listed(page, page.say(_TAKEN), 422)
    return page.show("password_once.html", one=one, password=password)


def _meant(page: Page) -> Account:
    """The account that a button means. Raises Refusal where the caller sees none, or it is their own."""
    with page.desk.store.read() as connection:
        one = kept.by_id(connection, page.typed("account"))
    if one is None or (page.who.site and one.site != page.who.site):
        raise Refusal(404, "not-found", _NOT_HERE)
    if one.id == page.account:
        raise Refusal(403, "forbidden", _NOT_ONESELF)
    return one


def _done(page: Page, act: str) -> Response:
    take, desk = _ACTS.get(act), page.desk
    if take is None:
        raise Refusal(404, "not-found", _NOT_HERE)
    one = take(desk.store, desk.key, _meant(page).id, desk.now())
    return _listed(page, page.say(_DONE[act], name=one.name))
