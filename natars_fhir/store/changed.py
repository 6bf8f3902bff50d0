"""Changed: whether anything that a person's record rests on came, was said, or was read anew since a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from natars_fhir.store import kept
from natars_fhir.store.rows import among
from natars_fhir.store.tables.audit import audit
from natars_fhir.store.tables.core import attestation, resource_version
from natars_fhir.store.tables.subject import subject_move

#: Acts after which everything may be read anew: another mapping, for a site or for all.
_ANEW = ("mapping", "remap")


def since(connection: Connection, site: str, trial: str, names: Collection[str], moment: datetime) -> bool:
    """Did anything of the person who goes by *names* change after *moment*? Rather yes than no."""
    return (
        _read_anew(connection, site, moment)
        or _came(connection, site, kept.about(connection, site, names), moment)
        or _said(connection, site, trial, names, moment)
    )


def _read_anew(connection: Connection, site: str, moment: datetime) -> bool:
    here = audit.c
    asked = select(here.seq).where(here.site.in_((site, "")), here.act.in_(_ANEW), here.at > moment)
    return connection.execute(asked.limit(1)).first() is not None


def _came(connection: Connection, site: str, keys: Collection[str], moment: datetime) -> bool:
    here = resource_version.c
    asked = select(here.seq).where(among(here.site, here.key), here.received > moment)
    return connection.execute(asked.limit(1), {"of_site": site, "names": keys}).first() is not None


def _said(connection: Connection, site: str, trial: str, names: Collection[str], moment: datetime) -> bool:
    for table, when in ((attestation, attestation.c.received), (subject_move, subject_move.c.at)):
        asked = select(table.c.seq).where(among(table.c.site, table.c.patient), table.c.trial == trial, when > moment)
        if connection.execute(asked.limit(1), {"of_site": site, "names": names}).first() is not None:
            return True
    return False
