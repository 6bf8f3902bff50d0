"""A small hospital for the demonstration: a real HTTP server that keeps what it is sent, as a FHIR server would.

It knows conditional update by identifier (https://hl7.org/fhir/R4/http.html#cond-update), update, read and search by
type: enough for what we deliver. It is no FHIR server.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_JSON = "application/fhir+json"


class Hospital:
    """What the hospital holds: type → id → resource."""

    def __init__(self) -> None:
        self.holds: dict[str, dict[str, dict[str, Any]]] = {}
        self.app = Starlette(
            routes=[
                Route("/fhir/{kind}", self._conditional, methods=["PUT"]),
                Route("/fhir/{kind}", self._search, methods=["GET"]),
                Route("/fhir/{kind}/{ident}", self._update, methods=["PUT"]),
                Route("/fhir/{kind}/{ident}", self._read, methods=["GET"]),
            ]
        )

    async def _conditional(self, request: Request) -> Response:
        kind, (system, _, value) = request.path_params["kind"], request.query_params["identifier"].partition("|")
        resource = json.loads(await request.body())
        found = [
            ident
            for ident, held in self.holds.get(kind, {}).items()
            if any(i.get("system") == system and i.get("value") == value for i in held.get("identifier", ()))
        ]
        return self._put(kind, found[0] if found else str(uuid.uuid4()), resource, made=not found)

    async def _update(self, request: Request) -> Response:
        kind, ident = request.path_params["kind"], request.path_params["ident"]
        return self._put(kind, ident, json.loads(await request.body()), made=ident not in self.holds.get(kind, {}))

    def _put(self, kind: str, ident: str, resource: dict[str, Any], *, made: bool) -> Response:
        self.holds.setdefault(kind, {})[ident] = {**resource, "id": ident}
        headers = {"location": f"/fhir/{kind}/{ident}/_history/1"}
        return JSONResponse({**resource, "id": ident}, 201 if made else 200, headers, media_type=_JSON)

    async def _read(self, request: Request) -> Response:
        held = self.holds.get(request.path_params["kind"], {}).get(request.path_params["ident"])
        return JSONResponse(held, media_type=_JSON) if held else Response(status_code=404)

    async def _search(self, request: Request) -> Response:
        entries = [{"resource": held} for held in self.holds.get(request.path_params["kind"], {}).values()]
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
        return JSONResponse(bundle, media_type=_JSON)
