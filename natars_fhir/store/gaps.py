"""Gaps: what was not understood of each site, and what it was heard of: counted as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.store.rows import add_up
from natars_fhir.store.tables.core import gap, heard, let_go

#: Different texts of a site that are kept word for word; of more, only the number is.
MOST_TEXTS = 5_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A gap with the name beside it, how often it came, and when first and last."""

    gap: Gap
    display: str
    count: int
    first: datetime
    last: datetime


def count(connection: Connection, site: str, found: Mapping[Gap, tuple[str, int]], now: datetime) -> None:
    """Adds what was not understood: gap → the name beside it, and how often."""
    full = any(one.what == "text" for one in found) and _texts(connection, site) >= MOST_TEXTS
    rows: dict[Gap, dict[str, Any]] = {}
    for one, (display, number) in found.items():
        kept = one._replace(item="") if full and one.what == "text" else one
        row = rows.setdefault(kept, {"display": display, "count": 0})
        row["count"] += number
    told = [{"site": site, **one._asdict(), **row, "first": now, "last": now} for one, row in rows.items()]
    add_up(connection, gap, told)


def _texts(connection: Connection, site: str) -> int:
    asked = select(func.count()).select_from(gap).where(gap.c.site == site, gap.c.what == "text")
    return int(connection.execute(asked).scalar_one())


def gaps(connection: Connection, site: str) -> Iterator[Counted]:
    """What was not understood of a site, the most frequent first."""
    here = gap.c
    asked = select(gap).where(here.site == site).order_by(here.count.desc(), here.what, here.about, here.item)
    for row in connection.execute(asked).mappings():
        one = Gap(row["what"], row["kind"], row["about"], row["item"], row["concept"])
        yield Counted(one, row["display"], row["count"], row["first"], row["last"])


def forget(connection: Connection, site: str) -> None:
    """Begins anew, for everything is about to be read again."""
    connection.execute(delete(gap).where(gap.c.site == site))


def let_go_of(connection: Connection, site: str) -> Iterator[Counted]:
    """The types that no view reads, as gaps."""
    here = let_go.c
    asked = select(here.kind, func.count(), func.min(here.at), func.max(here.at)).where(here.site == site)
    for kind, number, first, last in connection.execute(asked.group_by(here.kind).order_by(here.kind)):
        yield Counted(Gap("element", kind, "", ""), "", number, first, last)


def hear(connection: Connection, site: str, kinds: Mapping[str, int], now: datetime) -> None:
    """These kinds came, so often."""
    add_up(
        connection,
        heard,
        [{"site": site, "kind": k, "count": n, "first": now, "last": now} for k, n in kinds.items()],
    )


def last_heard(connection: Connection, site: str) -> dict[str, datetime]:
    """Kind → when it came last."""
    asked = select(heard.c.kind, heard.c.last).where(heard.c.site == site)
    return {row.kind: row.last for row in connection.execute(asked)}


def first_heard(connection: Connection, site: str) -> datetime | None:
    """When the site first sent anything."""
    return connection.execute(select(func.min(heard.c.first)).where(heard.c.site == site)).scalar()
