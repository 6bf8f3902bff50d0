"""What was exported of each id last: by it an export tells what is new since a moment, and what is gone since then.

Content is compared, and no clock: whatever the reason why a resource is another one now, it is told. Since when it is
so is never earlier than it truly changed, so that nobody who asks since an earlier manifest's moment misses it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from natars_fhir.store.rows import keep_latest
from natars_fhir.store.tables.export import export_clock, export_known

_here = export_known.c


@dataclass(frozen=True, slots=True)
class Known:
    """One id: the digest of what came out last, and since when; ``gone`` since when nothing comes out any more."""

    kind: str
    ident: str
    subject: str
    hash: str
    first: datetime
    changed: datetime
    gone: datetime | None = None


def of(connection: Connection, site: str, subject: str) -> dict[tuple[str, str], Known]:
    """What is known of one subject of a site, by type and id; of an empty one what is nobody's."""
    asked = select(export_known).where(_here.site == site, _here.subject == subject)
    return {(row.kind, row.ident): _known(row) for row in connection.execute(asked)}


def keep(connection: Connection, site: str, known: Sequence[Known]) -> None:
    """So it is now."""
    keep_latest(
        connection, export_known, [{"site": site, **{name: getattr(one, name) for name in _FIELDS}} for one in known]
    )


def subjects(connection: Connection, site: str) -> set[str]:
    """Of whom something came out that is not gone."""
    asked = select(_here.subject).distinct().where(_here.site == site, _here.gone.is_(None), _here.subject != "")
    return set(connection.execute(asked).scalars())


def ever(connection: Connection, site: str) -> set[str]:
    """Of whom something came out at any time; who is forgotten is not among them."""
    asked = select(_here.subject).distinct().where(_here.site == site, _here.subject != "")
    return set(connection.execute(asked).scalars())


def gone(connection: Connection, site: str, kinds: Collection[str], since: datetime) -> Iterator[tuple[str, str, str]]:
    """Type, id and subject of what there was at that moment, and is no more; of who is forgotten without the
    subject."""
    here = (_here.site == site, _here.kind.in_(sorted(kinds)), _here.first <= since, _here.gone > since)
    asked = select(_here.kind, _here.ident, _here.subject).where(*here).order_by(_here.kind, _here.ident)
    for row in connection.execute(asked):
        yield row.kind, row.ident, row.subject


def forget(connection: Connection, site: str, subject: str, now: datetime) -> int:
    """Of a forgotten subject the ids alone stay, as gone, and nothing tells that they belong together."""
    last = connection.execute(select(export_clock.c.last)).scalar()
    now = now if last is None else max(now, last + timedelta(milliseconds=1))
    mine = update(export_known).where(_here.site == site, _here.subject == subject)
    there = connection.execute(mine.where(_here.gone.is_(None)).values(gone=now)).rowcount
    connection.execute(mine.values(subject="", hash=""))
    return there


_FIELDS = ("kind", "ident", "subject", "hash", "first", "changed", "gone")


def _known(row: Any) -> Known:
    return Known(*(getattr(row, name) for name in _FIELDS))
