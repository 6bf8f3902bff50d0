"""The application: FHIR bases for R4 and R5, and what operations ask. https://fastapi.tiangolo.com"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.validate import has_type
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.service.access.grant import Grants
from natars_fhir.service.access.published import Published
from natars_fhir.service.activate import activate, catch_up, try_all_again
from natars_fhir.service.daily import rescreen_due
from natars_fhir.service.deliver import Clock, Rounds, deliver_once
from natars_fhir.service.foretold import foretold
from natars_fhir.service.gaps import draft
from natars_fhir.service.http import client
from natars_fhir.service.ingest import push
from natars_fhir.service.intake import Intake
from natars_fhir.service.live import Active, Live, active
from natars_fhir.service.secret import secret
from natars_fhir.service.validation import validated
from natars_fhir.settings import Settings
from natars_fhir.store.about import key_check
from natars_fhir.store.engine import Store, open_store
from natars_fhir.web.access import Access, access, named_sites
from natars_fhir.web.body import body_of
from natars_fhir.web.capability import capability
from natars_fhir.web.guard import Guard
from natars_fhir.web.interactions import Door, add_interactions, as_preferred, searched_by
from natars_fhir.web.limits import AtOnce, Rates
from natars_fhir.web.message import add_messages
from natars_fhir.web.needs import caller_of, needs, undeclared
from natars_fhir.web.negotiation import agreed
from natars_fhir.web.oauth import TOKEN_PATH, add_configuration, add_token
from natars_fhir.web.presented import Presented
from natars_fhir.web.quarantine import Ward, quarantine_routes
from natars_fhir.web.questionnaire import Forms, add_questionnaire
from natars_fhir.web.respond import Refusal, error, refuse, respond
from natars_fhir.web.response import Desk, add_responses, is_ours
from natars_fhir.web.rounds import rounds
from natars_fhir.web.terminology import Terms, add_terminology

#: Each base speaks one version.
BASES: Mapping[str, Name] = {"/fhir/r4": "R4", "/fhir/r5": "R5"}

#: Seconds that a client's server has to tell its keys; refusals of one client that are noted in a minute.
_KEYS_TIMEOUT, _NOTED = 5.0, 5


@dataclass(frozen=True, slots=True)
class Served:
    """What the routes work with."""

    settings: Settings
    store: Store
    live: Live
    access: Access
    now: Clock

    @property
    def intake(self) -> Intake:
        """As the mapping that is active now has it."""
        return self.live.active.intake

    @property
    def readers(self) -> Mapping[str, Mapping[Name, DocumentReader]]:
        """Site → FHIR version → what reads its documents now."""
        return self.live.active.readers


def create_app(settings: Settings, *, now: Clock = lambda: datetime.now(UTC), store: Store | None = None) -> FastAPI:
    """The application. Raises MappingError, SecretError or StoreError where it cannot start, KeyError for a token
    whose site has no mapping file."""
    first, named, versions = [load(settings.mappings, settings.trial)], named_sites(settings), [*BASES.values()]
    for site in named:
        first[0].sites[site]  # a token without a file is told before a store is made
    opened = open_store(settings.database) if store is None else store
    key = secret(settings.key_file, opened)

    def made() -> Active:
        folder = first.pop() if first else load(settings.mappings, settings.trial)
        return active(folder, settings, key, {*folder.sites} | named, versions)

    live = Live(made)
    served = Served(settings, opened, live, access(settings, opened, now, lambda: live.active.readers), now)
    app = FastAPI(
        title="natars-fhir",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(served, store is None),
    )
    app.state.live, app.state.access, app.state.most_depth = live, served.access, settings.most_depth
    app.state.close = opened.close
    app.add_middleware(Presented)
    app.add_middleware(GZipMiddleware, compresslevel=1)
    app.add_middleware(AtOnce, most=settings.most_at_once)
    app.add_middleware(Guard)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Refusal, _refusal)
    for base, version in BASES.items():
        app.include_router(_base(served, base, version))
    app.include_router(quarantine_routes(Ward(opened, lambda: served.live.active, now)))
    app.include_router(_operations(opened))
    app.include_router(_tokens(served))
    if forgotten := undeclared(app.routes):
        raise RuntimeError(f"routes that do not say who may (web/needs.py): {', '.join(forgotten)}")
    return app


def _base(served: Served, base: str, version: Name) -> APIRouter:
    """One FHIR base."""
    router = APIRouter(dependencies=[Depends(agreed(version))])
    desk = Desk(served.store, lambda: served.live.active, served.settings.most_bytes, served.now)
    door = Door(served.store, lambda: served.live.active, served.settings.most_bytes, served.now)

    async def take(request: Request) -> Response:
        who = caller_of(request)
        raw = await body_of(request, version, served.settings.most_bytes)
        here = served.live.active
        if is_ours(raw, here.intake.canonical_base):
            answer = await run_in_threadpool(desk.hear, who, version, raw)
        else:
            reader = here.readers[who.site][version]
            answer = await run_in_threadpool(push, served.store, here.intake, reader, raw, served.now(), who)
        return respond(answer.status, await as_preferred(door, request, version, answer.body))

    started = served.now()

    async def metadata() -> Response:
        kinds = searched_by(version, served.live.active)
        return respond(200, capability(version, base, router.routes, served.settings, started, kinds))

    for path in (base, f"{base}/"):
        router.add_api_route(path, take, methods=["POST"], response_model=None, dependencies=needs("push"))
    check, known = _validating(served, version), needs("known")
    for path in (f"{base}/$validate", f"{base}/{{kind}}/$validate"):
        router.add_api_route(path, check, methods=["POST"], response_model=None, dependencies=known)
    anybody = needs("anybody")
    router.add_api_route(
        f"{base}/metadata", metadata, methods=["GET", "HEAD"], response_model=None, dependencies=anybody
    )
    add_configuration(router, base, served.settings.address)
    add_responses(router, base, version, desk)
    if version == "R4":
        add_terminology(router, base, _terms(served))
    add_questionnaire(router, base, version, _forms(served))
    add_messages(router, base, version, door)
    add_interactions(router, base, version, door)
    return router


def _validating(served: Served, version: Name) -> Callable[[Request], Awaitable[Response]]:
    """What answers `$validate`."""

    async def validate(request: Request) -> Response:
        site = caller_of(request).site
        kind = str(request.path_params.get("kind", ""))
        if kind and not has_type(version, kind):
            return error(404)
        raw = await body_of(request, version, served.settings.most_bytes)
        asked = tuple(request.query_params)
        here, most = served.live.active, served.settings.most_entries
        base = here.intake.canonical_base

        def push_would(resource: bytes) -> list[Node]:
            if is_ours(resource, base) or site not in here.readers:
                return []
            return foretold(resource, here.readers[site][version], most, base)

        answer = await run_in_threadpool(validated, raw, version, most, kind, asked, push_would)
        return respond(answer.status, answer.body)

    return validate


def _terms(served: Served) -> Terms:
    """What is published for a site, as the mapping that is active now has it."""

    def waiting(site: str) -> Node | None:
        here = served.live.active
        mapping = here.any_version(site).mapping
        return draft(served.store.of(site), mapping, here.hints(site), here.terms(site).publisher)

    return Terms(lambda site: served.live.active.terms(site), waiting, served.settings.canonical_base)


def _forms(served: Served) -> Forms:
    """The trial's form, and whose it is filled for, as the mapping that is active now has them."""
    live, base = served.live, served.settings.canonical_base
    return Forms(
        served.store,
        lambda: live.active.intake.study,
        lambda site: live.active.mappings.sites[site],
        base,
        served.now,
    )


def _operations(store: Store) -> APIRouter:
    """Is the process alive, and can it work?"""
    router = APIRouter()

    def reach() -> None:
        with store.read() as connection:
            key_check(connection)

    async def healthz() -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz() -> Response:
        try:
            await run_in_threadpool(reach)
        except SQLAlchemyError:
            return error(503)
        return JSONResponse({"status": "ready"})

    for path, answer in (("/healthz", healthz), ("/readyz", readyz)):
        router.add_api_route(path, answer, methods=["GET"], response_model=None, dependencies=needs("anybody"))
    return router


def _tokens(served: Served) -> APIRouter:
    """Where clients ask for tokens."""
    router, settings, noted = APIRouter(), served.settings, Rates(_NOTED)
    published = Published(lambda: client(_KEYS_TIMEOUT))
    grants = Grants(
        served.store, published, settings.address + TOKEN_PATH, settings.token_seconds, lambda _: None, noted.once_more
    )
    add_token(router, served.access, grants)
    return router


def _lifespan(served: Served, ours: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Rounds to the sites that have a server, with a look at the mappings folder where that was asked for; the store is
    closed by whoever opened it."""
    settings = served.settings

    def plan() -> Rounds:
        sites = served.live.active.mappings.sites.items()
        endpoints = {name: site.endpoint for name, site in sites if site.endpoint is not None}
        return Rounds(endpoints, settings.deliver_attempts, settings.deliver_timeout)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with client(settings.deliver_timeout) as http:
            start = [True]

            def once(stopped: Callable[[], bool]) -> None:
                if start:
                    catch_up(served.store, served.live, served.now())
                    start.clear()
                if served.live.asked():
                    activate(served.store, served.live, served.now())
                try_all_again(served.store, served.live, served.now())
                for name in served.readers:
                    rescreen_due(served.store, served.intake, served.live.active.mappings.sites[name], served.now())
                deliver_once(served.store, http, plan(), served.now, stopped)

            async with rounds(once, settings.deliver_every):
                yield
        if ours:
            served.store.close()

    return lifespan


async def _http_error(_: Request, fault: Exception) -> Response:
    status, headers = (fault.status_code, fault.headers) if isinstance(fault, HTTPException) else (500, None)
    return error(status, headers)


async def _refusal(_: Request, fault: Exception) -> Response:
    if not isinstance(fault, Refusal):
        return error(500)
    return refuse(fault.status, fault.code, fault.text, fault.headers)
