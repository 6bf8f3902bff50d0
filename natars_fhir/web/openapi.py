"""`/openapi.json`: every route with its parameters, bodies and errors, for people and their tools.

https://spec.openapis.org/oas/v3.1.0. It is made of the routes, so it names what there is; what FHIR says of a resource
is FHIR's to say (the CapabilityStatement), and only its outline stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute

from natars_fhir import __version__
from natars_fhir.fhir.r4.structs import RESOURCES
from natars_fhir.web.needs import declared, needs, reachable

PATH = "/openapi.json"
_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
_FHIR = "application/fhir+json"
_RESOURCE = {"$ref": "#/components/schemas/Resource"}
_OUTCOME = {"description": "why not", "content": {_FHIR: {"schema": {"$ref": "#/components/schemas/OperationOutcome"}}}}
_WORD = {"type": "string", "minLength": 1}
#: What a place in an address looks like.
_PLACES: Mapping[str, Any] = {
    "kind": {"type": "string", "enum": sorted(RESOURCES)},
    "ident": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
    "version": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
    "number": {"type": "integer", "minimum": 0},
}
_SCHEMAS = {
    "Resource": {
        "type": "object",
        "required": ["resourceType"],
        "properties": {
            "resourceType": {"type": "string", "enum": ["Bundle", "Parameters", *sorted(RESOURCES)]},
            "id": {"type": "string"},
            "type": {"type": "string"},
            "entry": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}},
        },
    },
    "Entry": {
        "type": "object",
        "properties": {
            "fullUrl": {"type": "string"},
            "resource": {"type": "object"},
            "request": {"type": "object", "properties": {"method": {"type": "string"}, "url": {"type": "string"}}},
        },
    },
    "OperationOutcome": {
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        },
    },
}


def add_openapi(router: APIRouter, routes: Sequence[BaseRoute]) -> None:
    """Adds the document of *routes*, which are read when it is asked for: what is added later stands in it too."""

    async def document() -> Response:
        return JSONResponse(described(routes))

    router.add_api_route(PATH, document, methods=["GET"], response_model=None, dependencies=needs("anybody"))


def described(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for path, route in reachable(routes):
        here = paths.setdefault(_PLACE.sub(r"{\1}", path), {})
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            here[method.lower()] = _operation(path, method, declared(route))
    return {
        "openapi": "3.1.0",
        "info": {"title": "natars-fhir", "version": __version__, "license": {"name": "Apache-2.0"}},
        "security": [{"bearer": []}],
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }


def _operation(path: str, method: str, needed: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": f"{method} {path}",
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": _PLACES.get(name, {"type": "string", "minLength": 1}),
            }
            for name in _PLACE.findall(path)
        ],
        "responses": {"2XX": {"description": "done"}, "4XX": _OUTCOME, "5XX": _OUTCOME},
    }
    if needed is not None and needed.may == "anybody":
        told["security"] = []
    if method in ("POST", "PUT", "PATCH"):
        told["requestBody"] = {"content": _bodies(path), "required": path.startswith("/fhir")}
    return told


def _bodies(path: str) -> dict[str, Any]:
    if path.startswith("/fhir"):
        form = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
        return form if path.endswith("/_search") else {_FHIR: {"schema": _RESOURCE}}
    if path.startswith("/auth"):
        return {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
    return {"application/json": {"schema": {"type": "object"}}}
