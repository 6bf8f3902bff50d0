"""What the routes work with, made of the settings, the store and the mapping that is active now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.validate import has_type
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.schema import Site
from natars_fhir.service.access.grant import Grants
from natars_fhir.service.access.hook_token import HookTokens
from natars_fhir.service.access.published import Published
from natars_fhir.service.deliver.deliver import Clock
from natars_fhir.service.deliver.subscribing import Bureau
from natars_fhir.service.export.bulk_export import Depot
from natars_fhir.service.http import client
from natars_fhir.service.ingest.foretold import foretold
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.validation import validated
from natars_fhir.service.provider.file import providers
from natars_fhir.service.remap.activate import follow
from natars_fhir.service.remap.gaps import draft
from natars_fhir.service.remap.live import Live
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Store
from natars_fhir.web.access import Access
from natars_fhir.web.body import body_of
from natars_fhir.web.bulk_export import Quay
from natars_fhir.web.cds_hooks import Ward as Bedside
from natars_fhir.web.limits import Rates
from natars_fhir.web.needs import caller_of
from natars_fhir.web.oauth import TOKEN_PATH, add_token
from natars_fhir.web.pages.desk import Desk as Reception
from natars_fhir.web.pull import Listening, add_pull
from natars_fhir.web.questionnaire import Forms
from natars_fhir.web.respond import error, respond
from natars_fhir.web.response import is_ours
from natars_fhir.web.subjects import Office, add_subjects
from natars_fhir.web.subscriptions import Desk as Subscribers
from natars_fhir.web.terminology import Terms

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


def validating(served: Served, version: Name) -> Callable[[Request], Awaitable[Response]]:
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


def terms(served: Served) -> Terms:
    """What is published for a site, as the mapping that is active now has it."""

    def waiting(site: str) -> Node | None:
        here = served.live.active
        mapping = here.any_version(site).mapping
        return draft(served.store.of(site), mapping, here.hints(site), here.terms(site).publisher)

    return Terms(lambda site: served.live.active.terms(site), waiting, served.settings.canonical_base)


def forms(served: Served) -> Forms:
    """The trial's form, and whose it is filled for, as the mapping that is active now has them."""
    live, base = served.live, served.settings.canonical_base
    return Forms(
        served.store,
        lambda: live.active.intake,
        lambda site: live.active.mappings.sites[site],
        base,
        served.now,
    )


def quay(served: Served) -> Quay:
    """Where exports are asked for and fetched: of the sites that the mapping has that is active now."""
    live, settings = served.live, served.settings
    here = (lambda: tuple(sorted(live.active.readers)), settings.export_folder, settings.export_jobs, served.now)
    depot = Depot(served.store, served.intake.key, *here)
    return Quay(depot, lambda: live.active.mappings.sites, lambda: live.active.intake.study, settings.address)


def subjects(served: Served) -> APIRouter:
    """What is told of the trial's subjects by their pseudonyms, and what hospitals' servers tell us."""
    router = APIRouter()

    def sites() -> Mapping[str, Site]:
        return served.live.active.mappings.sites

    add_subjects(router, Office(served.store, lambda: served.intake, sites, served.now))
    add_pull(router, Listening(served.store, lambda: served.intake.key, sites, served.now))
    return router


def tokens(served: Served) -> APIRouter:
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


def subscribers(served: Served) -> Subscribers:
    """Who wants to be told, as the mapping that is active now has the sites."""
    live, settings = served.live, served.settings

    def bureau() -> Bureau:
        return Bureau(served.store, live.active.intake.key, settings.canonical_base, settings.address)

    return Subscribers(bureau, lambda site: live.active.mappings.sites[site], served.now)


def reception(served: Served) -> Reception:
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


def bedside(served: Served) -> Bedside:
    """Where records are opened."""
    settings = served.settings
    tokens = HookTokens(served.store, Published(lambda: client(_KEYS_TIMEOUT)))
    told = (settings.address, settings.pages_url, settings.most_bytes)
    return Bedside(served.store, lambda: served.live.active, tokens, *told, served.now)
