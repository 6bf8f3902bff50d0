"""Subjects over HTTP: the trial office tells the arm of a subject. https://www.rfc-editor.org/rfc/rfc9110#POST

The trial is not randomised here: an allocation is recorded, with its day and who told it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from natars_fhir.fhir import typed
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.moves import allocate
from natars_fhir.service.people.subjects import site_of
from natars_fhir.store.engine import Store
from natars_fhir.web.body import body_of
from natars_fhir.web.needs import needs
from natars_fhir.web.respond import Refusal, respond

_MOST_BYTES = 10_000
_TEXT = 'The body is a JSON object: {"arm": "…", "by": "…", "date": "YYYY-MM-DD"}.'
_NOBODY = "No subject of this pseudonym is known."


@dataclass(frozen=True, slots=True)
class Office:
    """What records allocations, of subjects of every site."""

    store: Store
    intake: Callable[[], Intake]
    sites: Callable[[], Mapping[str, Site]]
    now: Callable[[], datetime]

    def record(self, pseudonym: str, said: _Allocation) -> Answer:
        """What is answered. Raises Refusal for a subject that there is not."""
        intake = self.intake()
        with self.store.read() as connection:
            own = site_of(connection, intake, pseudonym)
        if own is None or own not in self.sites():
            raise Refusal(404, "not-found", _NOBODY)
        told = (said.arm, said.date, said.by)
        return allocate(self.store, intake, self.sites()[own], pseudonym, told, self.now())


class _Allocation(msgspec.Struct, forbid_unknown_fields=True):
    arm: str
    by: str
    date: date | None = None


def add_subjects(router: APIRouter, office: Office) -> None:
    """Adds `/api/subjects/{pseudonym}/allocation`."""

    async def record(request: Request, pseudonym: str) -> Response:
        raw = await body_of(request, "R4", _MOST_BYTES)
        try:
            said = typed.decode(raw, _Allocation)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refusal(422, "structure", _TEXT) from None
        answer = await run_in_threadpool(office.record, pseudonym, said)
        return respond(answer.status, answer.body)

    path, allowed = "/api/subjects/{pseudonym}/allocation", needs("allocate", across=True)
    router.add_api_route(path, record, methods=["POST"], response_model=None, dependencies=allowed)
