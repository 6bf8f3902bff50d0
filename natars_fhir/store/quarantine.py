"""Quarantine: what could not be used, kept in the bytes that came until it is of use, or somebody dismisses it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Connection, case, func, null, select, update

from natars_fhir.domain.issue import Issue
from natars_fhir.store.packed import digest, issues_text, pack, text_issues, unpack
from natars_fhir.store.rows import adding
from natars_fhir.store.tables.core import quarantine

State = Literal["waiting", "replayed", "dismissed"]
STATES: tuple[State, ...] = get_args(State)

_LIGHT = [column for column in quarantine.c if column.name not in ("raw", "around")]


@dataclass(frozen=True, slots=True)
class Unused:
    """What could not be used: a document, or the entry of one that stood at ``place``, with what stood ``around`` it.

    ``fhir`` is the version of the base that it came on (empty where the content told), ``read_with`` marks the mapping.
    """

    place: str
    raw: bytes = field(repr=False)
    issues: tuple[Issue, ...]
    kind: str = ""
    fhir: str = ""
    read_with: str = ""
    around: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Apart:
    """One row: what was set apart, how often it came, and where it stands."""

    number: int
    site: str
    state: State
    place: str
    kind: str
    fhir: str
    hash: str
    first: datetime
    last: datetime
    count: int
    issues: tuple[Issue, ...]
    tries: int
    tried: datetime | None
    became: Mapping[str, int] | None
    by: str | None
    reason: str | None
    settled: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are asked for; an empty word asks for all."""

    state: str = ""
    code: str = ""
    kind: str = ""
    after: int = 0
    most: int = 100


def set_apart(connection: Connection, site: str, unused: Unused, now: datetime) -> None:
    """Keeps what could not be used: one row however often it comes. What was dismissed stays so; what was of use once,
    and is not any more, waits again."""
    here, add = quarantine.c, adding(connection, quarantine)
    told = {
        "last": now,
        "place": unused.place,
        "kind": unused.kind,
        "fhir": unused.fhir,
        "around": pack(unused.around) if unused.around else None,
        "issues": issues_text(unused.issues),
        "tried_with": unused.read_with,
    }
    row = {"site": site, "at": now, "count": 1, "hash": digest(unused.raw), "raw": pack(unused.raw)}
    again = here.state == "replayed"
    news = told | {
        "count": here.count + 1,
        "state": case((again, "waiting"), else_=here.state),
        "settled": case((again, null()), else_=here.settled),
    }
    keeping = add.values(row | told | {"state": "waiting", "tries": 0})
    connection.execute(keeping.on_conflict_do_update(index_elements=["site", "hash"], set_=news))


def listed(connection: Connection, wanted: Wanted, site: str = "") -> list[Apart]:
    """The next rows that are asked for, by their numbers; without *site*, of every site."""
    here = quarantine.c
    asked = _asked(wanted, site, select(*_LIGHT)).where(here.seq > wanted.after)
    return [_apart(row) for row in connection.execute(asked.order_by(here.seq).limit(wanted.most))]


def counts(connection: Connection, site: str = "") -> dict[str, int]:
    """State → how many rows; every state is told."""
    asked = _asked(Wanted(), site, select(quarantine.c.state, func.count())).group_by(quarantine.c.state)
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in connection.execute(asked)}


def untried(connection: Connection, site: str, read_with: str, most: int) -> list[int]:
    """The first rows that wait, and that this mapping did not read yet."""
    here = quarantine.c
    asked = select(here.seq).where(here.site == site, here.state == "waiting", here.tried_with != read_with)
    return list(connection.execute(asked.order_by(here.seq).limit(most)).scalars())


def one(connection: Connection, number: int, site: str = "") -> Apart | None:
    """The row of this number, if it is the site's."""
    found = connection.execute(_asked(Wanted(), site, select(*_LIGHT)).where(quarantine.c.seq == number)).first()
    return None if found is None else _apart(found)


def content(connection: Connection, number: int) -> tuple[bytes, bytes]:
    """The bytes as they came, and what stood around them."""
    here = quarantine.c
    row = connection.execute(select(here.raw, here.around).where(here.seq == number)).one()
    return unpack(row.raw), unpack(row.around) if row.around else b""


def set_aside(connection: Connection, site: str) -> Iterator[Unused]:
    """Everything of a site that could not be used, whatever became of it; the earliest first."""
    here = quarantine.c
    for row in connection.execute(select(quarantine).where(here.site == site).order_by(here.seq)):
        around = unpack(row.around) if row.around else b""
        issues = text_issues(row.issues)
        yield Unused(row.place, unpack(row.raw), issues, row.kind, row.fhir, row.tried_with, around)


def refused_again(connection: Connection, number: int, issues: Sequence[Issue], read_with: str, now: datetime) -> None:
    """It was tried once more, and stays."""
    news = {"issues": issues_text(issues), "tried_with": read_with, "tried": now}
    connection.execute(_of(number).values(**news, tries=quarantine.c.tries + 1))


def used(connection: Connection, number: int, became: Mapping[str, int], read_with: str, now: datetime) -> None:
    """It is of use now: what became of it."""
    told = {"state": "replayed", "became": json.dumps(dict(became), sort_keys=True), "tried_with": read_with}
    row = told | {"tried": now, "settled": now, "by": None, "reason": None}
    connection.execute(_of(number).values(**row, tries=quarantine.c.tries + 1))


def dismiss(connection: Connection, number: int, by: str, reason: str, now: datetime) -> None:
    """Somebody says that nothing of it is wanted."""
    connection.execute(_of(number).values(state="dismissed", by=by, reason=reason, settled=now))


def _of(number: int) -> Any:
    return update(quarantine).where(quarantine.c.seq == number)


def _asked(wanted: Wanted, site: str, asked: Any) -> Any:
    here = quarantine.c
    if site:
        asked = asked.where(here.site == site)
    if wanted.state:
        asked = asked.where(here.state == wanted.state)
    if wanted.kind:
        asked = asked.where(here.kind == wanted.kind)
    if wanted.code:  # the issues are JSON, in which a quotation mark within a text is escaped
        asked = asked.where(here.issues.contains(f'"code":{json.dumps(wanted.code)}', autoescape=True))
    return asked


def _apart(row: Any) -> Apart:
    return Apart(
        number=row.seq,
        site=row.site,
        state=row.state,
        place=row.place,
        kind=row.kind,
        fhir=row.fhir,
        hash=row.hash,
        first=row.at,
        last=row.last,
        count=row.count,
        issues=text_issues(row.issues),
        tries=row.tries,
        tried=row.tried,
        became=None if row.became is None else json.loads(row.became),
        by=row.by,
        reason=row.reason,
        settled=row.settled,
    )
