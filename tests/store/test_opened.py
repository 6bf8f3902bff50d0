"""What is known of persons, and what it will be once readings are put that are at hand already."""

from __future__ import annotations

import pytest

from natars_fhir.store import opened, readings
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import pack_reading
from natars_fhir.store.readings import Current
from tests.store.samples import current, fact

PERSONS = {"Patient/1": {"Patient/1", "Patient?identifier=s|1"}, "Patient/2": {"Patient/2"}}


def dose(ident: str, drug: str, subject: str | None = "Patient/1", number: int | None = None) -> Current:
    key = f"MedicationAdministration/{ident}"
    return current(key, subject, (fact(key, "dose", medication=f"Medication/{drug}"),), number)


def drug(ident: str, name: str = "doxorubicin") -> Current:
    return current(f"Medication/{ident}", None, (fact(f"Medication/{ident}", "antineoplastic-drug", name),))


BEFORE = [
    current("Condition/1", facts=(fact("Condition/1"),)),
    current("Condition/2", "Patient?identifier=s|1"),
    current("Condition/3", "Patient/2"),
    current("Condition/4", "Patient/3"),
    dose("1", "1"),
    drug("1"),
    drug("9"),
]


@pytest.mark.parametrize(
    "coming",
    [
        pytest.param([current("Condition/9")], id="new"),
        pytest.param([current("Condition/9", "Patient/3")], id="of nobody who is asked for"),
        pytest.param([current("Condition/1", number=2, facts=(fact("Condition/1", value="DDLPS"),))], id="another"),
        pytest.param([current("Condition/1", "Patient/2", number=2)], id="moved to another person"),
        pytest.param([current("Condition/1", "Patient/3", number=2)], id="moved to nobody who is asked for"),
        pytest.param([current("Condition/3", "Patient/1", number=2)], id="moved here"),
        pytest.param([drug("1", "ifosfamide")], id="a drug that a dose of before rests on"),
        pytest.param([dose("2", "9"), dose("3", "1", "Patient/2")], id="doses that rest on drugs of before"),
        pytest.param([dose("2", "2"), drug("2")], id="both"),
        pytest.param([dose("1", "9", number=2)], id="a dose that rests on another drug now"),
        pytest.param([dose("2", "none")], id="a dose of a drug that nobody knows"),
        pytest.param([current("Condition/9"), current("Condition/9", number=2)], id="the same twice"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_is_coming_is_foretold_as_it_is_once_it_is_put(store: Store, coming: list[Current]) -> None:
    with store.write() as connection:
        readings.put(connection, "a", BEFORE)
        foretold = opened.soon(
            connection, "a", PERSONS, [(one.reading, pack_reading(one.reading)) for one in coming if one.reading]
        )
        told = {key: list(one) for key, one in foretold.items()}
        readings.put(connection, "a", [*{one.head.key: one for one in coming}.values()])
        known = opened.each(connection, "a", PERSONS)
    assert foretold == known
    assert told == {key: list(one) for key, one in known.items()}


def test_what_two_persons_are_known_by_is_the_same_only_where_every_byte_is(store: Store) -> None:
    with store.write() as connection:
        readings.put(connection, "a", BEFORE)
        first = opened.one(connection, "a", ["Patient/1"])
        again = opened.one(connection, "a", ["Patient/1"], {one.key: one for one in first})
        readings.put(connection, "a", [current("Condition/1", number=2)])
        after = opened.one(connection, "a", ["Patient/1"])
    assert first == again
    assert first != after
