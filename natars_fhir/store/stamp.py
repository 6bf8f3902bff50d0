"""Stamp: a cheap mark of the store, another one as soon as anything changes that figures of the trial rest on.

Every table that it asks only grows, and is asked for its last row. Readings that another mapping made anew have no
number of their own: the audit's sums tell of them, as soon as they are sealed.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from natars_fhir.store.tables.audit import audit_tally
from natars_fhir.store.tables.core import attestation, resource_version, screening
from natars_fhir.store.tables.subject import certificate, declined, subject_move

Stamp = tuple[int, ...]

_GROWING = (resource_version, attestation, screening, subject_move, declined, certificate)
#: Acts after which everything may be read otherwise.
_ANEW = ("mapping", "remap", "replay", "restore")


def stamp(connection: Connection) -> Stamp:
    """The mark of what is kept now."""
    lasts = [connection.execute(select(func.max(table.c.seq))).scalar() or 0 for table in _GROWING]
    here = audit_tally.c
    anew = select(func.sum(here.count)).where(here.act.in_(_ANEW))
    return (*lasts, int(connection.execute(anew).scalar() or 0))
