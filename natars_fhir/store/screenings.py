"""Screenings: the history of what was found of each patient, one row per change. Append-only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from natars_fhir.store.packed import pack_json, unpack_json
from natars_fhir.store.tables import screening


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a patient at a time; ``body`` is the contract's JSON, ``cause`` numbers resource versions,
    and ``act`` says what brought it about: push, remap, statement, signature or day."""

    at: datetime
    as_of: str
    verdict: str
    in_scope: bool
    findings: str
    body: dict[str, Any]
    cause: tuple[int, ...]
    act: str = "push"


def record(connection: Connection, site: str, patient: str, found: Found) -> None:
    """Adds to a patient's history."""
    connection.execute(
        insert(screening).values(
            site=site,
            patient=patient,
            trial=found.body["trial"],
            at=found.at,
            as_of=found.as_of,
            verdict=found.verdict,
            in_scope=found.in_scope,
            findings=found.findings,
            body=pack_json(found.body),
            cause=_text(found.cause),
            act=found.act,
        )
    )


def history(connection: Connection, site: str, patient: str) -> Iterator[Found]:
    """Everything that was found of a patient, the earliest first."""
    here = screening.c
    asked = select(screening).where(here.site == site, here.patient == patient).order_by(here.seq)
    for row in connection.execute(asked):
        cause = tuple(json.loads(row.cause))
        yield Found(row.at, row.as_of, row.verdict, row.in_scope, row.findings, unpack_json(row.body), cause, row.act)


def _text(cause: Sequence[int]) -> str:
    return json.dumps(sorted(set(cause)))
