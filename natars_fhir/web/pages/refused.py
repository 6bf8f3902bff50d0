"""Refused: what people are told instead of an OperationOutcome, in their language; programs get the outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from natars_fhir.web.pages import static
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import Elsewhere, language_of, opened
from natars_fhir.web.pages.headers import headers
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.templates import template
from natars_fhir.web.pages.words import catalogue, msg, saying
from natars_fhir.web.respond import RETRY_AFTER, Refusal

Handler = Callable[[Request, Exception], Awaitable[Response]]

_SAYS: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: msg("This cannot be read."),
        403: msg("You may not do this."),
        404: msg("There is nothing here."),
        405: msg("There is nothing here."),
        413: msg("This is too long."),
        415: msg("This cannot be read."),
        422: msg("This cannot be taken as it is."),
        429: msg("Too many requests: wait a minute."),
        408: msg("What you sent did not come whole: send it again."),
        500: msg(
            "Something went wrong here, and nothing was kept. Try again; if it stays, tell who runs the installation."
        ),
        503: msg("The store does not answer now: try again later."),
    }
)
#: What stands over it.
_HEADS: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: msg("Not readable"),
        403: msg("Not allowed"),
        404: msg("Not found"),
        405: msg("Not found"),
        408: msg("Not received"),
        413: msg("Too long"),
        415: msg("Not readable"),
        422: msg("Not taken"),
        429: msg("Too many requests"),
        500: msg("Something went wrong"),
        503: msg("Not available now"),
    }
)
_NOT_DONE: Final = msg("Not done")
_OTHERWISE: Final = msg("This did not work.")
_AGAIN: Final = msg("Again")


def to_people(otherwise: Handler) -> Handler:
    """Answers a refusal on a page by a page; every other one as *otherwise* does."""

    async def told(request: Request, fault: Exception) -> Response:
        if request.url.path == f"{_root(request)}/" and _by_browser(request):
            return RedirectResponse(_root(request) + ROOT, 303)  # somebody typed the address alone
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
    name = "refused_part.html" if here.partial else "refused.html"
    head = here.say(_HEADS.get(status, _NOT_DONE))
    return here.show(name, status, head=head, said=here.say(text or _SAYS.get(status, _OTHERWISE)))


async def elsewhere(_: Request, fault: Exception) -> Response:
    """The way to the page that comes first."""
    if not isinstance(fault, Elsewhere):
        raise fault
    return fault.page.go(fault.path, **fault.query)


def failed(scope: Scope, status: int) -> Response | None:
    """The page of a failure of ours, for people; None for programs. It asks no store and no session: these may be what
    failed."""
    request = Request(scope)
    if not _wants_page(request):
        return None
    language = language_of(request)
    say = saying(language)
    root = str(scope.get("root_path", "")).rstrip("/")
    told = {"_": say, "said": say(_SAYS.get(status, _OTHERWISE)), "zh": language == "zh", "again": say(_AGAIN)}
    more: dict[str, object] = {"part": request.headers.get("hx-request") == "true"}
    more["head"] = say(_HEADS.get(status, _NOT_DONE))
    more |= {"start": f"{root}{ROOT}", "style": root + static.address("pages.css")}
    text = template("failed.html").render(**told, **more)
    return HTMLResponse(text, status, {**headers(), **({"Retry-After": str(RETRY_AFTER)} if status == 503 else {})})


def _wants_page(request: Request) -> bool:
    path = request.url.path.removeprefix(_root(request))
    ours = path == ROOT or path.startswith(f"{ROOT}/")
    return ours and _by_browser(request)


def _by_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _root(request: Request) -> str:
    """The path under which a proxy has us; usually none."""
    return str(request.scope.get("root_path", "")).rstrip("/")
