"""What halts and what goes on: of each kind of document and fault, what is answered, taken in and set apart.

The table of `docs/quarantine.md` is made of this one, and `tests/service/test_halting.py` does every row.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.service.hospital import born_on_30_february, bundle, condition, encounter, patient, transaction
from tests.service.remap.test_gaps import result

GOOD, BAD, UNREAD = patient(), born_on_30_february(), encounter()
STRANGE_CODE = result("1", "LIS9999", "urn:x", valueString="x")
STRANGE_UNIT = {**result("2"), "valueQuantity": {"value": 1, "unit": "furlong"}}
EMPTY = {"request": {"method": "PUT", "url": "Patient/1"}}


class Halt(NamedTuple):
    """One row: what comes, what is wrong with it, the document, and what becomes of it."""

    comes: str
    fault: str
    document: Any
    status: int
    taken: int
    apart: int


def _among(kind: str, *others: Any) -> Any:
    made = bundle(kind, GOOD)
    return {**made, "entry": [*made["entry"], *others]}


def _message() -> Any:
    head = {"resourceType": "MessageHeader", "id": "m", "eventUri": "urn:e", "source": {"endpoint": "urn:s"}}
    return bundle("message", head, GOOD, BAD)


def _document() -> Any:
    head = {"resourceType": "Composition", "id": "d", "status": "final", "type": {"text": "x"}, "date": "2024-01-01",
            "author": [{"display": "x"}], "title": "x"}  # fmt: skip
    named = {"identifier": {"system": "urn:d", "value": "1"}, "timestamp": "2024-01-01T00:00:00Z"}
    return bundle("document", head, GOOD, BAD, **named)


def _history() -> Any:
    made = bundle("history", GOOD, BAD)
    for entry in made["entry"]:
        entry |= {"request": {"method": "PUT", "url": "Patient/1"}, "response": {"status": "200"}}
    return made


MATRIX = [
    Halt("transaction", "an entry cannot be read", transaction(GOOD, BAD, condition()), 422, 0, 1),
    Halt("transaction", "an entry holds no resource", _among("transaction", EMPTY), 422, 0, 1),
    Halt("transaction", "a code or a unit is not known", transaction(GOOD, STRANGE_CODE, STRANGE_UNIT), 200, 3, 0),
    Halt("transaction", "a type that no view reads", transaction(GOOD, UNREAD), 200, 1, 0),
    Halt("batch", "an entry cannot be read", bundle("batch", GOOD, BAD, condition()), 200, 2, 1),
    Halt("batch", "an entry holds no resource, or is no entry", _among("batch", EMPTY, "no entry"), 200, 1, 2),
    Halt("batch", "no entry can be read", bundle("batch", BAD, born_on_30_february("3")), 200, 0, 2),
    Halt("collection", "an entry cannot be read", bundle("collection", GOOD, BAD, condition()), 200, 2, 1),
    Halt("collection", "no entry can be read", bundle("collection", BAD, born_on_30_february("3")), 422, 0, 1),
    Halt("searchset", "an entry cannot be read", bundle("searchset", GOOD, BAD), 200, 1, 1),
    Halt("history", "an entry cannot be read", _history(), 200, 1, 1),
    Halt("message", "an entry cannot be read", _message(), 200, 1, 1),
    Halt("document", "an entry cannot be read", _document(), 200, 1, 1),
    Halt("one resource", "it cannot be read", BAD, 422, 0, 1),
    Halt("one resource", "its code is not known", STRANGE_CODE, 200, 1, 0),
    Halt("one resource", "its unit is not known", STRANGE_UNIT, 200, 1, 0),
    Halt("one resource", "a type that no view reads", UNREAD, 202, 0, 0),
    Halt("one resource", "a type that there is not", {"resourceType": "NoSuchType", "id": "1"}, 422, 0, 1),
    Halt("anything", "it is no JSON", b'{"resourceType": "Patient"', 400, 0, 1),
    Halt("anything", "it is empty", b" ", 400, 0, 0),
    Halt(
        "a Bundle",
        "more entries than are taken at once",
        bundle("batch", *(patient(str(n)) for n in range(5))),
        413,
        0,
        0,
    ),
]


def rows() -> list[tuple[str, ...]]:
    """The table of the page."""
    return [(one.comes, one.fault, str(one.status), str(one.taken), str(one.apart)) for one in MATRIX]
