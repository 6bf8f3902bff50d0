"""Bulk Data exports as their clients see them: asked for, looked after, fetched, taken away.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html. A job is known to the caller who asked for it, and to nobody else.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from natars_fhir.domain.issue import Issue
from natars_fhir.emit.identity import Key, keyed
from natars_fhir.fhir.build import Node
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.export.bulk_export_asked import Wanted, written
from natars_fhir.service.export.exported import TYPES
from natars_fhir.service.export.ndjson_files import remove
from natars_fhir.store import audit, exports
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store
from natars_fhir.store.exports import File, Job

#: A client waits so many seconds at first, and at most, before it looks again.
_SOON, _LATE = 1, 30


class ExportRefusedError(Exception):
    """Why nothing is exported: the status, and what is told."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.issue = status, Issue("error", code, "", text)


@dataclass(frozen=True, slots=True)
class Depot:
    """Where exports are asked for. *most* are the jobs of a caller that may be under way."""

    store: Store
    key: Key = field(repr=False)
    sites: Callable[[], tuple[str, ...]]
    folder: Path
    most: int
    now: Callable[[], datetime]


def home(folder: Path, key: Key) -> Path:
    """Where the files of one installation lie: another one may use the same folder."""
    return folder.absolute() / f"natars-{keyed(key, 'exports')[:12]}"


def kick_off(depot: Depot, who: Caller, wanted: Wanted, url: str, *, lenient: bool) -> Job:
    """Notes the job. Raises ExportRefusedError."""
    now = depot.now()
    asked = _allowed(who, wanted, lenient=lenient)
    whose = "" if who.across else who.site
    job = Job(secrets.token_hex(16), whose, who.by, url, written(asked), str(home(depot.folder, depot.key)), now)
    sites = [whose] if whose else depot.sites()
    with depot.store.write() as connection:  # alone, so that nobody is counted twice
        if exports.under_way(connection, whose, who.by) >= depot.most:
            raise ExportRefusedError(
                429, "throttled", f"At most {depot.most} exports of a caller are under way at once."
            )
        exports.make(connection, job, [one for one in sites if asked.site in ("", one)])
        audit.write(connection, depot.key, _act(job, "export asked", now, {"types": len(asked.kinds or TYPES)}))
    return job


def _allowed(who: Caller, wanted: Wanted, *, lenient: bool) -> Wanted:
    """As far as the caller's scopes go: to read a type and to search it are both needed."""
    kinds = wanted.kinds or TYPES
    may = tuple(kind for kind in kinds if who.does(kind, "r") and who.does(kind, "s"))
    text = "The token's scopes do not allow this."
    if not may or (wanted.kinds and len(may) < len(kinds) and not lenient):
        raise ExportRefusedError(403, "forbidden", text)
    if len(may) == len(kinds):
        return wanted
    told = Issue(
        "warning", "forbidden", "_type", f"{text} Left out: {', '.join(one for one in kinds if one not in may)}."
    )
    filters = tuple(one for one in wanted.filters if one.kind in may)
    return replace(wanted, kinds=may, filters=filters, told=(*wanted.told, told))


def known(depot: Depot, who: Caller, ident: str) -> tuple[Job, int]:
    """The caller's job of this id, and how many are before it. Raises ExportRefusedError."""
    with depot.store.read() as connection:
        job = exports.one(connection, ident)
        if job is None or (job.whose, job.by) != ("" if who.across else who.site, who.by):
            raise ExportRefusedError(404, "not-found", "There is no such export, or its time is over.")
        ahead = exports.before(connection, job)
    if job.state == "purged":
        text = "The export held a subject who is forgotten by now, and is gone: ask for another one."
        raise ExportRefusedError(410, "deleted", text)
    if job.state == "failed":
        raise ExportRefusedError(500, "exception", "The export could not be made: the log knows why.")
    return job, ahead


def listed(depot: Depot, who: Caller) -> list[tuple[Job, list[File]]]:
    """Every job of the caller with its files, the latest first."""
    with depot.store.read() as connection:
        jobs = exports.asked_by(connection, "" if who.across else who.site, who.by)
        return [(job, exports.files(connection, job.id)) for job in jobs]


def progress(job: Job, ahead: int, now: datetime) -> Mapping[str, str]:
    """How far it is, and when to ask again (https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---in-progress-status)."""
    said = job.progress or ("begun" if job.state == "running" else f"waiting, {ahead} before it")
    wait = (now - job.made).total_seconds() / 10
    return {"X-Progress": said[:99], "Retry-After": str(int(max(_SOON, min(_LATE, wait))))}


def manifest(depot: Depot, job: Job, address: Callable[[str], str]) -> Node:
    """What there is to fetch, each file under its *address*."""
    with depot.store.read() as connection:
        files = exports.files(connection, job.id)

    def told(role: str) -> list[Node]:
        return [{"type": one.kind, "url": address(one.name), "count": one.count} for one in files if one.role == role]

    at = (job.begun or job.made).isoformat(timespec="milliseconds")
    head = {"transactionTime": at, "request": job.url, "requiresAccessToken": True}
    return {**head, "output": told("output"), "deleted": told("deleted"), "error": told("error")}


def fetched(depot: Depot, who: Caller, ident: str, name: str) -> tuple[Job, File]:
    """A file of the caller's job; that it was fetched is in the audit. Raises ExportRefusedError."""
    job, _ = known(depot, who, ident)
    with depot.store.read() as connection:
        file = exports.file(connection, job.id, name) if job.state == "done" else None
    if file is None or not (Path(job.folder) / job.id / file.name).is_file():
        raise ExportRefusedError(404, "not-found", "There is no such file, or its time is over.")
    if file.role == "output" and not who.does(file.kind, "r"):
        raise ExportRefusedError(403, "forbidden", "The token's scopes do not allow this.")
    with depot.store.write(()) as connection:
        act = _act(job, "export file", depot.now(), {"lines": file.count})
        audit.write(connection, depot.key, replace(act, hash=file.digest))
    return job, file


def taken_away(depot: Depot, who: Caller, ident: str) -> None:
    """The caller wants no more of it. Raises ExportRefusedError."""
    try:
        known(depot, who, ident)
    except ExportRefusedError as refused:
        if refused.status == 404:
            raise
    with depot.store.write(()) as connection:
        job = exports.one(connection, ident)
        if job is None:
            return
        exports.remove(connection, ident)
        audit.write(connection, depot.key, _act(job, "export removed", depot.now(), {}))
    remove(Path(job.folder) / job.id)


def forget(job: Job) -> None:
    """The files of a job that holds somebody who is forgotten go at once. Raises OSError where they cannot."""
    remove(Path(job.folder) / job.id)


def _act(job: Job, act: str, now: datetime, counts: Mapping[str, int]) -> Act:
    return Act(job.whose or EVERYWHERE, now, act, "", 200, counts)
