"""The application: FHIR bases for R4 and R5, and what operations ask. https://fastapi.tiangolo.com"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.service.deliver.deliver import Clock
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.remap.live import Active, Live, active
from natars_fhir.service.remap.mapped import last_turn, with_desk
from natars_fhir.service.upkeep.secret import secret
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Pool, Store, open_store
from natars_fhir.web.access import access, named_sites
from natars_fhir.web.body import body_of
from natars_fhir.web.bulk_export import add_bulk_export, export_files
from natars_fhir.web.capability import capability
from natars_fhir.web.cds_hooks import PATH as HOOKS_PATH
from natars_fhir.web.cds_hooks import hooks
from natars_fhir.web.guard import Guard
from natars_fhir.web.interactions import Door, add_interactions, as_preferred, searched_by
from natars_fhir.web.limits import AtOnce, Patience
from natars_fhir.web.living import Work, living
from natars_fhir.web.message import add_messages
from natars_fhir.web.metrics import Metrics
from natars_fhir.web.needs import caller_of, needs, undeclared
from natars_fhir.web.negotiation import agreed
from natars_fhir.web.nowhere import Why, why_nowhere
from natars_fhir.web.oauth import add_configuration
from natars_fhir.web.openapi import add_openapi
from natars_fhir.web.operations import Watch, operations
from natars_fhir.web.origins import Origins
from natars_fhir.web.pages.desk import Desk as Reception
from natars_fhir.web.pages.entrance import Elsewhere
from natars_fhir.web.pages.refused import elsewhere, failed, to_people
from natars_fhir.web.pages.routes import pages
from natars_fhir.web.presented import Presented
from natars_fhir.web.quarantine import Ward, quarantine_routes
from natars_fhir.web.questionnaire import add_questionnaire
from natars_fhir.web.respond import Refusal, error, refuse, respond
from natars_fhir.web.response import Desk, add_responses, is_ours
from natars_fhir.web.served import (
    Served,
    bedside,
    forms,
    quay,
    reception,
    subjects,
    subscribers,
    terms,
    tokens,
    validating,
)
from natars_fhir.web.subscriptions import add_subscriptions
from natars_fhir.web.terminology import add_terminology

#: Each base speaks one version.
BASES: Mapping[str, Name] = {"/fhir/r4": "R4", "/fhir/r5": "R5"}


def _pool(settings: Settings) -> Pool:
    return Pool(settings.database_connections, settings.database_connections_more, settings.database_wait)


def create_app(settings: Settings, *, now: Clock = lambda: datetime.now(UTC), store: Store | None = None) -> FastAPI:
    """The application. Raises MappingError, SecretError or StoreError where it cannot start, KeyError for a token
    whose site has no mapping file."""
    first, named, versions = [load(settings.mappings, settings.trial)], named_sites(settings), [*BASES.values()]
    for site in named:
        first[0].sites[site]  # a token without a file is told before a store is made
    opened = open_store(settings.database, _pool(settings)) if store is None else store
    key = secret(settings.key_file, opened)

    def made() -> Active:
        return over(first.pop() if first else load(settings.mappings, settings.trial))

    def over(folder: Mappings) -> Active:
        told, turn = with_desk(opened, folder)
        return active(told, settings, key, {*folder.sites} | named, versions, folder, turn)

    live = Live(made, over, lambda: last_turn(opened))
    served = Served(settings, opened, live, access(settings, opened, now, lambda: live.active.readers), now)
    work = Work(settings, opened, live, now, Metrics())
    app = FastAPI(
        title="natars-fhir",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=living(work, ours=store is None),
    )
    app.state.live, app.state.access, app.state.most_depth = live, served.access, settings.most_depth
    app.state.close, app.state.due = opened.close, work.due
    app.add_middleware(Origins, path=HOOKS_PATH, origins=settings.hook_origins)
    app.add_middleware(Presented)
    app.add_middleware(GZipMiddleware, compresslevel=1)
    app.add_middleware(Patience, wait=settings.body_wait)
    app.add_middleware(AtOnce, most=settings.most_at_once, people=failed)
    app.add_middleware(Guard, metrics=work.metrics, people=failed)
    app.add_exception_handler(HTTPException, to_people(_http_error))
    app.add_exception_handler(Refusal, to_people(_refusal))
    app.add_exception_handler(Elsewhere, elsewhere)
    app.state.pages = reception(served)
    for router in _routers(served, work, app.state.pages):
        app.router.routes.extend(router.routes)  # as they are: include_router would build each of them once more
    add_openapi(app.router, app.routes)
    if forgotten := undeclared(app.routes):
        raise RuntimeError(f"routes that do not say who may (web/needs.py): {', '.join(forgotten)}")
    return app


def _routers(served: Served, work: Work, reception: Reception) -> Iterator[APIRouter]:
    """Every route, in the order in which they are asked."""
    live = served.live
    for base, version in BASES.items():
        yield _base(served, base, version)
        yield export_files(base, version, quay(served))
    yield quarantine_routes(Ward(served.store, lambda: live.active, served.now))
    yield operations(Watch(served.store, live, served.settings.key_file, work.metrics, served.now))
    yield subjects(served)
    yield tokens(served)
    yield hooks(bedside(served))
    yield pages(reception)


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
    check, known = validating(served, version), needs("known")
    for path in (f"{base}/$validate", f"{base}/{{kind}}/$validate"):
        router.add_api_route(path, check, methods=["POST"], response_model=None, dependencies=known)
    anybody = needs("anybody")
    router.add_api_route(
        f"{base}/metadata", metadata, methods=["GET", "HEAD"], response_model=None, dependencies=anybody
    )
    add_configuration(router, base, served.settings.address)
    add_responses(router, base, version, desk)
    if version == "R4":
        add_terminology(router, base, terms(served))
    add_bulk_export(router, base, version, quay(served))
    add_questionnaire(router, base, version, forms(served))
    add_subscriptions(router, base, version, subscribers(served))
    add_messages(router, base, version, door)
    add_interactions(router, base, version, door)
    return router


async def _http_error(request: Request, fault: Exception) -> Response:
    status, headers = (fault.status_code, fault.headers) if isinstance(fault, HTTPException) else (500, None)
    if status == 404 and (why := _why_nowhere(request)):
        return refuse(*why, headers)
    return error(status, headers)


def _why_nowhere(request: Request) -> Why | None:
    """What is wrong with an address under one of the bases."""
    path = request.url.path
    found = ((below, version) for base, version in BASES.items() if (below := path.removeprefix(f"{base}/")) != path)
    return next((why_nowhere(request.method, below, version) for below, version in found), None)


async def _refusal(_: Request, fault: Exception) -> Response:
    if not isinstance(fault, Refusal):
        return error(500)
    if fault.outcome is not None:
        return respond(fault.status, fault.outcome, fault.headers)
    return refuse(fault.status, fault.code, fault.text, fault.headers)
