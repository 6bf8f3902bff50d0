"""The application: FHIR bases for R4 and R5, and what operations ask. https://fastapi.tiangolo.com"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.validate import has_type
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.schema import Site
from natars_fhir.service.access.grant import Grants
from natars_fhir.service.access.hook_token import HookTokens
from natars_fhir.service.access.published import Published
from natars_fhir.service.activate import follow
from natars_fhir.service.bulk_export import Depot
from natars_fhir.service.deliver import Clock
from natars_fhir.service.foretold import foretold
from natars_fhir.service.gaps import draft
from natars_fhir.service.http import client
from natars_fhir.service.ingest import push
from natars_fhir.service.intake import Intake
from natars_fhir.service.live import Active, Live, active
from natars_fhir.service.mapped import last_turn, with_desk
from natars_fhir.service.provider.file import providers
from natars_fhir.service.secret import secret
from natars_fhir.service.subscribing import Bureau
from natars_fhir.service.validation import validated
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Pool, Store, open_store
from natars_fhir.web.access import Access, access, named_sites
from natars_fhir.web.body import body_of
from natars_fhir.web.bulk_export import Quay, add_bulk_export, export_files
from natars_fhir.web.capability import capability
from natars_fhir.web.cds_hooks import PATH as HOOKS_PATH
from natars_fhir.web.cds_hooks import Ward as Bedside
from natars_fhir.web.cds_hooks import hooks
from natars_fhir.web.guard import Guard
from natars_fhir.web.interactions import Door, add_interactions, as_preferred, searched_by
from natars_fhir.web.limits import AtOnce, Patience, Rates
from natars_fhir.web.living import Work, living
from natars_fhir.web.message import add_messages
from natars_fhir.web.metrics import Metrics
from natars_fhir.web.needs import caller_of, needs, undeclared
from natars_fhir.web.negotiation import agreed
from natars_fhir.web.nowhere import Why, why_nowhere
from natars_fhir.web.oauth import TOKEN_PATH, add_configuration, add_token
from natars_fhir.web.openapi import add_openapi
from natars_fhir.web.operations import Watch, operations
from natars_fhir.web.origins import Origins
from natars_fhir.web.pages.desk import Desk as Reception
from natars_fhir.web.pages.entrance import Elsewhere
from natars_fhir.web.pages.refused import elsewhere, failed, to_people
from natars_fhir.web.pages.routes import pages
from natars_fhir.web.presented import Presented
from natars_fhir.web.pull import Listening, add_pull
from natars_fhir.web.quarantine import Ward, quarantine_routes
from natars_fhir.web.questionnaire import Forms, add_questionnaire
from natars_fhir.web.respond import Refusal, error, refuse, respond
from natars_fhir.web.response import Desk, add_responses, is_ours
from natars_fhir.web.subjects import Office, add_subjects
from natars_fhir.web.subscriptions import Desk as Subscribers
from natars_fhir.web.subscriptions import add_subscriptions
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
    app.state.pages = _reception(served)
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
        yield export_files(base, version, _quay(served))
    yield quarantine_routes(Ward(served.store, lambda: live.active, served.now))
    yield operations(Watch(served.store, live, served.settings.key_file, work.metrics, served.now))
    yield _subjects(served)
    yield _tokens(served)
    yield hooks(_bedside(served))
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
    add_bulk_export(router, base, version, _quay(served))
    add_questionnaire(router, base, version, _forms(served))
    add_subscriptions(router, base, version, _subscribers(served))
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
        asked, most = tuple(request.query_params), served.settings.most_entries
        answer = await run_in_threadpool(validated, raw, version, most, kind, asked, _push_would(served, site, version))
        return respond(answer.status, answer.body)

    return validate


def _push_would(served: Served, site: str, version: Name) -> Callable[[bytes], list[Node]]:
    """What a push of a resource would be told at the site; nothing more where the caller is no site's."""
    here, most = served.live.active, served.settings.most_entries
    base = here.intake.canonical_base

    def told(resource: bytes) -> list[Node]:
        if is_ours(resource, base) or site not in here.readers:
            return []
        return foretold(resource, here.readers[site][version], most, base)

    return told


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
        lambda: live.active.intake,
        lambda site: live.active.mappings.sites[site],
        base,
        served.now,
    )


def _quay(served: Served) -> Quay:
    """Where exports are asked for and fetched: of the sites that the mapping has that is active now."""
    live, settings = served.live, served.settings
    here = (lambda: tuple(sorted(live.active.readers)), settings.export_folder, settings.export_jobs, served.now)
    depot = Depot(served.store, served.intake.key, *here)
    return Quay(depot, lambda: live.active.mappings.sites, lambda: live.active.intake.study, settings.address)


def _subjects(served: Served) -> APIRouter:
    """What is told of the trial's subjects by their pseudonyms, and what hospitals' servers tell us."""
    router = APIRouter()

    def sites() -> Mapping[str, Site]:
        return served.live.active.mappings.sites

    add_subjects(router, Office(served.store, lambda: served.intake, sites, served.now))
    add_pull(router, Listening(served.store, lambda: served.intake.key, sites, served.now))
    return router


def _tokens(served: Served) -> APIRouter:
    """Where clients ask for tokens."""
    router, settings, noted = APIRouter(), served.settings, Rates(_NOTED)
    published = Published(lambda: client(_KEYS_TIMEOUT))
    grants = Grants(
        served.store,
        served.intake.key,
        published,
        settings.address + TOKEN_PATH,
        settings.token_seconds,
        lambda _: None,
        noted.once_more,
    )
    add_token(router, served.access, grants)
    return router


def _subscribers(served: Served) -> Subscribers:
    """Who wants to be told, as the mapping that is active now has the sites."""
    live, settings = served.live, served.settings

    def bureau() -> Bureau:
        return Bureau(served.store, live.active.intake.key, settings.canonical_base, settings.address)

    return Subscribers(bureau, lambda site: live.active.mappings.sites[site], served.now)


def _reception(served: Served) -> Reception:
    """Where people come in. Raises MappingError where the file of providers has faults."""
    settings, live = served.settings, served.live
    known = providers(settings.providers, live.active.readers)
    return Reception(
        settings,
        served.store,
        lambda: live.active,
        served.now,
        lambda: follow(live),
        served.access.rates.admit,
        providers=known,
    )


def _bedside(served: Served) -> Bedside:
    """Where records are opened."""
    settings = served.settings
    tokens = HookTokens(served.store, Published(lambda: client(_KEYS_TIMEOUT)))
    told = (settings.address, settings.pages_url, settings.most_bytes)
    return Bedside(served.store, lambda: served.live.active, tokens, *told, served.now)


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
