"""Pull jobs: the export that a site's server was asked for, kept so that a pull which died goes on with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, select

from natars_fhir.store.pulls import OvertakenError, keep
from natars_fhir.store.rows import keep_latest
from natars_fhir.store.tables.load import load
from natars_fhir.store.tables.pull import pull_job


@dataclass(frozen=True, slots=True)
class Job:
    """An export: our name for it, a digest of what was asked for, where it tells how far it is (sealed), since when."""

    id: str
    asked: str
    status: bytes = field(repr=False)
    begun: datetime

    @property
    def name(self) -> str:
        """How the names of its files begin."""
        return f"pull {self.id} "


def job(connection: Connection, site: str) -> Job | None:
    """The export that is under way."""
    row = connection.execute(select(pull_job).where(pull_job.c.site == site)).first()
    return None if row is None else Job(row.id, row.asked, bytes(row.status), row.begun)


def begin(connection: Connection, site: str, holder: str, made: Job) -> None:
    """The server has begun with it. Raises OvertakenError."""
    if not keep(connection, site, holder, made.begun):
        raise OvertakenError
    told = {"id": made.id, "asked": made.asked, "status": made.status, "begun": made.begun}
    keep_latest(connection, pull_job, [{"site": site, **told}])


def unread(connection: Connection, site: str, name: str) -> None:
    """A file of this name is read from its beginning, should the export go on: it came short."""
    connection.execute(delete(load).where(load.c.site == site, load.c.name == name))


def forget(connection: Connection, site: str, over: Job) -> None:
    """It is over: nothing is kept of it, nor of how far its files were read."""
    connection.execute(delete(load).where(load.c.site == site, load.c.name.startswith(over.name, autoescape=True)))
    connection.execute(delete(pull_job).where(pull_job.c.site == site, pull_job.c.id == over.id))
