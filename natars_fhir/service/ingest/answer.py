"""Answer: what the sender is told of its document, as FHIR. https://hl7.org/fhir/R4/http.html#transaction-response

A transaction or a batch is answered entry by entry, everything else by one OperationOutcome; neither holds a value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from msgspec import Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.reading import Reading
from natars_fhir.service.ingest.arrival import FORGOTTEN, Arrival
from natars_fhir.service.ingest.take import Taken

#: What became of an entry: as `take.Became` has it, or why it was not taken.
LET_GO, REFUSED, FORBIDDEN = "let-go", "refused", "forbidden"
#: … a condition found it there already; a condition or version did not hold; the request contradicts itself.
MATCHED, FAILED, WRONG = "matched", "failed", "wrong"
#: How the count of an issue-type begins.
ISSUE = "issue "

_STATUS = {
    "created": "201 Created",
    "changed": "200 OK",
    "unchanged": "200 OK",
    "late": "200 OK",
    "deleted": "204 No Content",
    LET_GO: "202 Accepted",
    REFUSED: "422 Unprocessable Entity",
    MATCHED: "200 OK",
    FAILED: "412 Precondition Failed",
    WRONG: "400 Bad Request",
    FORBIDDEN: "403 Forbidden",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and the resource that goes with it. ``counts`` is for logs and the audit."""

    status: int
    body: Node
    counts: Mapping[str, int]


class Became(Struct, frozen=True):
    """What became of one entry, in the words of the answer; ``version`` is 0 where none is known, ``address`` where the
    resource is found (``Type/id``)."""

    reading: Reading
    what: str
    version: int = 0
    address: str = ""


def became(reading: Reading, taken: Taken | None, address: str = "") -> Became:
    """One entry; without *taken* no view reads it, or it could not be read."""
    if taken is None:
        return Became(reading, LET_GO if reading.fate == "let-go" else _why_not(reading.issues))
    return Became(reading, taken.became, taken.version, address)


def refused(issues: Sequence[Issue]) -> Answer:
    """Nothing was taken in: it is no JSON (400), its sender may not (403), or what it says cannot be used (422)."""
    status = 400 if any(issue.severity == "fatal" for issue in issues) else int(_STATUS[_why_not(issues)][:3])
    return Answer(status, operation_outcome(issues), {"refused": 1})


def _why_not(issues: Sequence[Issue]) -> str:
    return FORBIDDEN if any(issue.code == "forbidden" for issue in issues) else REFUSED


def answered(
    arrival: Arrival, entries: Sequence[Became], now: datetime, read: Mapping[int, Node] = MappingProxyType({})
) -> Answer:
    """What was taken in was kept; *read* is what entries are answered with that ask for data."""
    counts = Counter(one.what for one in entries)
    counts.update([REFUSED] * len(arrival.lost))
    if arrival.answered_each:
        return Answer(200, _bundle(arrival, entries, now, read), counts)
    issues = [*arrival.document.issues, *_summary(counts), *(issue for one in entries for issue in _told(one))]
    every = {*counts}
    return Answer(202 if every == {LET_GO} else 200, operation_outcome(issues), counts)


def issue_counts(arrival: Arrival) -> Mapping[str, int]:
    """How many issues of each type a document has, for the audit: "issue code-invalid" → 3."""
    told = (*arrival.document.issues, *(issue for one in arrival.arrived for issue in one.reading.issues))
    return Counter(f"{ISSUE}{issue.code}" for issue in told)


def _bundle(arrival: Arrival, entries: Sequence[Became], now: datetime, read: Mapping[int, Node]) -> Node:
    by_place = {
        one.entry.index: (one.entry.place, result) for one, result in zip(arrival.arrived, entries, strict=True)
    }
    loose, at = _placed(arrival.document.issues)
    when = now.astimezone(UTC).isoformat(timespec="milliseconds")
    told: list[Node] = []
    for index in range(arrival.asked):
        more = [*(loose if index == 0 else ()), *at.get(index, ())]
        found = by_place.get(index)
        if found is None and index in read:
            told.append(read[index])
        else:
            told.append({"response": _response(found[1], more, when) if found else _no_resource(more)})
    return {"resourceType": "Bundle", "type": f"{arrival.document.type}-response", "entry": told}


def _placed(issues: Sequence[Issue]) -> tuple[list[Issue], dict[int, list[Issue]]]:
    """The document's issues: those of the whole, and those of an entry."""
    whole: list[Issue] = []
    at: dict[int, list[Issue]] = {}
    for issue in issues:
        found = re.match(r"Bundle\.entry\[(\d+)\]", issue.expression)
        (at.setdefault(int(found[1]), []) if found else whole).append(issue)
    return whole, at


def _response(one: Became, more: Sequence[Issue], when: str) -> Node:
    """What is answered to one entry; *when* is now, as FHIR writes it."""
    response: Node = {"status": _STATUS[one.what]}
    if one.version and one.address:
        response["location"] = f"{one.address}/_history/{one.version}"
    if one.version:
        response["etag"] = f'W/"{one.version}"'
    if one.what in ("created", "changed"):
        response["lastModified"] = when
    if told := [*more, *_told(one)]:
        response["outcome"] = operation_outcome(told)
    return response


def _no_resource(issues: Sequence[Issue]) -> Node:
    """An entry that brings nothing that could be read: a PATCH, or no entry at all."""
    patch = any(issue.code == "not-supported" for issue in issues)
    return {"status": "501 Not Implemented" if patch else _STATUS[REFUSED], "outcome": operation_outcome(issues)}


def _summary(counts: Mapping[str, int]) -> list[Issue]:
    """How many resources went which way."""
    words = [f"{number} {what}" for what, number in sorted(counts.items())]
    return [Issue("information", "informational", "", f"Resources: {', '.join(words)}.")] if words else []


def _told(one: Became) -> list[Issue]:
    """What is to be said of one entry."""
    reading = one.reading
    place = reading.place or reading.kind
    told = list(reading.issues)
    if one.what == LET_GO and not any(issue.code == FORGOTTEN for issue in told):
        told.append(Issue("information", "informational", place, "No view reads this type: let go, not checked."))
    if one.what == "deleted" and not one.version:
        text = "No such resource is known here: there was nothing to take back."
        told.append(Issue("information", "not-found", place, text))
    if one.what == "late":
        text = "A newer version is known: this one is kept, and changes nothing."
        told.append(Issue("information", "informational", place, text))
    if number := len(reading.not_understood):
        text = f"Not mapped yet: {number} codes, values or texts. The resource is kept, and read again when they are."
        told.append(Issue("information", "informational", place, text))
    return told
