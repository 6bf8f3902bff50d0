"""The outbox: what a site must be told, written with the data that brought it about, and claimed to be sent.

Rows of one target are claimed in order, one at a time; and nothing of a site is claimed before its studies are there,
for the subjects refer to them. A claim is a lease: it ends by itself when its holder is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, insert, or_, select, update

from natars_fhir.store.packed import digest, pack, unpack
from natars_fhir.store.rows import add, among
from natars_fhir.store.tables import delivery, outbox


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to be told: *body* is put at *target* of the site's server."""

    seq: int
    site: str
    kind: str
    target: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of sending a letter: ``outcome`` and ``codes`` are words of protocols, and never a patient's."""

    at: datetime
    outcome: str
    codes: tuple[str, ...] = ()


#: What is to be told, where, and of which kind: kind, target, body.
News = tuple[str, str, bytes]

_last = outbox.alias("last")
_LAST_HASHES = select(outbox.c.target, outbox.c.hash).where(
    among(outbox.c.site, outbox.c.target),
    outbox.c.seq
    == select(func.max(_last.c.seq))
    .where(_last.c.site == outbox.c.site, _last.c.target == outbox.c.target)
    .scalar_subquery(),
)


def queue(connection: Connection, site: str, told: Sequence[News], now: datetime) -> int:
    """Puts letters in, but for those that say the same as the last one to their target; what waits there is no longer
    needed. How many letters that makes."""
    hashes = [digest(body) for _, _, body in told]
    last = _last_hashes(connection, site, {target for _, target, _ in told})
    fresh = {
        target: {"site": site, "kind": kind, "target": target, "body": pack(body), "hash": hash_}
        for (kind, target, body), hash_ in zip(told, hashes, strict=True)
        if last.get(target) != hash_
    }
    if not fresh:
        return 0
    if known := [target for target in fresh if target in last]:
        free = or_(outbox.c.state == "dead", (outbox.c.state == "waiting") & _free(now))
        overtaken = update(outbox).where(among(outbox.c.site, outbox.c.target), free)
        values = overtaken.values(state="superseded", lease=None, holder=None)
        connection.execute(values, {"of_site": site, "names": known})
    waiting = {"state": "waiting", "queued": now, "due": now, "attempts": 0}
    add(connection, outbox, [{**row, **waiting} for row in fresh.values()])
    return len(fresh)


def _last_hashes(connection: Connection, site: str, targets: Collection[str]) -> dict[str, str]:
    found = connection.execute(_LAST_HASHES, {"of_site": site, "names": targets}) if targets else ()
    return {row.target: row.hash for row in found}


_LAST_BODY = (
    select(outbox.c.body)
    .where(outbox.c.site == bindparam("site"), outbox.c.target == bindparam("target"))
    .order_by(outbox.c.seq.desc())
    .limit(1)
)


def last_said(connection: Connection, site: str, target: str) -> bytes | None:
    """What this target was told last, or will be; None where nothing."""
    body = connection.execute(_LAST_BODY, {"site": site, "target": target}).scalar()
    return None if body is None else unpack(body)


def told(connection: Connection, site: str, kind: str, beginning: str) -> list[str]:
    """The targets of one kind that begin so, and that were told something; in order."""
    here = outbox.c
    asked = select(here.target).distinct().where(here.site == site, here.kind == kind)
    return sorted(connection.execute(asked.where(here.target.startswith(beginning, autoescape=True))).scalars())


def claim(connection: Connection, sites: Collection[str], holder: str, now: datetime, until: datetime) -> Letter | None:
    """The next letter that is due, for *holder* alone until then; None where nothing is."""
    here = outbox.c
    asked = (
        select(outbox)
        .where(here.state == "waiting", _due(now), here.site.in_(sorted(sites)), _free(now), ~_waits())
        .order_by(here.seq)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(asked).first()
    if row is None:
        return None
    taken = update(outbox).where(here.seq == row.seq)
    connection.execute(taken.values(lease=until, holder=holder, attempts=row.attempts + 1))
    return Letter(row.seq, row.site, row.kind, row.target, unpack(row.body), row.attempts + 1)


def settle(
    connection: Connection, letter: Letter, holder: str, attempt: Attempt, state: str, due: datetime | None = None
) -> bool:
    """Writes down what came of it; False where the lease had ended and somebody else holds the letter."""
    connection.execute(
        insert(delivery).values(
            outbox=letter.seq, at=attempt.at, outcome=attempt.outcome, codes=" ".join(attempt.codes)
        )
    )
    mine = update(outbox).where(outbox.c.seq == letter.seq, outbox.c.holder == holder)
    news: dict[str, Any] = {"state": state, "lease": None, "holder": None}
    return connection.execute(mine.values(news if due is None else {**news, "due": due})).rowcount == 1


def revive(connection: Connection, site: str, now: datetime) -> int:
    """Gives what was given up another chance: somebody has seen to the reason. How many there are."""
    dead = update(outbox).where(outbox.c.site == site, outbox.c.state == "dead")
    return connection.execute(dead.values(state="waiting", due=now, attempts=0)).rowcount


#: No lease and no patience is as long as this: what lies farther ahead was written before the clock was set back.
_FARTHEST = timedelta(days=2)


def _due(now: datetime) -> Any:
    return or_(outbox.c.due <= now, outbox.c.due > now + _FARTHEST)


def _free(now: datetime) -> Any:
    return or_(outbox.c.lease.is_(None), outbox.c.lease <= now, outbox.c.lease > now + _FARTHEST)


def _waits() -> Any:
    """Is there an earlier letter that must go first: to the same target, or a study that is not there yet?"""
    earlier = outbox.alias("earlier")
    here, there = outbox.c, earlier.c
    first = exists().where(there.site == here.site, there.seq < here.seq).correlate(outbox)
    same = first.where(there.target == here.target, there.state == "waiting")
    study = first.where(there.kind == "ResearchStudy", there.state.in_(("waiting", "dead")))
    return or_(same, study)
