"""Provider: the way to a hospital's own login, and back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import structlog
from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Request, Response

from natars_fhir.service.provider import flow
from natars_fhir.service.provider.entering import enter, token_of
from natars_fhir.service.provider.file import Provider
from natars_fhir.service.provider.refusal import WHY, ProviderRefusedError, Why
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, ours, page_of
from natars_fhir.web.pages.page import Page, cookie, give
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

_log = structlog.get_logger("natars_fhir.provider")

SAYS: Final[Mapping[Why, str]] = MappingProxyType(
    {
        "away": msg("The hospital's login does not answer: try again later."),
        "provider": msg("The hospital's login did not let you in."),
        "nobody": msg("You have no role here: ask whoever gives out roles at your hospital."),
        "disabled": msg("Your account here is disabled: ask whoever runs this installation."),
    }
)
_OTHERWISE: Final = msg("The answer of the hospital's login cannot be taken: begin again.")
#: Every reason → what is said of it.
WHY_NOT: Final[Mapping[str, str]] = MappingProxyType({why: SAYS.get(why, _OTHERWISE) for why in WHY})
_NONE: Final = msg("There is no such login here.")


def add_provider(router: APIRouter, desk: Desk) -> None:
    """Adds the way out and back, for every provider of the file."""

    def begun(request: Request, name: str) -> Response:
        page, provider = page_of(request), _provider(desk, name)
        desk.tried(request)
        asked = flow.begin(name, ours(page, request.query_params.get("next", "")))
        try:
            to = flow.address(desk.directory, provider, asked, _back(desk, name), desk.now())
        except ProviderRefusedError as wrong:
            return _refused(page, wrong)
        response = page.leave(to)
        response.set_cookie(
            _cookie(desk), flow.seal(desk.key, asked, desk.now()), path="/", secure=desk.secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
        return response

    def back(request: Request, name: str) -> Response:
        page, provider = page_of(request), _provider(desk, name)
        desk.tried(request)
        try:
            asked = flow.opened(desk.key, request.cookies.get(_cookie(desk), ""), desk.now())
            if asked.provider != name:
                raise ProviderRefusedError("state")
            query = dict(request.query_params)
            told = flow.answered(desk.directory, provider, asked, query, _back(desk, name), desk.now())
            token = enter(desk.store, desk.key, provider, told, desk.now())
        except ProviderRefusedError as wrong:
            response = _refused(page, wrong)
        else:
            response = page.leave(ours(page, asked.to))
            give(response, desk, token)
        response.delete_cookie(_cookie(desk), path="/", secure=desk.secure, httponly=True, samesite="lax")
        return response

    path, anybody = f"{ROOT}/login/by/{{name}}", enters("anybody")
    router.add_api_route(path, begun, methods=["GET"], response_model=None, dependencies=anybody)
    router.add_api_route(f"{path}/back", back, methods=["GET"], response_model=None, dependencies=anybody)


def ending(page: Page) -> tuple[str, str]:
    """The name of the provider that the session came by, and where its own session is ended; else both empty."""
    desk, known = page.desk, page.known
    if known is None or known.session.provided is None:
        return "", ""
    named = (one for one in desk.providers.values() if one.issuer == known.account.issuer)
    if (provider := next(named, None)) is None:
        return "", ""
    try:
        token = token_of(desk.key, known.session.provided)
    except InvalidToken:
        return "", ""
    back = f"{desk.settings.address}{ROOT}/login?why=left"
    return provider.name, flow.ending(desk.directory, provider, token, back, desk.now())


def _provider(desk: Desk, name: str) -> Provider:
    if name not in desk.providers:
        raise Refusal(404, "not-found", _NONE)
    return desk.providers[name]


def _back(desk: Desk, name: str) -> str:
    """Where the provider sends people back to: as the settings say it, never as a request does."""
    return f"{desk.settings.address}{ROOT}/login/by/{name}/back"


def _refused(page: Page, wrong: ProviderRefusedError) -> Response:
    """Back to the login, which says why: the address of an answer, with its code, stays nowhere."""
    _log.warning("provider login refused", why=wrong.why)
    return page.go("/login", why=wrong.why)


def _cookie(desk: Desk) -> str:
    return f"{cookie(desk)}-provider"
