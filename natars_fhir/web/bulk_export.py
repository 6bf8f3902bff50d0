"""Bulk Data over HTTP: `$export` of everything, of the patients, of a group; its status; its files.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html. Addresses begin as the installation says that it is reached,
and never as a request says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.study import Study
from natars_fhir.fhir import typed
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.schema import Site
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.export import bulk_export
from natars_fhir.service.export.bulk_export import Depot, ExportRefusedError
from natars_fhir.service.export.bulk_export_asked import Wanted, understood
from natars_fhir.service.export.bulk_export_whom import of_group
from natars_fhir.service.export.ndjson_files import PACKED
from natars_fhir.store.exports import File, Job
from natars_fhir.web.body import body_of
from natars_fhir.web.given import http_date
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.negotiation import preference
from natars_fhir.web.respond import Refusal, refuse, respond

_P = ParamSpec("_P")
_T = TypeVar("_T")
STATUS, FILE = "$export-status", "$export-file"
_MOST_BYTES = 1_000_000
_GROUP = "Group/{ident:fhirid}"
_ONE = r"(?:\d{1,18}-\d{0,18}|-\d{1,18})"
_RANGES = re.compile(rf"bytes=({_ONE}(?: *, *{_ONE})*)")
_NDJSON = "application/fhir+ndjson"
_OPERATION = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"

#: Path under the base → the operation's name and definition, as the CapabilityStatement tells them.
OPERATIONS: Mapping[tuple[str, str], tuple[str, str]] = {("GET", "/$export"): ("export", f"{_OPERATION}/export")}
#: … and the type on which they are asked.
ON_TYPES: Mapping[tuple[str, str], tuple[str, Mapping[str, str]]] = {
    ("GET", "/Patient/$export"): ("Patient", {"name": "export", "definition": f"{_OPERATION}/patient-export"}),
    ("GET", f"/{_GROUP}/$export"): ("Group", {"name": "export", "definition": f"{_OPERATION}/group-export"}),
}
STANDARD = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"


@dataclass(frozen=True, slots=True)
class Quay:
    """What the routes work with; *address* is how the server is reached."""

    depot: Depot
    sites: Callable[[], Mapping[str, Site]]
    study: Callable[[], Study]
    address: str


@dataclass(frozen=True, slots=True)
class _Routes:
    """The routes of one base."""

    quay: Quay
    path: str
    version: Name

    async def kick_off(self, request: Request, ident: str = "") -> Response:
        """Takes a job in."""
        preferred = preference(request)
        if not preferred.later and not preferred.lenient:
            raise Refusal(400, "required", "An export is made later, and never at once: Prefer: respond-async.")
        who, asked = caller_of(request), await self._asked(request)
        by_post = request.method == "POST"
        wanted = understood(asked, lenient=preferred.lenient, by_post=by_post, version=self.version)
        if not isinstance(wanted, Wanted):
            return respond(400, operation_outcome(wanted))
        url = self.quay.address + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        work = partial(self._take, who, self._of(who, wanted, ident), url, lenient=preferred.lenient)
        job = await run_in_threadpool(work)
        text = Issue("information", "informational", "", "The export is noted: ask for its status at Content-Location.")
        return respond(202, operation_outcome([text]), {"Content-Location": self._at(STATUS, job.id)})

    async def status(self, request: Request, ident: str) -> Response:
        """How far it is, or what there is to fetch."""
        depot = self.quay.depot
        job, ahead = await run_in_threadpool(_refusing, bulk_export.known, depot, caller_of(request), ident)
        if job.state != "done":
            return Response(status_code=202, headers=bulk_export.progress(job, ahead, depot.now()))
        told = await run_in_threadpool(bulk_export.manifest, depot, job, lambda name: self._at(FILE, job.id, name))
        over = {"Expires": http_date(job.expires)} if job.expires else {}
        return JSONResponse(told, headers={**over, "Cache-Control": "no-store"})

    async def remove(self, request: Request, ident: str) -> Response:
        """Ends it, and takes its files away."""
        await run_in_threadpool(_refusing, bulk_export.taken_away, self.quay.depot, caller_of(request), ident)
        text = Issue("information", "informational", "", "The export is taken away.")
        return respond(202, operation_outcome([text]))

    async def file(self, request: Request, ident: str, name: str) -> Response:
        """A file, from any byte on."""
        job, file = await run_in_threadpool(
            _refusing, bulk_export.fetched, self.quay.depot, caller_of(request), ident, name
        )
        return _given(request, job, file)

    async def _asked(self, request: Request) -> list[tuple[str, str]]:
        asked = parse_qsl(request.url.query, keep_blank_values=True)
        if request.method != "POST" or request.headers.get("content-length", "") == "0":
            return asked
        return asked + _parameters(await body_of(request, self.version, _MOST_BYTES))

    def _of(self, who: Caller, wanted: Wanted, ident: str) -> Wanted:
        """Of a Group where one is named: another site's is none."""
        if not ident:
            return wanted
        found = of_group(ident, self.quay.sites(), self.quay.study(), "" if who.across else who.site)
        if found is None:
            raise Refusal(404, "not-found", "There is no such Group of the trial's subjects.")
        return replace(wanted, site=found[0], arm=found[1])

    def _take(self, who: Caller, wanted: Wanted, url: str, *, lenient: bool) -> Job:
        return _refusing(bulk_export.kick_off, self.quay.depot, who, wanted, url, lenient=lenient)

    def _at(self, *places: str) -> str:
        return "/".join((self.quay.address + self.path, *places))


def _refusing(work: Callable[_P, _T], *given: _P.args, **more: _P.kwargs) -> _T:
    """A refusal of the service, as an answer."""
    try:
        return work(*given, **more)
    except ExportRefusedError as refused:
        wait = {"Retry-After": "60"} if refused.status == 429 else None
        raise Refusal(refused.status, refused.issue.code, refused.issue.text, wait) from None


def _parameters(raw: bytes) -> list[tuple[str, str]]:
    """What a Parameters resource asks (https://hl7.org/fhir/R4/parameters.html)."""
    try:
        told = typed.decode(raw, _Parameters)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "structure", "The body is a Parameters resource.") from None
    return [(one.get("name", ""), _value(one)) for one in told.parameter if isinstance(one.get("name", ""), str)]


class _Parameters(msgspec.Struct, tag_field="resourceType", tag="Parameters"):
    parameter: list[dict[str, Any]] = []


def _value(parameter: Mapping[str, Any]) -> str:
    value = next((value for name, value in parameter.items() if name.startswith("value")), "")
    if isinstance(value, dict):
        value = value.get("reference", "")
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _given(request: Request, job: Job, file: File) -> Response:
    """The file, or its gzip, each a representation with a tag of its own: https://www.rfc-editor.org/rfc/rfc9110#range.requests"""
    small = _takes_gzip(request.headers.get("accept-encoding", ""))
    if not set(_forms(request.headers.get("accept", ""))) & {_NDJSON, "application/ndjson", "application/*", "*/*"}:
        return refuse(406, "not-supported", f"Files are NDJSON: {_NDJSON}.")
    tag = f'"{file.digest}{"-gzip" if small else ""}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    size = file.packed if small else file.size
    if not _satisfiable(request, tag, size):
        text = "The file is not so long."
        return refuse(416, "processing", text, {"Content-Range": f"bytes */{size}", **headers})
    headers |= {"Content-Encoding": "gzip" if small else "identity"}  # said, so that nobody on the way compresses it
    path = Path(job.folder) / job.id / (file.name + (PACKED if small else ""))
    return FileResponse(path, headers=headers, media_type=_NDJSON)


def _satisfiable(request: Request, tag: str, size: int) -> bool:
    """Can what is asked of the file be given? A range that is none, or is of another file, counts for nothing."""
    told = request.headers.get("range", "")
    found = _RANGES.fullmatch(told.strip())
    pairs = [one.strip().partition("-") for one in found[1].split(",")] if found else []
    backward = any(first and last and int(first) > int(last) for first, _, last in pairs)
    if not pairs or backward or request.headers.get("if-range", tag) != tag:
        request.scope["headers"] = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
        return True
    return all(int(first) < size if first else int(last or 0) > 0 for first, _, last in pairs)


def _takes_gzip(accept: str) -> bool:
    """Is gzip named, and not with a weight of nothing?"""
    told = [one.replace(" ", "").lower().partition(";q=") for one in accept.split(",")]
    return any(name in ("gzip", "x-gzip") and (weight or "1").strip("0.") for name, _, weight in told)


def _forms(accept: str) -> list[str]:
    return [one.partition(";")[0].strip().lower() for one in accept.split(",") if one.strip()] or ["*/*"]


def add_bulk_export(router: APIRouter, base: str, version: Name, quay: Quay) -> None:
    """Adds the kick-offs and the status under *base*."""
    here, may = _Routes(quay, base, version), needs("bulk")
    for path in (f"{base}/$export", f"{base}/Patient/$export", f"{base}/{_GROUP}/$export"):
        router.add_api_route(path, here.kick_off, methods=["GET", "POST"], response_model=None, dependencies=may)
    one = f"{base}/{STATUS}/{{ident}}"
    router.add_api_route(one, here.status, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(one, here.remove, methods=["DELETE"], response_model=None, dependencies=may)


def export_files(base: str, version: Name, quay: Quay) -> APIRouter:
    """The files, which are NDJSON and no single resource: what a base agrees on with its callers is not asked here."""
    router = APIRouter()
    path = f"{base}/{FILE}/{{ident}}/{{name}}"
    work = _Routes(quay, base, version).file
    router.add_api_route(path, work, methods=["GET", "HEAD"], response_model=None, dependencies=needs("bulk"))
    return router
