"""Refused: what people are told instead of an OperationOutcome, in their language; programs get the outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import Elsewhere, opened
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import catalogue, msg
from natars_fhir.web.respond import Refusal

Handler = Callable[[Request, Exception], Awaitable[Response]]

_SAYS: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: msg("This cannot be read."),
        403: msg("You may not do this."),
        404: msg("There is nothing here."),
        405: msg("There is nothing here."),
        413: msg("This is too long."),
        422: msg("This cannot be taken as it is."),
        429: msg("Too many requests: wait a minute."),
        503: msg("The store does not answer now: try again later."),
    }
)
_OTHERWISE: Final = msg("This did not work.")


def to_people(otherwise: Handler) -> Handler:
    """Answers a refusal on a page by a page; every other one as *otherwise* does."""

    async def told(request: Request, fault: Exception) -> Response:
        if not _wants_page(request):
            return await otherwise(request, fault)
        ours = isinstance(fault, Refusal)
        status = fault.status if isinstance(fault, Refusal) else getattr(fault, "status_code", 500)
        text = str(fault) if ours and str(fault) in catalogue() else ""
        return await run_in_threadpool(refused, request, status, text)

    return told


def refused(request: Request, status: int, text: str = "") -> Response:
    """The page that says why not."""
    page: Page | None = getattr(request.state, "page", None)
    desk: Desk = request.app.state.pages
    here = page or opened(desk, request)
    return here.show("refused.html", status, said=here.say(text or _SAYS.get(status, _OTHERWISE)))


async def elsewhere(_: Request, fault: Exception) -> Response:
    """The way to the page that comes first."""
    if not isinstance(fault, Elsewhere):
        raise fault
    return fault.page.go(fault.path, **fault.query)


def _wants_page(request: Request) -> bool:
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    ours = path == ROOT or path.startswith(f"{ROOT}/")
    return ours and "text/html" in request.headers.get("accept", "")
