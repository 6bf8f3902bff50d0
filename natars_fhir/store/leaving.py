"""Leaving: every row of a site goes, table by table; what was done there, and who must not come again, stays."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from natars_fhir.store import partitions
from natars_fhir.store.tables.core import delivery, metadata, outbox
from natars_fhir.store.tables.due import screening_due
from natars_fhir.store.tables.export import export_known, export_subject
from natars_fhir.store.tables.subject import allocation, subject_state
from natars_fhir.store.tables.worklist import worklist

#: Tables of which a site's rows stay: what was done, its seals and sums; who was forgotten, and that they were; which
#: of our ids went out, as gone.
KEPT = frozenset({"audit", "audit_seal", "audit_tally", "certificate", "export_known", "tombstone"})


#: Places of the worklist, and causes of a subject's states, that whoever was allocated or treated in the trial has.
_PLACES, _CAUSES = ("allocated", "off-study"), ("allocated", "first-dose", "operated")


def allocated(connection: Connection, site: str) -> int:
    """How many of its patients were allocated, by the trial office or as the hospital's own record tells."""
    told = (
        select(allocation.c.patient).where(allocation.c.site == site),
        select(subject_state.c.patient).where(subject_state.c.site == site, subject_state.c.cause.in_(_CAUSES)),
        select(worklist.c.key).where(worklist.c.site == site, worklist.c.place.in_(_PLACES)),
    )
    # a person may have several names, so that the three cannot be put together
    return max(len({*connection.execute(one).scalars()}) for one in told)


def waiting(connection: Connection, site: str) -> int:
    """How many documents came of it that no screening has taken up: nobody knows yet what they tell."""
    asked = select(func.count()).select_from(screening_due).where(screening_due.c.site == site)
    return connection.execute(asked).scalar_one()


def rows(connection: Connection, site: str) -> dict[str, int]:
    """Table → how many rows would go, without those of which there are none."""
    found = {
        table.name: connection.execute(select(func.count()).select_from(table).where(mine)).scalar_one()
        for table, mine in _of(site)
    }
    return {name: count for name, count in sorted(found.items()) if count}


def remove(connection: Connection, site: str) -> dict[str, int]:
    """Removes them, and the partitions that held them; table → how many rows those were."""
    gone = {table.name: connection.execute(delete(table).where(mine)).rowcount for table, mine in _of(site)}
    partitions.drop(connection, site)
    return {name: count for name, count in sorted(gone.items()) if count}


def exported(connection: Connection, site: str) -> list[str]:
    """The subjects of whom some export told, or holds something."""
    held = select(export_subject.c.subject).where(export_subject.c.site == site)
    told = select(export_known.c.subject).where(export_known.c.site == site)
    return sorted({*connection.execute(held.union(told)).scalars()} - {""})


def _of(site: str) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table of which rows go, and which; attempts before the letters that they are of."""
    letters = select(outbox.c.seq).where(outbox.c.site == site)
    yield delivery, delivery.c.outbox.in_(letters)
    for table in reversed(metadata.sorted_tables):
        if "site" in table.c and table.name not in KEPT:
            yield table, table.c.site == site
