"""The screening form over HTTP: everybody may read what is published of the trial, and a site asks for its own
patients' prefilled forms.

https://hl7.org/fhir/R4/questionnaire.html, http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.emit.bilingual import spoken
from natars_fhir.emit.published import published
from natars_fhir.emit.questionnaire import questionnaire
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.fhir.versions import VERSIONS, Name
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.populate import Populated, populate
from natars_fhir.store.engine import Store
from natars_fhir.web.body import body_of
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.questionnaire_asked import Form, asked
from natars_fhir.web.respond import Refusal, error, respond
from natars_fhir.web.search import Searched, searchset

_MOST_BYTES = 4_000_000
_CANONICAL: Searched = {
    "_id": lambda one: [one["id"]],
    "url": lambda one: [one["url"], f"{one['url']}|{one['version']}"],
    "version": lambda one: [one["version"]],
    "status": lambda one: [one["status"]],
}
_WITHOUT_ADDRESS: Searched = {"_id": lambda one: [one["id"]]}

#: The types that are published, and by what each is searched.
PUBLISHED: dict[str, Searched] = {
    "Questionnaire": _CANONICAL,
    "CodeSystem": _CANONICAL,
    "EvidenceVariable": _CANONICAL,
    "Group": _WITHOUT_ADDRESS,
}


@dataclass(frozen=True, slots=True)
class Forms:
    """What the routes work with; intake and site are those of the mapping that is active now."""

    store: Store
    intake: Callable[[], Intake]
    site: Callable[[str], Site]
    canonical_base: str
    now: Callable[[], datetime]


def add_questionnaire(router: APIRouter, base: str, version: Name, forms: Forms) -> None:
    """Adds the published types under *base*, to be read and searched, and `Questionnaire/$populate`."""
    for kind in PUBLISHED:
        _add_published(router, base, version, kind, forms)

    async def fill(request: Request, ident: str | None = None) -> Response:
        site = caller_of(request).site
        body = _json(await body_of(request, version, _MOST_BYTES))
        made = await run_in_threadpool(_filled, forms, site, body, ident, _language(request))
        return respond(200, VERSIONS[version].from_r4(made)[0])

    may = needs("read", "r", "QuestionnaireResponse")
    for path in ("Questionnaire/$populate", "Questionnaire/{ident}/$populate"):
        router.add_api_route(f"{base}/{path}", fill, methods=["POST"], response_model=None, dependencies=may)


def _add_published(router: APIRouter, base: str, version: Name, kind: str, forms: Forms) -> None:
    def told(request: Request) -> list[Node]:
        every = published(forms.intake().study, forms.canonical_base)
        own = [one for one in every if one["resourceType"] == kind]
        return [VERSIONS[version].from_r4(spoken(one, _language(request)))[0] for one in own]

    async def search(request: Request) -> Response:
        at, asked_for = str(request.url), request.query_params
        return respond(200, searchset(kind, told(request), PUBLISHED[kind], asked_for, at, forms.canonical_base))

    async def read(request: Request, ident: str) -> Response:
        one = next((one for one in told(request) if one["id"] == ident), None)
        return error(404) if one is None else respond(200, one)

    for path, told_by in (("", search), ("/{ident}", read)):
        router.add_api_route(
            f"{base}/{kind}{path}", told_by, methods=["GET"], response_model=None, dependencies=needs("anybody")
        )


def _filled(forms: Forms, site: str, body: object, ident: str | None, language: str) -> Node:
    """The Parameters that the operation answers with. Raises Refusal."""
    study, base = forms.intake().study, forms.canonical_base
    blank = questionnaire(study, base)
    what = asked(body, Form(blank["id"], blank["url"], blank["version"]), ident)
    made = populate(forms.store.of(site), forms.intake(), forms.site(site), what.subject, forms.now())
    if made is None:
        raise Refusal(404, "not-found", "The site has pushed nothing of such a patient.")
    return _parameters(Populated(spoken(made.response, language), (*what.issues, *made.issues)))


def _parameters(made: Populated) -> Node:
    response: Node = {"name": "response", "resource": made.response}
    issues = [{"name": "issues", "resource": operation_outcome(made.issues)}] if made.issues else []
    return {"resourceType": "Parameters", "parameter": [response, *issues]}


def _json(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "structure", "The body is no JSON.") from None


def _language(request: Request) -> str:
    """Chinese where the caller prefers it to English (https://www.rfc-editor.org/rfc/rfc9110#field.accept-language)."""
    tags = [tag.split(";")[0].strip().lower() for tag in request.headers.get("accept-language", "").split(",")]
    known = [tag.partition("-")[0] for tag in tags if tag.partition("-")[0] in ("en", "zh")]
    return known[0] if known else "en"


def _searched_as(name: str) -> str:
    return "uri" if name == "url" else "token"


#: What the CapabilityStatement says of these routes.
CAPABILITIES: dict[str, Node] = {
    kind: {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": _searched_as(name)} for name in searched],
    }
    for kind, searched in PUBLISHED.items()
}
CAPABILITIES["Questionnaire"]["operation"] = [
    {"name": "populate", "definition": "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate"}
]
