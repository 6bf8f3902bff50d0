"""The simulated hospital: patient after patient, what it sends in the order of arrival, and the truth beside it.

A patient depends on nothing but the order and the number; arrivals are put in order within blocks of patients, so
memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

import msgspec

from natars_fhir.fhir.build import Node
from natars_fhir.simulate import course, crowd, people, tumour
from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.dialect import Dialect
from natars_fhir.simulate.gaps import withhold
from natars_fhir.simulate.known import Said
from natars_fhir.simulate.story import Story
from natars_fhir.simulate.telling import Sent, tell
from natars_fhir.simulate.truth import answers, in_scope, verdict

#: Patients whose arrivals are put in order together.
_BLOCK = 64
_MONTH = 30.4375

#: A Decimal leaves as the number it was: 1.50 stays 1.50.
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: how many patients, of whom a share has a retroperitoneal sarcoma, seen in so many months."""

    patients: int
    seed: int
    dialect: Dialect
    candidates: float = 0.1
    start: date = date(2023, 1, 1)
    months: int = 24

    @property
    def as_of(self) -> date:
        """The last day: what happens later is not told."""
        return self.start + timedelta(days=round(self.months * _MONTH))


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient: all that is true, and what of it is told."""

    whole: Story
    told: Story
    sent: tuple[Sent, ...]


def patients(order: Order) -> Iterator[Patient]:
    """Every patient, by number."""
    for number in range(order.patients):
        chance = Chance(order.seed, number)
        whole = _story(chance, order, number)
        told = withhold(chance, whole, order.dialect, order.as_of)
        yield Patient(whole, told, tuple(tell(told, order.dialect)))


def _story(chance: Chance, order: Order, number: int) -> Story:
    day = chance.after(order.start, 0, (order.as_of - order.start).days - 1)
    if not chance.happens(order.candidates):
        return crowd.draw(chance, number, order.seed, day)
    return course.live(chance, people.draw(chance, number, order.seed, day), tumour.draw(chance), day)


def arrivals(block: Iterable[Patient]) -> Iterator[Sent]:
    """What is sent of some patients, day by day."""
    return iter(sorted((sent for patient in block for sent in patient.sent), key=lambda sent: sent.day))


def blocks(every: Iterator[Patient]) -> Iterator[list[Patient]]:
    """Patients in blocks."""
    while block := list(islice(every, _BLOCK)):
        yield block


def lines(sent: Sent) -> Iterator[bytes]:
    """NDJSON of resources."""
    return (_encode(resource) + b"\n" for resource in sent.resources)


def bundle(sent: Sent, address: str) -> bytes:
    """One transaction, as a line."""
    entries = [_entry(resource, address) for resource in sent.resources]
    return _encode({"resourceType": "Bundle", "type": "transaction", "entry": entries}) + b"\n"


def _entry(resource: Node, address: str) -> Node:
    place = f"{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": f"{address}/{place}", "resource": resource, "request": {"method": "PUT", "url": place}}


def truth(patient: Patient, as_of: date) -> dict[str, Any]:
    """The patient's line of truth.ndjson: what must be answered from what was told, and what would be from all."""
    told, whole = patient.told, patient.whole
    row: dict[str, Any] = {
        "patient": f"Patient/{told.person.key}",
        **({"also": [f"Patient/{told.person.second}"]} if told.person.twice else {}),
        "asOf": as_of.isoformat(),
        "group": told.group,
        "inScope": in_scope(told, as_of),
    }
    if not row["inScope"]:
        return row
    found, ideal = answers(told, as_of), answers(whole, as_of)
    return row | {
        "verdict": verdict(found),
        "criteria": {name: _line(said, ideal[name]) for name, said in found.items()},
        "leftOut": dict(told.left_out),
    }


def _line(said: Said, ideal: Said) -> dict[str, str]:
    line = {"answer": said.answer} | ({"reason": said.reason} if said.reason else {})
    return line | ({"true": ideal.answer} if ideal.answer != said.answer else {})


def line_of(row: dict[str, Any]) -> bytes:
    """A row as NDJSON."""
    return _encode(row) + b"\n"
