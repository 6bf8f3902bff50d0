"""`$process-message`: a message comes in, and a message is the answer.

https://hl7.org/fhir/R4/messageheader-operation-process-message.html
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.fhir.versions import Name
from natars_fhir.service.ingest.messaging import process
from natars_fhir.web.body import body_of
from natars_fhir.web.given import base_of
from natars_fhir.web.interactions import Door
from natars_fhir.web.needs import caller_of, needs
from natars_fhir.web.respond import MEDIA_TYPE, Refusal

#: Seconds after which a message may be sent again that met no store.
_LATER = "5"


def add_messages(router: APIRouter, base: str, version: Name, door: Door) -> None:
    """Adds the operation under *base*."""

    async def message(request: Request) -> Response:
        who = caller_of(request)
        asked = request.query_params
        if asked.get("async", "").lower() == "true" or "response-url" in asked:
            raise Refusal(
                422, "not-supported", "A message is answered at once, to its sender: not later, not elsewhere."
            )
        raw = await body_of(request, version, door.most_bytes)
        here, store = door.active(), door.store.of(who.site)
        reader, endpoint = here.readers[who.site][version], base_of(request, base)
        heard = await run_in_threadpool(process, store, here.intake, reader, raw, endpoint, door.now(), who)
        headers = {"retry-after": _LATER} if heard.status == 503 else None
        return Response(heard.body, heard.status, headers, MEDIA_TYPE)

    router.add_api_route(
        f"{base}/$process-message", message, methods=["POST"], response_model=None, dependencies=needs("push")
    )
