"""Entries: what became of each, where it is found from now on, and what those are answered with that ask for data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.addresses import address, remember
from natars_fhir.service.ingest.ahead import Ahead, issues
from natars_fhir.service.ingest.answer import FAILED, MATCHED, WRONG, Answer, Became, became
from natars_fhir.service.ingest.apart import refused_whole
from natars_fhir.service.ingest.arrival import Arrival, Arrived
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.matching import note
from natars_fhir.service.ingest.preconditions import Failed
from natars_fhir.service.ingest.take import Taken
from natars_fhir.service.search.asking_back import NOT_ALLOWED, asked_back
from natars_fhir.service.search.reading_back import Asker
from natars_fhir.store import quarantine, readings

_BY_ITSELF = Issue(
    "warning",
    "business-rule",
    "QuestionnaireResponse",
    "Answers to the screening form are heard only by themselves: POST this resource alone.",
)


def findable(
    connection: Connection, intake: Intake, mapping: SiteMapping, now: Mapping[str, str], fresh: Sequence[Arrived]
) -> None:
    """What came new is found from now on: at its address, by its identifiers, and by its patient. *now*: see `note`."""
    if not fresh:
        return
    remember(connection, intake.key, mapping.site.site, [(one.reading.kind, one.reading.key) for one in fresh])
    note(connection, mapping, fresh, now)


def became_each(
    connection: Connection, intake: Intake, site: str, asked: Ahead, taken: Mapping[int, Taken]
) -> list[Became]:
    """What became of each entry, in the document's order."""
    heads = readings.heads(connection, site, set(asked.matched.values())) if asked.matched else {}
    told = []
    for place, one in enumerate(asked.arrival.arrived):
        reading = noted(one, intake.canonical_base)
        where = address(intake.key, site, reading.kind, reading.key) if one.wanted else ""
        if (failed := asked.failed.get(place)) is not None:
            why = replace(reading, issues=(*reading.issues, failed.issue))
            told.append(Became(why, FAILED if failed.status == 412 else WRONG))
        elif (key := asked.matched.get(place)) is not None:
            told.append(Became(reading, MATCHED, heads[key].versions if key in heads else 0, where))
        else:
            told.append(became(reading, taken.get(place), where))
    return told


def unmet(
    connection: Connection, reader: DocumentReader, arrival: Arrival, failed: tuple[Failed, ...], now: datetime
) -> Answer:
    """Nothing of a transaction is taken. What its sender cannot mend by looking again is kept apart."""
    status = max(one.status for one in failed if one.status != 422) if any(f.status != 422 for f in failed) else 422
    told = issues(failed)
    if status == 422:
        quarantine.set_apart(connection, reader.site, refused_whole(arrival, told, reader), now)
    return Answer(status, operation_outcome(told), {"refused": 1})


def read_each(connection: Connection, intake: Intake, reader: DocumentReader, arrival: Arrival) -> dict[int, Node]:
    """Place of an entry that asks for data → what it is answered with, as everything is after the others."""
    wrong = arrival.faulty  # of these nobody can say what they ask
    asks = [(place, one) for place, one in enumerate(arrival.requests) if one.reads and place not in wrong]
    if not asks or not arrival.answered_each:
        return {}
    asker = Asker(reader.site, reader.version or "R4", intake.key, reader.mapping)
    return {
        place: NOT_ALLOWED if place in arrival.unseen else asked_back(connection, asker, one) for place, one in asks
    }


def noted(one: Arrived, base: str) -> Reading:
    """A person's answers to our form are heard only where they come by themselves: among other resources they are kept
    and change nothing, and whoever sends them so must hear of it."""
    reading = one.reading
    if one.entry.method == "DELETE" and "?" in one.entry.url and reading.fate == "deleted":
        return replace(reading, issues=())  # which resource is meant was looked up
    if reading.kind != "QuestionnaireResponse" or f"{base}/Questionnaire/".encode() not in one.raw:
        return reading
    return replace(reading, issues=(*reading.issues, _BY_ITSELF))
