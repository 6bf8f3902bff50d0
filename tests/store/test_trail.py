"""What happened is written down and never a value."""

from __future__ import annotations

from natars_fhir.domain.identity import Version
from natars_fhir.store import screenings, trail, versions
from natars_fhir.store.engine import Store
from natars_fhir.store.screenings import Found
from natars_fhir.store.versions import Came
from tests.store.samples import LATER, NOW


def test_what_is_let_go_is_counted_by_type_however_often_it_comes(store: Store) -> None:
    with store.write() as connection:
        trail.let(connection, "a", [("Encounter", "1", "h"), ("Encounter", "1", "h"), ("Encounter", "2", "i")], NOW)
        trail.let(connection, "a", [("Encounter", "1", "j"), ("Slot", "1", "k")], LATER)
        trail.let(connection, "a", [], LATER)
        assert trail.let_counts(connection, "a") == {"Encounter": 2, "Slot": 1}
        assert trail.let_counts(connection, "b") == {}


def test_the_first_answer_stays(store: Store) -> None:
    with store.write() as connection:
        trail.keep_answer(connection, "a", "s|v", "h", b"first")
        trail.keep_answer(connection, "a", "s|v", "h", b"second")
        assert trail.answer(connection, "a", "s|v", "h") == b"first"
        assert trail.answer(connection, "a", "s|v", "other bytes") is None
        assert trail.answer(connection, "b", "s|v", "h") is None


def test_every_version_of_a_resource_is_kept_as_it_came(store: Store) -> None:
    with store.write() as connection:
        two, one = (
            Came("Condition/1", "Condition", Version(number, "u"), str(number), raw)
            for number, raw in ((2, b"two"), (1, b"one"))
        )
        assert versions.keep(connection, "a", [two, one], NOW) == [1, 2]
        assert versions.keep(connection, "a", [], NOW) == []
        found = list(versions.versions(connection, "a", "Condition/1"))
        assert [(one.version, one.raw, one.received) for one in found] == [
            (Version(2, "u"), b"two", NOW),
            (Version(1, "u"), b"one", NOW),
        ]
        assert versions.known(connection, "a", "Condition/1", "1")
        assert not versions.known(connection, "a", "Condition/1", "3")
        assert not versions.known(connection, "b", "Condition/1", "1")


def test_the_history_of_a_patient_is_told_in_order(store: Store) -> None:
    first = Found(NOW, "2024-06-15", "undetermined", True, "f", {"trial": "natars", "criteria": {}}, (1, 2))
    last = Found(LATER, "2024-06-15", "candidate", True, "g", {"trial": "natars", "criteria": {"I-01": 1}}, (3,))
    with store.write() as connection:
        for found in (first, last):
            screenings.record(connection, "a", [("Patient/1", found)])
        assert list(screenings.history(connection, "a", "Patient/1")) == [first, last]
        assert list(screenings.history(connection, "b", "Patient/1")) == []
