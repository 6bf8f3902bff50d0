"""Load: files come in as pushes do: the same reading, the same answers, the same quarantine. Memory stays flat.

Documents are taken in some at a time, each time in one transaction with how far the file was read: whatever ends the
run, the next one goes on there, and no document counts twice. Where a group begins depends on the file alone, so that a
run that was broken off leaves what an unbroken one leaves. https://hl7.org/fhir/R4/nd-json.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document, Start, documents
from natars_fhir.service.ingest.admit import admit
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.apart import refused_whole
from natars_fhir.service.ingest.arrival import Arrival, TooManyError, arrive
from natars_fhir.service.ingest.door import Door, Found, Run
from natars_fhir.service.ingest.entries import noted
from natars_fhir.service.ingest.gathering import gathered
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.known_file import known, marks, watched
from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.service.screening.pace import later
from natars_fhir.store import audit, loads, quarantine
from natars_fhir.store.audit import Act
from natars_fhir.store.loads import Loaded, State
from natars_fhir.store.packed import digest
from natars_fhir.store.undoing import undoable

#: What is taken in at once: so many documents, or bytes of them; where there is time, what is worth a transaction.
MOST_DOCUMENTS, MOST_BYTES, _WORTH_IT = 200, 4_000_000, 500_000

_log = structlog.get_logger("natars_fhir.load")
_NOT_KEPT = {"refused": 1, "not-kept": 1}
_FAILED = Issue("error", "exception", "", "Something went wrong here when it was taken in: the log says where.")


class OvertakenError(Exception):
    """Another run is at work on the same file."""


def load_file(door: Door, path: Path, *, again: bool = False) -> Iterator[Run]:
    """Takes in a file: yields the run as it stands after every group, so that it can be told wherever it ends.

    With *again* what was loaded before is taken in once more. Raises OvertakenError, SQLAlchemyError.
    """
    try:
        here = known(path)
    except OSError:
        yield from load_documents(door, Run(str(path), "new", Loaded(str(path), "", 0)), documents(path))
        return
    found, file = _where(door, here.file, again=again)
    run = Run(str(path), found, file, file.line)
    yield run
    if found != "known":
        whole = documents(path, str(path), Start(file.at, file.line), door.longest)
        yield from load_documents(door, run, watched(path, whole, here.marks))
        if marks(path) != here.marks:  # what was read is no file that ever was
            door.store.of(door.reader.site).done((), partial(_anew, door, here.file))


def load_stream(door: Door, stream: BinaryIO, name: str) -> Iterator[Run]:
    """Takes in a stream, of which nothing is known when it comes again."""
    run = Run(name, "stream", Loaded(name, "", 0))
    yield from load_documents(door, run, documents(stream, name, longest=door.longest))


def _where(door: Door, file: Loaded, *, again: bool) -> tuple[Found, Loaded]:
    """How the file is known, and where the rest of it begins."""
    site = door.reader.site

    def work(connection: Connection) -> tuple[Found, Loaded]:
        before = loads.named(connection, site, file.name)
        if not again:
            if before is not None and before.hash == file.hash:
                return ("known" if before.over else "resumed" if before.at else "new"), before
            if (other := loads.same(connection, site, file.hash)) is not None:
                return "known", other
        loads.begin(connection, site, file, door.now())
        return ("new" if before is None or before.hash == file.hash else "changed"), file

    return door.store.of(site).done((), work)


def _anew(door: Door, file: Loaded, connection: Connection) -> None:
    loads.begin(connection, door.reader.site, file, door.now())


def load_documents(
    door: Door, run: Run, found: Iterable[Document], idle: Callable[[], bool] = lambda: False
) -> Iterator[Run]:
    """Takes in documents for a run that begins or goes on, group by group: whenever it is yielded, all that were asked
    for by then are durable. Whom they touch is screened by `Door.finish`. A group that is not full is taken in too
    where there is time for it (*idle*): the next document is not here yet."""
    state: State = "done"
    group = _Group()
    for one in found:
        door.seen(one.name, one.offset)
        run.documents += bool(one.raw)
        for issue in one.issues:
            door.problem(one, issue)
            run.unread += 1
            state = "cut-off" if issue.code == "incomplete" else state
        group.add(one)
        if group.complete(idle):
            _take_in(door, run, group, "under-way")
            group = _Group()
            yield run
    _take_in(door, run, group, state)
    yield run


class _Group:
    """Documents that are taken in at once."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self._bytes, self.unread = 0, 0

    def add(self, one: Document) -> None:
        self.documents.append(one)
        self._bytes += len(one.raw)
        self.unread += len(one.issues)

    def complete(self, idle: Callable[[], bool]) -> bool:
        full = len(self.documents) >= MOST_DOCUMENTS or self._bytes >= MOST_BYTES
        return full or (self._bytes >= _WORTH_IT and idle())


def _take_in(door: Door, run: Run, group: _Group, state: State) -> None:
    """One transaction: the documents, and how far the file was read."""
    read = [(one, _arrived(door, one)) for one in group.documents if one.raw]
    try:
        _written(door, run, group, state, read, _together)
    except (SQLAlchemyError, OvertakenError):
        raise
    except Exception as fault:  # noqa: BLE001 (one document that fails must not keep a file from being loaded)
        _log.error("load failed: one by one", site=door.reader.site, fault=type(fault).__name__)
        _written(door, run, group, state, read, _one_by_one)
    door.keep_up()
    run.not_understood += sum(
        len(each.reading.not_understood) for _, arrival in read if arrival for each in arrival.arrived
    )
    for one, came in read:
        for issue in _problems(door, came):
            door.problem(one, issue)


#: Documents with what was read of them; None of one that has too many entries.
Read = list[tuple[Document, Arrival | None]]
#: How they are taken in, in one transaction.
Work = Callable[[Door, Connection, Read], Iterable[Answer]]


def _written(door: Door, run: Run, group: _Group, state: State, read: Read, work: Work) -> None:
    site, now = door.reader.site, door.now()

    def kept(connection: Connection) -> tuple[Loaded, Counter[str]]:
        counts = Counter[str]()
        for answer in work(door, connection, read):
            counts.update(answer.counts or {"again": 1})
        after = _after(run.file, group, state, counts)
        if run.file.hash and not loads.go_on(connection, site, run.file, after, now):
            raise OvertakenError
        return after, counts

    names = {name for _, arrival in read if arrival is not None for name in arrival.names}
    run.file, counts = door.store.of(site).done(names, kept)
    run.counts.update(counts)


def _after(file: Loaded, group: _Group, state: State, counts: Counter[str]) -> Loaded:
    """How the file stands when the group is taken in."""
    last = next((one for one in reversed(group.documents) if one.end), None)
    told = Counter(file.counts) + counts + Counter({"unread": group.unread})
    at, line = (last.end, last.line or 0) if last else (file.at, file.line)
    return replace(file, at=at, line=line, state=state, counts=dict(told))


def _together(door: Door, connection: Connection, read: Read) -> Iterator[Answer]:
    whole, intake = (arrival for _, arrival in read if arrival is not None), later(door.intake)
    yield from admit(connection, [_pushed(door, intake, arrival) for arrival in gathered(whole)])
    for one, came in read:
        if came is None:
            yield _too_many(door, connection, one)


def _one_by_one(door: Door, connection: Connection, read: Read) -> Iterator[Answer]:
    """Each within a savepoint: the one that fails is set apart, and the others count."""
    for one, arrival in read:
        if arrival is None:
            yield _too_many(door, connection, one)
            continue
        try:
            with undoable(connection):
                (answer,) = admit(connection, [_pushed(door, later(door.intake), arrival)])
        except SQLAlchemyError:
            raise
        except Exception as fault:  # noqa: BLE001 (it is set apart, and told)
            _log.error("load failed", site=door.reader.site, fault=type(fault).__name__)
            answer = _failed(door, connection, arrival)
        yield answer


def _pushed(door: Door, intake: Intake, arrival: Arrival) -> Pushed:
    return Pushed(intake, door.reader, arrival, door.now(), door.act)


def _failed(door: Door, connection: Connection, arrival: Arrival) -> Answer:
    site, now = door.reader.site, door.now()
    quarantine.set_apart(connection, site, refused_whole(arrival, (_FAILED,), door.reader), now)
    audit.write(connection, door.intake.key, Act(site, now, door.act, arrival.hash, 500, {"refused": 1}))
    return Answer(500, {}, {"refused": 1})


def _too_many(door: Door, connection: Connection, one: Document) -> Answer:
    act = Act(door.reader.site, door.now(), door.act, digest(one.raw), 413, _NOT_KEPT)
    audit.write(connection, door.intake.key, act)
    return Answer(413, {}, _NOT_KEPT)


def _arrived(door: Door, one: Document) -> Arrival | None:
    """The document, read; None where it has more entries than are taken at once."""
    try:
        return arrive(one.raw, door.reader, door.intake.most_entries)
    except TooManyError:
        return None


def _problems(door: Door, arrival: Arrival | None) -> Iterator[Issue]:
    """What of a document was not used, or is not heard this way."""
    if arrival is None:
        text = f"A Bundle of at most {door.intake.most_entries} entries is taken at once: send it in parts."
        yield Issue("error", "too-long", "Bundle.entry", text)
        return
    yield from arrival.document.issues
    for each in arrival.arrived:
        if each.reading.fate == "refused":
            yield from each.reading.issues
        else:
            yield from noted(each, door.intake.canonical_base).issues[len(each.reading.issues) :]
