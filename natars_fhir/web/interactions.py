"""Interactions over HTTP: create, read, update, delete, history and search of a site's own resources.

https://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.validate import has_type
from natars_fhir.fhir.versions import Name
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.access.roles import May
from natars_fhir.service.ingest.interactions import Done, Interaction, interact
from natars_fhir.service.ingest.preferred import MORE, preferred
from natars_fhir.service.remap.live import Active
from natars_fhir.service.search.query import parameters
from natars_fhir.service.search.reading_back import TOLD, Asker, about_patients, read
from natars_fhir.service.upkeep.audit import note
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.web.body import body_of
from natars_fhir.web.given import Given, base_of, given, history_given, http_date, searched
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.negotiation import preference
from natars_fhir.web.nowhere import NO_TYPE
from natars_fhir.web.respond import Refusal, error, refuse, respond

Answering = Callable[[Request], Awaitable[Response]]


class _Type(Convertor[str]):
    """The name of a type of resource."""

    regex = "[A-Z][A-Za-z]+"

    def convert(self, value: str) -> str:
        """Itself."""
        return value

    def to_string(self, value: str) -> str:
        """Itself."""
        return value


class _Id(_Type):
    """https://hl7.org/fhir/R4/datatypes.html#id"""

    regex = r"[A-Za-z0-9\-.]{1,64}"


register_url_convertor("fhirtype", _Type())
register_url_convertor("fhirid", _Id())

#: As many bytes as a search by POST may have.
_MOST_FORM = 100_000

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})

TYPE = "/{kind:fhirtype}"
INSTANCE = f"{TYPE}/{{ident:fhirid}}"


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes work with."""

    store: Store
    active: Callable[[], Active]
    most_bytes: int
    now: Callable[[], datetime]

    def asker(self, who: Caller, version: Name) -> Asker:
        """Who asks, as the mapping that is active now has it."""
        here = self.active()
        return Asker(who.site, version, here.intake.key, here.readers[who.site][version].mapping, who)


#: What a method at a path does: the function, and what its caller needs.
Way = tuple[Answering, May, str]


def add_interactions(router: APIRouter, base: str, version: Name, door: Door) -> None:
    """Adds the interactions of types and of single resources under *base*; after every route of a path of its own."""
    at = _At(base, version, door)
    find: Way = (at.search, "read", "s")
    read: Way = (at.read, "read", "r")
    history: Way = (at.history, "read", "r")
    paths: Mapping[str, Mapping[str, Way]] = {
        TYPE: {
            "GET": find,
            "POST": (at.create, "push", "c"),
            "PUT": (at.update_if, "push", "u"),
            "DELETE": (at.delete_if, "push", "d"),
        },
        f"{TYPE}/_search": {"POST": find},
        INSTANCE: {"GET": read, "PUT": (at.update, "push", "u"), "DELETE": (at.delete, "push", "d")},
        f"{INSTANCE}/_history": {"GET": history},
        f"{INSTANCE}/_history/{{number:fhirid}}": {"GET": read},
    }
    for path, ways in paths.items():
        for method, (way, may, does) in ways.items():
            methods = [method, "HEAD"] if method == "GET" else [method]
            needed = needs(may, does)
            router.add_api_route(
                f"{base}{path}", at.of_type(way), methods=methods, response_model=None, dependencies=needed
            )
        _add_others(router, f"{base}{path}", ways)


def _add_others(router: APIRouter, path: str, ways: Mapping[str, Way]) -> None:
    """Another method is told which there are."""
    taken = {*ways, *(["HEAD"] if "GET" in ways else [])}

    async def other(request: Request) -> Response:
        allow = {"allow": ", ".join(sorted(taken))}
        if request.method == "PATCH":
            return refuse(405, "not-supported", "A PATCH is not read: send the resource by PUT.", allow)
        return error(405, allow)

    methods = sorted(_METHODS - taken)
    router.add_api_route(path, other, methods=methods, response_model=None, dependencies=needs("known"))


class _At:
    """One base."""

    def __init__(self, base: str, version: Name, door: Door) -> None:
        self._base, self._version, self._door = base, version, door

    def of_type(self, way: Answering) -> Answering:
        """The function, where the version has the type that the path names."""

        async def answer(request: Request) -> Response:
            if not has_type(self._version, request.path_params["kind"]):
                raise Refusal(404, "not-supported", NO_TYPE)
            return await way(request)

        return answer

    def _asker(self, request: Request) -> Asker:
        return self._door.asker(caller_of(request), self._version)

    async def read(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#read, and #vread"""
        kind, ident = request.path_params["kind"], request.path_params["ident"]
        asker, number = self._asker(request), request.path_params.get("number", "")

        def found(store: Store) -> Given:
            with store.read() as connection:
                shown = read(connection, asker, kind, ident, number)
            return given(asker, kind, shown, request.headers.get("if-none-match", ""))

        return await run_in_threadpool(self._noted, asker, "vread" if number else "read", found)

    async def history(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#history"""
        asker, base = self._asker(request), base_of(request, self._base)
        found = partial(history_given, asker=asker, request=request, base=base)
        return await run_in_threadpool(self._noted, asker, "history", found)

    async def search(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#search"""
        asker, base = self._asker(request), base_of(request, self._base)
        pairs = list(request.query_params.multi_items())
        if request.method == "POST":
            pairs += await _form(request)
        found = partial(searched, asker=asker, request=request, pairs=pairs, base=base)
        return await run_in_threadpool(self._noted, asker, "search", found)

    def _noted(self, asker: Asker, act: str, ask: Callable[[Store], Given]) -> Response:
        """What is asked, and that it was given, in the audit."""
        store = self._door.store.of(asker.site)
        response, count = ask(store)
        note(store, asker.secret, Act(asker.site, self._door.now(), act, "", response.status_code, {"given": count}))
        return response

    async def create(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#create, and #ccreate"""
        condition = request.headers.get("if-none-exist", "")
        return await self._write(request, await self._asked(request, if_none_exist=condition))

    async def update(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#update, and #upsert"""
        ident, headers = request.path_params["ident"], request.headers
        match, none = headers.get("if-match", ""), headers.get("if-none-match", "")
        asked = await self._asked(request, ident=ident, if_match=match, if_none_match=none)
        return await self._write(request, asked)

    async def update_if(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#cond-update"""
        condition = _condition(request)
        asked = await self._asked(request, condition=condition, if_match=request.headers.get("if-match", ""))
        return await self._write(request, asked)

    async def delete(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#delete"""
        kind, ident = request.path_params["kind"], request.path_params["ident"]
        asked = Interaction("DELETE", kind, ident, if_match=request.headers.get("if-match", ""))
        return await self._write(request, asked)

    async def delete_if(self, request: Request) -> Response:
        """https://hl7.org/fhir/R4/http.html#3.1.0.7.1"""
        kind, condition = request.path_params["kind"], _condition(request)
        return await self._write(request, Interaction("DELETE", kind, condition=condition))

    async def _asked(self, request: Request, **more: str) -> Interaction:
        raw = await body_of(request, self._version, self._door.most_bytes)
        return Interaction(request.method, request.path_params["kind"], raw=raw, **more)

    async def _write(self, request: Request, asked: Interaction) -> Response:
        who, here = caller_of(request), self._door.active()
        store, reader = self._door.store.of(who.site), here.readers[who.site][self._version]
        done = await run_in_threadpool(interact, store, here.intake, reader, asked, self._door.now(), who)
        returns = preference(request).returns
        shown = b""
        asker = self._asker(request)
        if returns in ("", "representation") and done.location and done.status < 300 and asker.may_read(asked.kind):
            shown = await run_in_threadpool(self._shown, asker, done)
        return _told(done, f"{base_of(request, self._base)}/", returns, shown)

    def _shown(self, asker: Asker, done: Done) -> bytes:
        """The resource as it is now."""
        kind, ident, *_ = done.location.split("/")
        with self._door.store.of(asker.site).read() as connection:
            shown = read(connection, asker, kind, ident)
        return shown.raw or b"" if shown is not None else b""


def _told(done: Done, base: str, returns: str, shown: bytes) -> Response:
    """What was done, with as much of it as the caller prefers."""
    headers = {
        "etag": done.etag,
        "location": f"{base}{done.location}" if done.location and done.status in (200, 201) else "",
        "last-modified": http_date(datetime.fromisoformat(done.modified)) if done.modified else "",
    }
    headers = {name: value for name, value in headers.items() if value}
    if done.status == 204 and returns != "OperationOutcome":
        return Response(status_code=204, headers=headers)
    status = 200 if done.status == 204 else done.status
    if returns == "minimal" and status < 300:
        return Response(status_code=status, headers=headers)
    return respond(status, done.outcome, headers, shown)


def _condition(request: Request) -> str:
    """The query, without what is said of the answer; as it stands, for it is understood where it is resolved."""
    parts = request.url.query.split("&")
    asked = "&".join(part for part in parts if part.partition("=")[0] not in ("_format", "_pretty"))
    if not asked:
        raise Refusal(405, "not-supported", "Only one resource at a time: by id, or by identifier=system|value.")
    return asked


async def _form(request: Request) -> list[tuple[str, str]]:
    """https://hl7.org/fhir/R4/http.html#search (POST)"""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != "application/x-www-form-urlencoded":
        raise Refusal(415, "not-supported", "A search by POST brings its parameters as a form.")
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > _MOST_FORM:
            raise Refusal(413, "too-long", f"A search has at most {_MOST_FORM} bytes of parameters.")
    return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)


def searched_by(version: Name, here: Active) -> dict[str, tuple[str, ...]]:
    """The types that are kept or told, and by what each is searched; `capability` says so."""
    mapping = next((found[version].mapping for found in here.readers.values()), None)
    if mapping is None:
        return {}
    kinds = sorted(kind for kind in {*mapping.kinds, *TOLD} if has_type(version, kind))
    return {kind: parameters(kind, about_patients=about_patients(mapping, kind)) for kind in kinds}


async def as_preferred(door: Door, request: Request, version: Name, body: Node) -> Node:
    """The answer to a Bundle, with as much of its resources as the sender prefers."""
    if (returns := preference(request).returns) not in MORE:
        return body
    who = caller_of(request)
    return await run_in_threadpool(preferred, door.store.of(who.site), door.asker(who, version), body, returns)
