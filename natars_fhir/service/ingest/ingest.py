"""Ingest: the one way in. A document of a site, read, kept, and all that follows of it, in one transaction.

What was answered was written: the resource versions, the facts, the screenings of all patients it touches, and the
letters to the site. The same bytes again change nothing and send nothing.
"""

from __future__ import annotations

from datetime import datetime

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.access.narrowed import narrowed
from natars_fhir.service.ingest.admit import admit
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.arrival import Arrival, TooManyError, arrive
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.service.screening.foreseen import NOTHING, Foreseen
from natars_fhir.service.screening.rescreen import foresee
from natars_fhir.store import audit
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import digest


def push(
    store: Store, intake: Intake, reader: DocumentReader, raw: bytes, now: datetime, caller: Caller | None = None
) -> Answer:
    """Takes in a document of the reader's site, as far as *caller* may send it; without one, whole. What is wrong with
    it is said in the answer, never raised."""
    try:
        with store.apart():
            arrival = narrowed(arrive(raw, reader, intake.most_entries), caller)
            pushed = Pushed(intake, reader, arrival, now, ahead=_foreseen(store, intake, reader, arrival, now))
    except TooManyError:
        return _too_many(store, intake, reader.site, raw, now)
    return store.of(reader.site).joined(arrival.names, pushed, admit)


def _foreseen(store: Store, intake: Intake, reader: DocumentReader, arrival: Arrival, now: datetime) -> Foreseen:
    """What is worth finding before the turn to write comes: where processes wait for each other."""
    if not intake.ahead or arrival.refused_whole:
        return NOTHING
    coming = [(one.reading, one.packed) for one in arrival.arrived if one.reading.fate == "read"]
    with store.of(reader.site).read() as connection:
        return foresee(connection, intake, reader.mapping.site, coming, now)


def _too_many(store: Store, intake: Intake, site: str, raw: bytes, now: datetime) -> Answer:
    text = f"A Bundle of at most {intake.most_entries} entries is taken at once: send it in parts."
    issue = Issue("error", "too-long", "Bundle.entry", text)
    answer = Answer(413, operation_outcome([issue]), {"refused": 1, "not-kept": 1})
    act = Act(site, now, "push", digest(raw), answer.status, answer.counts)
    store.of(site).done((), lambda connection: audit.write(connection, intake.key, act))
    return answer
