"""`/api/quarantine`: a site's own people look at what could not be used, try it once more, or dismiss it. Plain JSON.

Every row is of the token's site: another site's number is answered as one that there is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from natars_fhir.service.remap.live import Active
from natars_fhir.service.remap.quarantine import (
    LONGEST_NAME,
    LONGEST_REASON,
    dismiss,
    object_of,
    one,
    page,
    row_of,
    standing,
)
from natars_fhir.service.remap.replay import replay, replay_all
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import STATES, Apart, Wanted
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.respond import Refusal, error

PATH = "/api/quarantine"
_MOST_ROWS, _MOST_TRIED, _MOST_BYTES = 500, 100, 20_000
_DIGITS = re.compile(r"[0-9]{1,15}")
_WORD = re.compile(r"[A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Ward:
    """Where what is set apart lies."""

    store: Store
    active: Callable[[], Active]
    now: Callable[[], datetime]

    def rows(self, site: str, wanted: Wanted) -> dict[str, Any]:
        """A page of rows."""
        found = page(self.store, wanted, site)
        return {"quarantine": [row_of(row) for row in found.rows], "counts": found.counts, "after": found.next}

    def again(self, site: str, number: int) -> Apart | None:
        """Tries one once more."""
        here = self.active()
        return replay(self.store, here.intake, here.any_version(site).mapping, number, self.now())

    def all_again(self, site: str, wanted: Wanted) -> dict[str, Any]:
        """Tries a bounded number of those that wait; where there may be more, says after which number."""
        here = self.active()
        mapping = here.any_version(site).mapping
        done = replay_all(self.store, here.intake, mapping, wanted, self.now())
        waiting, _ = standing(self.store, mapping)
        told = {"tried": done.tried, "replayed": done.replayed, "resources": done.resources, "waiting": waiting}
        return told | {"after": done.last if done.tried == wanted.most else None}


def quarantine_routes(ward: Ward) -> APIRouter:
    """The routes."""
    router, may = APIRouter(), needs("quarantine")

    def site_of(request: Request) -> str:
        """The token's site; a token that is of every site names one in the query."""
        site = caller_of(request).site or request.query_params.get("site", "")
        if site not in ward.active().readers:
            raise Refusal(422, "required", "Which site is meant: ?site=…")
        return site

    async def listed(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(ward.rows, site_of(request), _wanted(request.query_params)))

    async def shown(request: Request, number: str) -> Response:
        site = site_of(request)
        return _object(await run_in_threadpool(one, ward.store, _number(number), site))

    async def again(request: Request, number: str) -> Response:
        site = site_of(request)
        return _object(await run_in_threadpool(ward.again, site, _number(number)))

    async def all_again(request: Request) -> Response:
        site = site_of(request)
        said = await _body(request)
        wanted = _wanted({name: str(value) for name, value in said.items()}, _MOST_TRIED)
        return JSONResponse(await run_in_threadpool(ward.all_again, site, wanted))

    async def dismissed(request: Request, number: str) -> Response:
        site = site_of(request)
        by, reason = _said(await _body(request))
        found = await run_in_threadpool(
            dismiss, ward.store, ward.active().intake.key, _number(number), site, by, reason, ward.now()
        )
        if found is not None and found.state == "replayed":
            raise Refusal(409, "conflict", "It was of use already: there is nothing to dismiss.")
        return _object(found)

    router.add_api_route(PATH, listed, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{PATH}/replay", all_again, methods=["POST"], response_model=None, dependencies=may)
    router.add_api_route(f"{PATH}/{{number}}", shown, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{PATH}/{{number}}/replay", again, methods=["POST"], response_model=None, dependencies=may)
    router.add_api_route(
        f"{PATH}/{{number}}/dismiss", dismissed, methods=["POST"], response_model=None, dependencies=may
    )
    return router


def _object(found: Apart | None) -> Response:
    return error(404) if found is None else JSONResponse(object_of(found))


def _wanted(asked: Mapping[str, str], most: int = _MOST_ROWS) -> Wanted:
    """What a query asks for. Raises Refusal."""
    state, code, kind = (asked.get(name, "") for name in ("state", "code", "kind"))
    if state and state not in STATES:
        raise Refusal(422, "value", f"A state is one of {', '.join(STATES)}.")
    if not all(not word or _WORD.fullmatch(word) for word in (code, kind)):
        raise Refusal(422, "value", "A code is an issue-type, a kind is a type of resource.")
    after, count = (_count(asked.get(name, "")) for name in ("after", "most"))
    return Wanted(state, code, kind, after or 0, min(count or min(most, 100), most))


def _count(said: str) -> int | None:
    if said and not _DIGITS.fullmatch(said):
        raise Refusal(422, "value", "A number is expected.")
    return int(said) if said else None


def _number(said: str) -> int:
    """The number in an address; what is none is nobody's."""
    return int(said) if _DIGITS.fullmatch(said) else 0


def _said(body: Mapping[str, Any]) -> tuple[str, str]:
    """Who dismisses it, and why."""
    by, reason = body.get("by"), body.get("reason")
    if not isinstance(by, str) or not isinstance(reason, str) or not by.strip() or not reason.strip():
        raise Refusal(422, "required", "Two texts are kept: by, who says it, and reason, why nothing of it is wanted.")
    if len(by) > LONGEST_NAME or len(reason) > LONGEST_REASON:
        raise Refusal(422, "too-long", f"At most {LONGEST_NAME} characters of by and {LONGEST_REASON} of reason.")
    return by.strip(), reason.strip()


async def _body(request: Request) -> Mapping[str, Any]:
    """The JSON object that a request brings; none is an empty one. Raises Refusal."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > _MOST_BYTES:
            raise Refusal(413, "too-long", f"At most {_MOST_BYTES} bytes are taken.", {"Connection": "close"})
    if not raw.strip():
        return {}
    try:
        said = msgspec.json.decode(bytes(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "structure", "The body is no JSON.") from None
    if not isinstance(said, dict):
        raise Refusal(422, "structure", "A JSON object is expected.")
    return said
