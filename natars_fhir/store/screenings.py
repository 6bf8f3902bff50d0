"""Screenings: the history of what was found of each patient, one row per change. Append-only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select

from natars_fhir.domain.screening import Verdict
from natars_fhir.store.packed import pack_json, unpack_json
from natars_fhir.store.rows import add
from natars_fhir.store.tables.core import Moment, patient, screening


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
    #: the body as it is kept, where that is at hand
    packed: bytes = field(default=b"", repr=False, compare=False)


def record(connection: Connection, site: str, news: Sequence[tuple[str, Found]]) -> None:
    """Adds to the histories of patients."""
    add(connection, screening, [_row(site, key, found) for key, found in news])


def _row(site: str, key: str, found: Found) -> dict[str, Any]:
    return {
        "site": site,
        "patient": key,
        "trial": found.body["trial"],
        "at": found.at,
        "as_of": found.as_of,
        "verdict": found.verdict,
        "in_scope": found.in_scope,
        "findings": found.findings,
        "body": found.packed or pack_json(found.body),
        "cause": _text(found.cause),
        "act": found.act,
    }


def history(connection: Connection, site: str, key: str) -> Iterator[Found]:
    """Everything that was found of a patient, the earliest first."""
    here = screening.c
    asked = select(screening).where(here.site == site, here.patient == key).order_by(here.seq)
    yield from map(_found, connection.execute(asked))


_MINE = (screening.c.site == bindparam("site"), screening.c.patient == bindparam("patient"))
_LATER = select(screening).where(*_MINE, screening.c.at >= bindparam("since", type_=Moment)).order_by(screening.c.seq)
_BEFORE = (
    select(screening)
    .where(*_MINE, screening.c.at < bindparam("since", type_=Moment))
    .order_by(screening.c.seq.desc())
    .limit(1)
)


def since(connection: Connection, site: str, key: str, moment: datetime) -> list[Found]:
    """What was found of a patient since a moment, the earliest first; before it the last that was found earlier."""
    asked = {"site": site, "patient": key, "since": moment}
    return [_found(row) for one in (_BEFORE, _LATER) for row in connection.execute(one, asked)]


def _found(row: Any) -> Found:
    cause = tuple(json.loads(row.cause))
    return Found(row.at, row.as_of, row.verdict, row.in_scope, row.findings, unpack_json(row.body), cause, row.act)


@dataclass(frozen=True, slots=True)
class Looked:
    """When something was found of a patient, first and last, and the verdict then."""

    first: datetime
    last: datetime
    verdict: Verdict


def looked_at(connection: Connection, site: str) -> dict[str, Looked]:
    """Every patient who ever was in scope, by the name that it had then."""
    here = screening.c
    found: dict[str, Looked] = {}
    asked = select(here.patient, here.at, here.verdict).where(here.site == site).order_by(here.seq)
    for name, at, verdict in connection.execute(asked):
        found[name] = Looked(found[name].first if name in found else at, at, verdict)
    return found


def of_nobody_in_scope(connection: Connection, site: str) -> list[str]:
    """The names under which somebody was in scope once, and nobody is now."""
    here, now = screening.c, patient.c
    is_now = exists().where(now.site == here.site, now.key == here.patient, now.in_scope)
    return list(connection.execute(select(here.patient).distinct().where(here.site == site, ~is_now)).scalars())


def _text(cause: Sequence[int]) -> str:
    return json.dumps(sorted(set(cause)))
