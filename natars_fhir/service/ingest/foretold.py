"""Foretold: what a push of a document would be told, without keeping anything. Pure.

It is the answer itself, made of the same reading by the same functions. What only the store knows is left out: whether
a newer version is known, and whether a resource that is to be deleted is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from natars_fhir.fhir.build import Node
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.ingest.answer import WRONG, Answer, Became, answered, became, refused
from natars_fhir.service.ingest.arrival import Arrival, Arrived, TooManyError, arrive
from natars_fhir.service.ingest.entries import noted
from natars_fhir.service.ingest.preconditions import body_differs
from natars_fhir.service.ingest.take import Taken

#: What is counted of a push, and is no issue of it.
_SUMMARY = "Resources: "
_TAKEN = Taken("unchanged", 1)
#: Nothing that is told holds a moment.
_WHENEVER = datetime(1970, 1, 1, tzinfo=UTC)


def foretold(raw: bytes, reader: DocumentReader, most_entries: int, canonical_base: str) -> list[Node]:
    """The issues of an OperationOutcome that a push of *raw* would be answered with, entry by entry."""
    try:
        arrival = arrive(raw, reader, most_entries)
    except TooManyError:  # this is told by whoever checks, before anything is read
        return []
    return [one for one in _issues(_answer(arrival, canonical_base).body) if not _counts(one)]


def _answer(arrival: Arrival, canonical_base: str) -> Answer:
    if reasons := arrival.refused_whole:
        return refused(reasons)
    entries = [_became(one, canonical_base) for one in arrival.arrived]
    return answered(arrival, entries, _WHENEVER)


def _became(one: Arrived, canonical_base: str) -> Became:
    reading = noted(one, canonical_base)
    if failed := body_differs(one, "", {}):
        return Became(replace(reading, issues=(*reading.issues, failed.issue)), WRONG)
    return became(reading, _TAKEN if one.wanted else None)


def _issues(body: Node) -> Iterator[Node]:
    if body["resourceType"] == "OperationOutcome":
        yield from body["issue"]
    for entry in body.get("entry", ()):
        yield from entry["response"].get("outcome", {}).get("issue", ())


def _counts(issue: Node) -> bool:
    told = str(issue.get("diagnostics", ""))
    return issue["severity"] == "information" and told.startswith((_SUMMARY, "No issues found"))
