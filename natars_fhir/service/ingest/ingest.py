"""Ingest: the one way in. A document of a site, read, kept, and all that follows of it, in one transaction.

What was answered was written: the resource versions, the facts, the screenings of all patients it touches, and the
letters to the site. The same bytes again change nothing and send nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.access.narrowed import forbidden, narrowed
from natars_fhir.service.ingest.ahead import settle
from natars_fhir.service.ingest.answer import FORBIDDEN, Answer, answered, issue_counts, refused
from natars_fhir.service.ingest.apart import refused_entries, refused_whole
from natars_fhir.service.ingest.arrival import Arrival, Arrived, TooManyError, arrive
from natars_fhir.service.ingest.aside import aside, forgotten
from natars_fhir.service.ingest.entries import became_each, findable, read_each, unmet
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.take import Change, take
from natars_fhir.service.remap.gaps import notice
from natars_fhir.service.screening.cause import cause
from natars_fhir.service.screening.foreseen import NOTHING, Foreseen, persons_after
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.service.screening.rescreen import foresee, rescreen
from natars_fhir.store import audit, due, locks, patients, quarantine, readings, trail
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.known_as import KnownAs
from natars_fhir.store.packed import digest
from natars_fhir.store.patients import Naming

#: An answer may hold resources: their numbers keep their digits.
_exact = msgspec.json.Decoder(float_hook=Decimal).decode
_json = msgspec.json.Encoder(decimal_format="number").encode


def push(
    store: Store, intake: Intake, reader: DocumentReader, raw: bytes, now: datetime, caller: Caller | None = None
) -> Answer:
    """Takes in a document of the reader's site, as far as *caller* may send it; without one, whole. What is wrong with
    it is said in the answer, never raised."""
    try:
        with store.apart():
            arrival = narrowed(arrive(raw, reader, intake.most_entries), caller)
            ahead = _foreseen(store, intake, reader, arrival, now)
    except TooManyError:
        return _too_many(store, intake, reader.site, raw, now)
    return store.of(reader.site).done(
        arrival.names, lambda connection: admit(connection, intake, reader, arrival, now, ahead=ahead)
    )


def _foreseen(store: Store, intake: Intake, reader: DocumentReader, arrival: Arrival, now: datetime) -> Foreseen:
    """What is worth finding before the turn to write comes: where processes wait for each other."""
    if not intake.ahead or arrival.refused_whole:
        return NOTHING
    coming = [(one.reading, one.packed) for one in arrival.arrived if one.reading.fate == "read"]
    with store.of(reader.site).read() as connection:
        return foresee(connection, intake, reader.mapping.site, coming, now)


def admit(
    connection: Connection,
    intake: Intake,
    reader: DocumentReader,
    arrival: Arrival,
    now: datetime,
    act: str = "push",
    came: datetime | None = None,
    ahead: Foreseen = NOTHING,
) -> Answer:
    """Takes in what was read, in the caller's transaction; *came* is when it came, where that was before *now*."""
    earlier, fresh = _earlier(connection, reader.site, arrival), list[Arrived]()
    answer = earlier or _taken(connection, intake, reader, arrival, (now, came), fresh, ahead)
    done, told = (act, issue_counts(arrival)) if earlier is None else (f"{act} again", {})
    counts = {**answer.counts, **told}
    audit.write(connection, intake.key, Act(reader.site, now, done, arrival.hash, answer.status, counts))
    notice(connection, reader.mapping, fresh, now)  # last of all: every push of a site counts in the same rows
    return answer


def _taken(
    connection: Connection,
    intake: Intake,
    reader: DocumentReader,
    arrival: Arrival,
    at: tuple[datetime, datetime | None],
    fresh: list[Arrived],
    ahead: Foreseen,
) -> Answer:
    """*fresh* gets what is new of it, to be counted."""
    now, came = at
    if reasons := arrival.refused_whole:
        kept = not forbidden(reasons) and not forgotten(connection, intake, reader.site, arrival.raw)
        if arrival.raw.strip() and kept:
            quarantine.set_apart(connection, reader.site, refused_whole(arrival, reasons, reader), now)
        return refused(reasons)
    arrival = aside(connection, intake, reader, arrival, now)
    ask = KnownAs(connection, reader.site)
    asked = settle(connection, reader.mapping, intake.key, arrival, ask, now)
    if asked.refusal:
        return unmet(connection, reader, arrival, asked.refusal, now)
    arrival, wanted = asked.arrival, [asked.arrival.arrived[place] for place in asked.order]
    taken, change = take(connection, reader.mapping, wanted, ask, now, came)
    fresh += [one for one, done in zip(wanted, taken, strict=True) if done.became in ("created", "changed")]
    findable(connection, intake, reader.mapping, asked, fresh)
    done = _follow(connection, intake, reader, change, now, ahead)
    _unused(connection, reader, arrival, now)
    entries = became_each(connection, intake, reader.site, asked, dict(zip(asked.order, taken, strict=True)))
    answer = answered(arrival, entries, now, read_each(connection, intake, reader, arrival))
    counts = {**answer.counts, **done.counts}
    answer = Answer(answer.status, answer.body, counts)
    if not answer.counts.get(FORBIDDEN):  # somebody else may
        _remember(connection, reader.site, arrival, answer)
    return answer


def _follow(
    connection: Connection, intake: Intake, reader: DocumentReader, change: Change, now: datetime, ahead: Foreseen
) -> Rescreened:
    """Who was touched is screened again, or due: by facts, by names that were joined or parted, by a Medication."""
    site = reader.mapping.site
    causes = dict(change.touched)
    for other, subjects in readings.told_of(connection, site.site, change.others.keys()).items():
        for subject in subjects:
            causes[subject] = causes.get(subject, set()) | change.others[other]
    persons = _persons(connection, site.site, causes.keys(), change.names)
    if intake.after:
        touched = {key: cause(names, causes) for key, names in persons.items()}
        due.mark(connection, site.site, touched, now, intake.patience)
        return Rescreened()
    return rescreen(connection, intake, site, persons, causes, now, known=change.known, ahead=ahead)


def _persons(
    connection: Connection, site: str, touched: Collection[str], says: Mapping[str, Collection[str]]
) -> dict[str, set[str]]:
    """The persons whom a document touches, by names that it *touched* or that its Patients say (*says*) or said before;
    nobody else touches them until this transaction ends."""
    news = {(key, name) for key, names in says.items() for name in names}
    said = _alone_with(connection, site, {*touched, *says, *(name for _, name in news)})
    former = {one for one in said if one[0] in says}
    others = {key: says[key] for key in {key for key, _ in former ^ news}}
    patients.rename(connection, site, others, {key for key, _ in former})
    return persons_after(said, touched, says)


def _alone_with(connection: Connection, site: str, names: Collection[str]) -> set[Naming]:
    """What is said of the persons behind these names, whom nobody else touches until this transaction ends."""
    said = patients.said_of(connection, site, names)
    while not (every := {end for one in said for end in one}) <= {*names}:
        names = every | {*names}
        if not locks.also(connection, site, every):
            break
        said = patients.said_of(connection, site, names)
    return said


def _unused(connection: Connection, reader: DocumentReader, arrival: Arrival, now: datetime) -> None:
    """What could not be read is kept apart; of what no view reads, only that it came."""
    for unused in refused_entries(arrival, reader):
        if not forbidden(unused.issues):
            quarantine.set_apart(connection, reader.site, unused, now)
    gone = [one.let_go for one in arrival.arrived if one.reading.fate == "let-go" and not one.forgotten]
    trail.let(connection, reader.site, gone, now)


def _earlier(connection: Connection, site: str, arrival: Arrival) -> Answer | None:
    """The first answer to a document that says who it is and comes again, byte for byte."""
    if not arrival.document.identifier:
        return None
    said = trail.answer(connection, site, arrival.document.identifier, arrival.hash)
    if said is None:
        return None
    status, body = _exact(said)
    return Answer(status, body, {})


def _remember(connection: Connection, site: str, arrival: Arrival, answer: Answer) -> None:
    if arrival.document.identifier:
        said = _json((answer.status, answer.body))
        trail.keep_answer(connection, site, arrival.document.identifier, arrival.hash, said)


def _too_many(store: Store, intake: Intake, site: str, raw: bytes, now: datetime) -> Answer:
    text = f"A Bundle of at most {intake.most_entries} entries is taken at once: send it in parts."
    issue = Issue("error", "too-long", "Bundle.entry", text)
    answer = Answer(413, operation_outcome([issue]), {"refused": 1, "not-kept": 1})
    act = Act(site, now, "push", digest(raw), answer.status, answer.counts)
    store.of(site).done((), lambda connection: audit.write(connection, intake.key, act))
    return answer
