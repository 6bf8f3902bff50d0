"""The application: FHIR bases for R4 and R5, and what operations ask. https://fastapi.tiangolo.com"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from natars_fhir.fhir.validate import has_type
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.service.deliver import Clock, Rounds, deliver_once
from natars_fhir.service.http import client
from natars_fhir.service.ingest import push
from natars_fhir.service.intake import Intake, readers
from natars_fhir.service.secret import secret
from natars_fhir.service.validation import validated
from natars_fhir.settings import Settings
from natars_fhir.store.about import key_check
from natars_fhir.store.engine import Store, open_store
from natars_fhir.web.access import Access, access
from natars_fhir.web.body import body_of
from natars_fhir.web.capability import capability
from natars_fhir.web.guard import Guard
from natars_fhir.web.respond import Refusal, error, refuse, respond
from natars_fhir.web.rounds import rounds

#: Each base speaks one version.
BASES: Mapping[str, Name] = {"/fhir/r4": "R4", "/fhir/r5": "R5"}


@dataclass(frozen=True, slots=True)
class Served:
    """What the routes work with."""

    settings: Settings
    store: Store
    intake: Intake
    readers: Mapping[str, Mapping[Name, DocumentReader]]
    access: Access
    now: Clock


def create_app(settings: Settings, *, now: Clock = lambda: datetime.now(UTC), store: Store | None = None) -> FastAPI:
    """The application. Raises MappingError, SecretError or StoreError where it cannot start, KeyError for a token
    whose site has no mapping file."""
    mappings = load(settings.mappings, settings.trial)
    allowed = access(settings)
    known = readers(mappings, allowed.sites, BASES.values())
    opened = open_store(settings.database) if store is None else store
    key = secret(settings.key_file, opened)
    intake = Intake(mappings.study, key, settings.canonical_base, settings.most_entries)
    served = Served(settings, opened, intake, known, allowed, now)
    app = FastAPI(
        title="natars-fhir",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(served, mappings, store is None),
    )
    app.add_middleware(Guard)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Refusal, _refusal)
    for base, version in BASES.items():
        app.include_router(_base(served, base, version))
    app.include_router(_operations(opened))
    return app


def _base(served: Served, base: str, version: Name) -> APIRouter:
    """One FHIR base."""
    router = APIRouter()

    async def take(request: Request) -> Response:
        site = served.access.site(request.headers.get("authorization", ""))
        raw = await body_of(request, version, served.settings.most_bytes)
        reader = served.readers[site][version]
        answer = await run_in_threadpool(push, served.store, served.intake, reader, raw, served.now())
        return respond(answer.status, answer.body)

    async def validate(request: Request) -> Response:
        served.access.site(request.headers.get("authorization", ""))
        kind = str(request.path_params.get("kind", ""))
        if kind and not has_type(version, kind):
            return error(404)
        raw = await body_of(request, version, served.settings.most_bytes)
        asked = tuple(request.query_params)
        answer = await run_in_threadpool(validated, raw, version, served.settings.most_entries, kind, asked)
        return respond(answer.status, answer.body)

    async def metadata() -> Response:
        return respond(200, statement)

    router.add_api_route(base, take, methods=["POST"], response_model=None)
    router.add_api_route(f"{base}/", take, methods=["POST"], response_model=None)
    router.add_api_route(f"{base}/$validate", validate, methods=["POST"], response_model=None)
    router.add_api_route(f"{base}/{{kind}}/$validate", validate, methods=["POST"], response_model=None)
    router.add_api_route(f"{base}/metadata", metadata, methods=["GET"], response_model=None)
    statement = capability(version, base, router.routes, served.settings, served.now())
    return router


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

    router.add_api_route("/healthz", healthz, methods=["GET"], response_model=None)
    router.add_api_route("/readyz", readyz, methods=["GET"], response_model=None)
    return router


def _lifespan(served: Served, mappings: Mappings, ours: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Rounds to the sites that have a server; the store is closed by whoever opened it."""
    settings = served.settings
    endpoints = {name: site.endpoint for name, site in mappings.sites.items() if site.endpoint is not None}
    plan = Rounds(endpoints, settings.deliver_attempts, settings.deliver_timeout)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with client(settings.deliver_timeout) as http:

            def once(stopped: Callable[[], bool]) -> None:
                deliver_once(served.store, http, plan, served.now, stopped)

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
