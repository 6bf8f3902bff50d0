"""Bulk: an export is asked for, waited for, and its files are taken in as files are loaded.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html. Where the server tells how far it is stays in the store until all is
taken in: a pull that died goes on with the same export, in the middle of a file. What is gone there by then is asked
for once more. The marks move to the export's own time, and only where all of it came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from urllib.parse import urlencode
from uuid import uuid4

from natars_fhir.domain.issue import Issue
from natars_fhir.service.pull.ahead import Shelf, ahead
from natars_fhir.service.pull.chain import instant
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import ENDS, ExpiredError, PullError, refused
from natars_fhir.service.pull.files import brought, take_in
from natars_fhir.service.pull.manifest import Manifest, manifest
from natars_fhir.service.pull.source import Heard
from natars_fhir.service.upkeep.sealed import opened, seal
from natars_fhir.store import pull_jobs
from natars_fhir.store.pull_jobs import Job

#: So often an export is asked for in one pull; a job whose files are gone is one that was asked for in vain.
_KICK_OFFS = 2
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0
#: Manifests that go on elsewhere, before that is an endless way.
_MANIFESTS = 10_000
_ASYNC = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
_STATUS = {"Accept": "application/json"}
_GONE = Issue("warning", "not-found", "", "What the server had made ready was gone: it is asked for once more.")
_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s*%")
_PATHS = {"system": "$export", "patient": "Patient/$export", "group": "Group/{group}/$export"}


def exported(errand: Errand) -> None:
    """One export of all types of the plan. What it fails by is its part's; OvertakenError is raised."""
    part = errand.begin("export")
    try:
        for left in reversed(range(_KICK_OFFS)):
            job = _job(errand) or _kick_off(errand)
            try:
                _through(errand, part, job)
            except ExpiredError:
                _forget(errand, job, cancel=True)
                if not left:
                    raise
                _anew(errand, part)
            else:
                return
    except PullError as wrong:
        part.fault = wrong


def _anew(errand: Errand, part: Part) -> None:
    """What was wrong with the files that are gone counts no more."""
    for one in errand.parts:
        one.fault, one.short = None, False
    errand.tell(part, "export", _GONE)


def drop(errand: Errand) -> None:
    """Nothing is taken up that was begun before."""
    found = errand.read(lambda connection: pull_jobs.job(connection, errand.site))
    if found is not None:
        _forget(errand, found, cancel=True)


def _job(errand: Errand) -> Job | None:
    """What was begun before and is still what the plan asks for."""
    found = errand.read(lambda connection: pull_jobs.job(connection, errand.site))
    if found is None or (found.asked == _digest(errand) and _status(errand, found)):
        return found
    _forget(errand, found, cancel=True)
    return None


def _kick_off(errand: Errand) -> Job:
    """The server is asked for an export. Raises PullError."""
    source, plan = errand.source, errand.plan
    path = _PATHS[plan.level].format(group=plan.group)
    heard = source.get(f"{source.base}{path}?{urlencode(_asked(errand), safe=':,/|')}", _ASYNC)
    place = heard.headers.get("content-location", "")
    if heard.status != 202:
        raise refused(heard.status)
    if not place:
        raise PullError("unreadable", "kick-off")
    sealed = seal(errand.key, {"url": source.at(place, heard.url)})
    rmtree(errand.folder / errand.site, ignore_errors=True)  # whatever an export left that is not known any more
    job = Job(uuid4().hex, _digest(errand), sealed or b"", errand.now())
    errand.write(lambda connection: pull_jobs.begin(connection, errand.site, errand.holder, job))
    return job


def _asked(errand: Errand) -> list[tuple[str, str]]:
    types = errand.plan.types
    asked = [("_type", ",".join(types))]
    if (since := _since(errand)) is not None:
        asked.append(("_since", instant(since)))
    return asked + [("_typeFilter", f"{kind}?{one.query}") for kind, one in types.items() if one.query]


def _since(errand: Errand) -> datetime | None:
    """The earliest of the types' marks; None where one was never read."""
    found = [errand.since(kind, asked) for kind, asked in errand.plan.types.items()]
    return None if None in found else min(at for at in found if at is not None)


def _through(errand: Errand, part: Part, job: Job) -> None:
    """All that there is to an export that was begun."""
    url, at, parts = _status(errand, job), list[datetime](), list[Part]()
    known, files = set[str](), 0
    while url:
        if url in known or len(known) >= _MANIFESTS:
            raise PullError("repeats", "manifest")
        known.add(url)
        heard = _ready(errand, job, url)
        told = manifest(heard.body, files)
        at.append(told.at)
        files += len(told.files)
        parts += _files(errand, job, told)
        url = errand.source.at(told.next, heard.url) if told.next else ""
    part.documents += files
    if not any(one.fault or one.short for one in parts):
        for kind, asked in errand.plan.types.items():
            errand.move(part, kind, asked, min(at))
    _forget(errand, job, cancel=True)


def _files(errand: Errand, job: Job, told: Manifest) -> Iterator[Part]:
    """Each file is taken in while the next is fetched. Raises ExpiredError where one is not there any more."""
    folder = folder_of(errand, job)
    for file, path in ahead(brought(errand, job, told, folder), Shelf(1), errand.source.look):
        part = errand.begin(file.name)
        yield part
        if isinstance(path, PullError):
            part.fault = path
            if isinstance(path, ExpiredError) or path.kind in ENDS:
                raise path
            continue
        take_in(errand, part, job, file, path)


def _ready(errand: Errand, job: Job, url: str) -> Heard:
    """The manifest, once it is there. Raises PullError."""
    pause, source = _FIRST_WAIT, errand.source
    until = job.begun + timedelta(hours=errand.plan.hours)
    while True:
        heard = _status_of(errand, job, url, until)
        if heard.status in (404, 410):
            raise ExpiredError("export")
        if heard.status == 200:
            return heard
        if heard.status != 202:
            _forget(errand, job, cancel=False)
            raise refused(heard.status)
        if errand.now() > until:
            _forget(errand, job, cancel=True)
            raise PullError("late", "export")
        if found := _PERCENT.search(heard.headers.get("x-progress", "")):
            errand.seen("export", min(int(found[1]), 100), 100)
        source.pause(source.wait(heard) or pause)
        pause = min(pause * 2, _LONGEST_WAIT)


def _status_of(errand: Errand, job: Job, url: str, until: datetime) -> Heard:
    """What the server says of the export. One for which it says 500 however often it is asked has failed, and one of
    which it says nothing until the time is over is given up. Raises PullError."""
    try:
        return errand.source.get(url, _STATUS)
    except PullError as wrong:
        if wrong.kind == "away" and (wrong.word == "500" or errand.now() > until):
            _forget(errand, job, cancel=True)
        raise


def _forget(errand: Errand, job: Job, *, cancel: bool) -> None:
    """It is over; the server may let go of it, and is asked to, once and in good faith."""
    url = _status(errand, job)
    if cancel and url:
        try:
            with errand.source.sent("DELETE", url, _STATUS):
                pass
        except Exception:  # noqa: BLE001, S110 (a courtesy: whatever becomes of it changes nothing here)
            pass
    rmtree(folder_of(errand, job), ignore_errors=True)
    errand.write(lambda connection: pull_jobs.forget(connection, errand.site, job))


def folder_of(errand: Errand, job: Job) -> Path:
    """Where the files of an export are put until they are taken in."""
    return errand.folder / errand.site / job.id


def _status(errand: Errand, job: Job) -> str:
    """Where the server tells how far it is; empty where that was sealed with another key, or is another server's."""
    try:
        url = opened(errand.key, job.status).get("url", "")
    except ValueError:
        return ""
    return url if errand.source.own(url) else ""


def _digest(errand: Errand) -> str:
    types = {kind: errand.asked_for(one) for kind, one in errand.plan.types.items()}
    told = json.dumps(types, sort_keys=True)
    return sha256(told.encode()).hexdigest()[:16]
