"""Exports: the jobs of Bulk Data, from the kick-off until their files are gone. One process works at a time
(`Store.leading`); what it says of a job counts only while the job is still its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, false, func, insert, select, update

from natars_fhir.store.rows import keep_latest, keep_new
from natars_fhir.store.tables.export import export_clock, export_file, export_job, export_subject

State = Literal["waiting", "running", "done", "failed", "purged"]
Role = Literal["output", "error", "deleted"]
_job, _file, _holds = export_job.c, export_file.c, export_subject.c
_UNDER_WAY = ("waiting", "running")
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Job:
    """What somebody asked for; ``whose`` is a site, or empty for all of them; ``asked`` is JSON."""

    id: str
    whose: str
    by: str
    url: str
    asked: str
    folder: str
    made: datetime
    state: State = "waiting"
    progress: str = ""
    attempts: int = 0
    begun: datetime | None = None
    ended: datetime | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One file of NDJSON: what it holds, of which type, how many lines and bytes."""

    name: str
    role: Role
    kind: str
    count: int
    size: int
    packed: int
    digest: str


def make(connection: Connection, job: Job, sites: Collection[str]) -> None:
    """Adds a job; *sites* are those whose subjects it may come to hold."""
    told = {name: getattr(job, name) for name in _FIELDS}
    connection.execute(insert(export_job).values(**told, void=False))
    keep_new(connection, export_subject, [{"job": job.id, "site": site, "subject": ""} for site in sorted(sites)])


def under_way(connection: Connection, whose: str, by: str) -> int:
    """How many jobs of this caller are not ended."""
    asked = select(func.count()).where(_job.whose == whose, _job.by == by, _job.state.in_(_UNDER_WAY))
    return connection.execute(asked).scalar_one()


def one(connection: Connection, ident: str) -> Job | None:
    """The job of this id."""
    row = connection.execute(select(export_job).where(_job.id == ident)).first()
    return None if row is None else _told(row)


def asked_by(connection: Connection, whose: str, by: str) -> list[Job]:
    """Every job of this caller, the latest first."""
    asked = select(export_job).where(_job.whose == whose, _job.by == by).order_by(_job.made.desc(), _job.id)
    return [_told(row) for row in connection.execute(asked)]


def before(connection: Connection, job: Job) -> int:
    """How many jobs are to be done before this one."""
    asked = select(func.count()).where(_job.state.in_(_UNDER_WAY), _job.made < job.made)
    return connection.execute(asked).scalar_one()


def ended(connection: Connection) -> list[Job]:
    """Every job that is not under way."""
    asked = select(export_job).where(_job.state.not_in(_UNDER_WAY)).order_by(_job.made, _job.id)
    return [_told(row) for row in connection.execute(asked)]


def ids(connection: Connection) -> set[str]:
    """Every job that there is."""
    return set(connection.execute(select(_job.id)).scalars())


def begin(connection: Connection, now: datetime) -> Job | None:
    """Takes the oldest job up that is not ended, from its beginning: one that runs was left by who worked on it. Its
    moment is later than that of every job before it, in whole milliseconds."""
    asked = select(_job.id).where(_job.state.in_(_UNDER_WAY)).order_by(_job.made, _job.id).limit(1)
    ident = connection.execute(asked).scalar()
    if ident is None:
        return None
    last = connection.execute(select(export_clock.c.last)).scalar()
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    at = at if last is None or at > last else last + _TICK
    keep_latest(connection, export_clock, [{"id": 1, "last": at}])
    _clear(connection, ident)
    said = {"state": "running", "void": False, "attempts": _job.attempts + 1, "begun": at, "progress": ""}
    connection.execute(update(export_job).where(_job.id == ident).values(said))
    return one(connection, ident)


def go_on(connection: Connection, job: Job, progress: str, site: str, subjects: Collection[str]) -> bool:
    """So far now, and these subjects of a site are in its files; False where the job was taken away, or holds somebody
    who was forgotten meanwhile."""
    keep_new(connection, export_subject, [{"job": job.id, "site": site, "subject": one} for one in subjects])
    return _mine(connection, job, {"progress": progress}, _job.void.is_(false()))


def finish(connection: Connection, job: Job, files: Sequence[File], now: datetime, expires: datetime) -> bool:
    """Its files are there; False where it was taken away, or holds somebody who was forgotten meanwhile."""
    for file in files:
        connection.execute(insert(export_file).values(job=job.id, **{name: getattr(file, name) for name in _PARTS}))
    return _mine(
        connection, job, {"state": "done", "progress": "", "ended": now, "expires": expires}, _job.void.is_(false())
    )


def again(connection: Connection, job: Job) -> None:
    """It is to be begun again."""
    _mine(connection, job, {"state": "waiting", "progress": ""})


def fail(connection: Connection, job: Job, now: datetime, expires: datetime) -> None:
    """It is given up."""
    _clear(connection, job.id)
    _mine(connection, job, {"state": "failed", "progress": "", "ended": now, "expires": expires})


def remove(connection: Connection, ident: str) -> bool:
    """Nothing is known of it any more; False where nothing was."""
    _clear(connection, ident)
    connection.execute(delete(export_subject).where(_holds.job == ident))
    return connection.execute(delete(export_job).where(_job.id == ident)).rowcount == 1


def files(connection: Connection, ident: str) -> list[File]:
    """The files of a job."""
    asked = select(export_file).where(_file.job == ident).order_by(_file.role, _file.kind, _file.name)
    return [File(*(getattr(row, name) for name in _PARTS)) for row in connection.execute(asked)]


def file(connection: Connection, ident: str, name: str) -> File | None:
    """The file of this name."""
    return next((one for one in files(connection, ident) if one.name == name), None)


def purge(connection: Connection, site: str, subject: str) -> list[Job]:
    """Whoever is forgotten is in no file that is given out: those jobs are void, and are given back so that their
    files are removed. One that runs is to be begun again: it may have written the subject by now."""
    of_site = select(_holds.job).where(_holds.site == site, _holds.subject == "")
    running = update(export_job).where(_job.state == "running", _job.id.in_(of_site))
    connection.execute(running.values(void=True))
    holding = select(_holds.job).where(_holds.subject == subject)
    done = update(export_job).where(_job.state == "done", _job.id.in_(holding))
    found = connection.execute(done.values(state="purged").returning(_job.id)).scalars().all()
    for ident in found:
        _clear(connection, ident)
    connection.execute(delete(export_subject).where(_holds.subject == subject))
    return [job for ident in found if (job := one(connection, ident)) is not None]


def states(connection: Connection) -> Iterator[tuple[str, int, datetime]]:
    """State → how many jobs, and when the oldest was asked for."""
    asked = select(_job.state, func.count(), func.min(_job.made)).group_by(_job.state)
    yield from (tuple(row) for row in connection.execute(asked))


def _mine(connection: Connection, job: Job, values: dict[str, Any], *more: Any) -> bool:
    """Changes the job where it is still the one that was taken up."""
    ours = (_job.id == job.id, _job.state == "running", _job.attempts == job.attempts)
    return connection.execute(update(export_job).where(*ours, *more).values(values)).rowcount == 1


def _clear(connection: Connection, ident: str) -> None:
    """Its files are no files of it any more, and hold nobody."""
    connection.execute(delete(export_file).where(_file.job == ident))
    connection.execute(delete(export_subject).where(_holds.job == ident, _holds.subject != ""))


_FIELDS = (
    "id", "whose", "by", "url", "asked", "folder", "state", "progress", "attempts", "made", "begun", "ended", "expires",
)  # fmt: skip
_PARTS = ("name", "role", "kind", "count", "size", "packed", "digest")


def _told(row: Any) -> Job:
    return Job(**{name: getattr(row, name) for name in _FIELDS})
