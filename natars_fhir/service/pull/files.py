"""Files: what an export came to is brought here one by one and taken in, and is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Start, documents
from natars_fhir.service.ingest.door import Door, Run
from natars_fhir.service.ingest.load import load_documents
from natars_fhir.service.pull.download import download
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import PullError
from natars_fhir.service.pull.manifest import File, Manifest
from natars_fhir.service.pull.page import outcomes
from natars_fhir.store import loads, pull_jobs
from natars_fhir.store.loads import Loaded
from natars_fhir.store.pull_jobs import Job

_SAID = "The hospital's server says this of its own export: not all that was asked for may be in it."
_SHORT = Issue("error", "incomplete", "", "The file holds fewer resources than the server says.")
_LONG = Issue("warning", "value", "", "The file holds more resources than the server says.")
_MISSING = Issue("error", "incomplete", "", "The file came cut off or damaged: what was good before that is kept.")

#: A file with where it is now, or why it could not be brought.
Brought = tuple[File, Path | PullError]


def brought(errand: Errand, job: Job, told: Manifest, folder: Path) -> Iterator[Brought]:
    """The files of a manifest that are not taken in yet, as they come."""
    for file in told.files:
        if not _over(errand, job, file):
            yield file, _bring(errand, told, file, folder)


def _bring(errand: Errand, told: Manifest, file: File, folder: Path) -> Path | PullError:
    source = errand.source
    try:
        url = source.at(file.url) if told.needs_token else str(source.joined(file.url))
        if not source.reaches(url):
            raise PullError("elsewhere", "file")
        path = folder / f"{file.number}.ndjson"
        return download(
            source, url, path, known=told.needs_token, seen=lambda octets: errand.seen(file.name, octets, None)
        )
    except PullError as wrong:
        return wrong


def take_in(errand: Errand, part: Part, job: Job, file: File, path: Path) -> None:
    """The file's resources as pushes; what the server says of its own failures is told. One that came short is judged
    again by whoever goes on with the export: the marks must wait then too."""
    if file.what == "error":
        _tell(errand, part, file, path)
    else:
        last = _load(errand, part, job, file, path)
        if last is not None:
            _compare(errand, part, file, last)
        if part.short:
            name = job.name + str(file.number)
            errand.write(lambda connection: pull_jobs.unread(connection, errand.site, name))
    path.unlink(missing_ok=True)


def _load(errand: Errand, part: Part, job: Job, file: File, path: Path) -> Run | None:
    """The file's run; None where it was taken in before."""
    run = known_run(errand.door, job.name + str(file.number), file.hash)
    if run.found == "known":
        return None
    source = documents(path, file.name, Start(run.file.at, run.file.line), errand.door.longest)
    for _ in errand.taken(part, load_documents(errand.door, run, source)):
        pass
    before = run.file.counts  # what an earlier run could not keep counts too
    part.short = part.short or bool(before.get("unread") or before.get("not-kept"))
    return run


def known_run(door: Door, name: str, hash_: str) -> Run:
    """A run over a file that its bringer knows by a name and a hash of its own; from where an earlier one stopped."""
    site = door.reader.site

    def work(connection: Connection) -> Loaded:
        known, fresh = loads.named(connection, site, name), Loaded(name, hash_, 0)
        if known is not None and known.hash == hash_:
            return known
        loads.begin(connection, site, fresh, door.now())
        return fresh

    file = door.store.of(site).done((), work)
    return Run(name, "known" if file.over else "resumed" if file.at else "new", file, file.line)


def _over(errand: Errand, job: Job, file: File) -> bool:
    known = errand.read(lambda connection: loads.named(connection, errand.site, job.name + str(file.number)))
    return known is not None and known.hash == file.hash and known.over


def _compare(errand: Errand, part: Part, file: File, run: Run) -> None:
    """Is it as long as the server says?"""
    if run.file.state == "cut-off":
        errand.tell(part, file.name, _MISSING)
    found = run.start + run.documents
    if file.count is not None and found != file.count and file.what == "output":
        errand.tell(part, file.name, _SHORT if found < file.count else _LONG)


def _tell(errand: Errand, part: Part, file: File, path: Path) -> None:
    """Severities and codes of OperationOutcomes; whatever else they say may name a patient."""
    for one in documents(path, file.name, longest=errand.door.longest):
        part.documents += bool(one.raw)
        for severity, code in outcomes(one.raw) if one.raw else ():
            errand.tell(part, file.name, Issue(severity, code, "", _SAID))  # type: ignore[arg-type]
        for issue in one.issues:
            errand.tell(part, file.name, issue)
