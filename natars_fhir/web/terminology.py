"""Terminology: a site's ConceptMaps, to be read, searched and asked. Each site is told its own and the standard ones.

https://hl7.org/fhir/R4/conceptmap-operation-translate.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.fhir.build import Node
from natars_fhir.mapping.terms.translate import Terminology
from natars_fhir.web.body import body_of
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.respond import Refusal, error, respond
from natars_fhir.web.search import Searched, searchset


@dataclass(frozen=True, slots=True)
class Terms:
    """Site → its terminology; site → the draft of what is not mapped yet; how canonical addresses begin."""

    of: Callable[[str], Terminology]
    draft: Callable[[str], Node | None]
    canonical_base: str


_MOST_BYTES = 1_000_000


def add_terminology(router: APIRouter, base: str, terms: Terms) -> None:
    """Adds `ConceptMap` under *base*: read, search and `$translate`."""

    def published(site: str) -> list[Node]:
        draft = terms.draft(site)
        return [*terms.of(site).maps, *([draft] if draft else [])]

    async def translate(request: Request) -> Response:
        terminology = await run_in_threadpool(terms.of, caller_of(request).site)
        asked: Mapping[str, Any] = request.query_params
        if request.method == "POST":
            asked = _flat(_json(await body_of(request, "R4", _MOST_BYTES)))
        return respond(200, _translated(terminology, asked))

    async def search(request: Request) -> Response:
        maps = await run_in_threadpool(published, caller_of(request).site)
        at, base = str(request.url), terms.canonical_base
        return respond(200, searchset("ConceptMap", maps, _SEARCHED, request.query_params, at, base))

    async def read(request: Request, ident: str) -> Response:
        maps = await run_in_threadpool(published, caller_of(request).site)
        one = next((one for one in maps if one["id"] == ident), None)
        return error(404) if one is None else respond(200, one)

    may_read, may_search = (needs("read", does, "ConceptMap") for does in "rs")
    ways = (("/$translate", translate, ["GET", "POST"], may_read), ("", search, ["GET"], may_search))
    for path, told, methods, may in (*ways, ("/{ident}", read, ["GET"], may_read)):
        router.add_api_route(f"{base}/ConceptMap{path}", told, methods=methods, response_model=None, dependencies=may)


def _translated(terminology: Terminology, asked: Mapping[str, Any]) -> Node:
    if str(asked.get("reverse", "")).lower() == "true":
        raise Refusal(422, "not-supported", "Only the way from a site's code to the trial's words is known.")
    codings = [(c.get("system", ""), c["code"]) for c in asked.get("codings", ()) if c.get("code")]
    if code := asked.get("code"):
        codings.append((str(asked.get("system", "")), str(code)))
    if not codings:
        raise Refusal(422, "required", "A code is asked for: code and system, coding, or codeableConcept.")
    return terminology.parameters(codings, str(asked.get("url", "")), str(asked.get("targetsystem", "")))


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "structure", "The body is no JSON.") from None


def _flat(body: Any) -> dict[str, Any]:
    """The Parameters of the operation, as a query would say them; codings under `codings`."""
    told: dict[str, Any] = {"codings": []}
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        raise Refusal(422, "structure", "The operation takes Parameters.")
    for one in body.get("parameter") or ():
        name, value = _parameter(one)
        if name == "coding" and isinstance(value, dict):
            told["codings"].append(value)
        elif name == "codeableConcept" and isinstance(value, dict):
            told["codings"] += [coding for coding in value.get("coding") or () if isinstance(coding, dict)]
        elif name not in ("coding", "codings", "codeableConcept"):
            told[name] = value
    return told


def _parameter(one: Any) -> tuple[str, Any]:
    if not isinstance(one, dict):
        return "", None
    return str(one.get("name", "")), next((value for key, value in one.items() if key.startswith("value")), None)


#: Search parameters → what a map has under each (https://hl7.org/fhir/R4/conceptmap.html#search).
_SEARCHED: Searched = {
    "_id": lambda one: [one["id"]],
    "url": lambda one: [one["url"]],
    "status": lambda one: [one["status"]],
    "name": lambda one: [one["name"]],
    "source-system": lambda one: [group.get("source", "") for group in one["group"]],
    "target-system": lambda one: [group["target"] for group in one["group"]],
    "source-code": lambda one: [element["code"] for group in one["group"] for element in group["element"]],
    "target-code": lambda one: [target.get("code", "") for target in _targets(one)],
}


def _targets(one: Node) -> Iterable[Node]:
    return (t for group in one["group"] for element in group["element"] for t in element.get("target", ()))


#: What the CapabilityStatement says of these routes.
CAPABILITY: Node = {
    "type": "ConceptMap",
    "interaction": [{"code": "read"}, {"code": "search-type"}],
    "searchParam": [
        {"name": name, "type": {"url": "uri", "name": "string"}.get(name, "token" if "system" not in name else "uri")}
        for name in _SEARCHED
    ],
    "operation": [{"name": "translate", "definition": "http://hl7.org/fhir/OperationDefinition/ConceptMap-translate"}],
}
