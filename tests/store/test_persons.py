"""Rows that are kept under any name of a person are told by person, each to the one whose name it is."""

from __future__ import annotations

import pytest

from natars_fhir.store.persons import every_name, of_each

PERSONS = {"Patient/1": {"Patient/1", "Patient?identifier=s|1"}, "Patient/2": {"Patient/2"}, "Patient/3": {"Patient/3"}}


def test_all_names_of_all_persons_are_asked_for_at_once() -> None:
    assert every_name(PERSONS) == {"Patient/1", "Patient?identifier=s|1", "Patient/2", "Patient/3"}


def test_each_row_is_the_persons_whose_name_it_bears_and_rows_keep_their_order() -> None:
    rows = [("Patient/2", 1), ("Patient?identifier=s|1", 2), ("Patient/1", 3), ("Patient/2", 4)]
    assert of_each(rows, PERSONS, lambda row: row[0]) == {
        "Patient/1": [("Patient?identifier=s|1", 2), ("Patient/1", 3)],
        "Patient/2": [("Patient/2", 1), ("Patient/2", 4)],
        "Patient/3": [],
    }


def test_a_row_of_nobody_who_was_asked_for_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        of_each([("Patient/9", 1)], PERSONS, lambda row: row[0])
