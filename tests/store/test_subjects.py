"""What moves a subject is kept in the order in which it came, and never crosses from one site or trial to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from natars_fhir.domain.life import Event
from natars_fhir.store import patients, subjects
from natars_fhir.store.engine import Store
from natars_fhir.store.patients import Standing
from natars_fhir.store.subjects import Declined, Stood, Whose

AT = datetime(2024, 6, 15, 2, 0, tzinfo=UTC)
MINE = Whose("a", "Patient/1", "natars")


def test_moves_and_allocations_come_back_in_the_order_in_which_they_came(store: Store) -> None:
    told = [
        Event("opened", "2024-06-01", AT, "甲", "coordinator", "seen"),
        Event("allocated", "2024-06-02", AT, "乙", "trial-office", arm="neoadjuvant"),
        Event("corrected", "2024-06-03", AT, "乙", "trial-office", "wrong arm", strikes="allocated"),
        Event("allocated", "2024-06-02", AT + timedelta(hours=1), "乙", "trial-office", arm="surgery-only"),
    ]
    with store.write() as connection:
        for event in told:
            subjects.cause(connection, MINE, event)
        found = subjects.caused(connection, "a", "natars", {"Patient/1", "Patient/9"})
    assert [(one.cause, one.arm, one.strikes, one.by) for one in found] == [
        (one.cause, one.arm, one.strikes, one.by) for one in told
    ]
    assert [one.seq for one in found] == sorted(one.seq for one in found)


def test_sites_trials_and_patients_are_apart(store: Store) -> None:
    others = [Whose("b", "Patient/1", "natars"), Whose("a", "Patient/2", "natars"), Whose("a", "Patient/1", "other")]
    with store.write() as connection:
        for whose in others:
            subjects.cause(connection, whose, Event("opened", "2024-06-01", AT, "甲"))
            subjects.stand(connection, [(whose, Stood("screening", "opened", "2024-06-01", AT))])
            subjects.decline(connection, whose, Declined(frozenset({"I-18"}), "甲", "no", AT))
        asked = (connection, "a", "natars", {"Patient/1"})
        assert (subjects.caused(*asked), subjects.stood(*asked), subjects.refused(*asked)) == ([], [], [])


def test_an_event_without_its_moment_is_not_kept(store: Store) -> None:
    with store.write() as connection, pytest.raises(ValueError, match="moment"):
        subjects.cause(connection, MINE, Event("opened", "2024-06-01"))


def test_states_and_declined_requests_come_back(store: Store) -> None:
    stood, said = Stood("eligible", "signed", "2024-06-01", AT), Declined(frozenset({"I-18", "E-04"}), "甲", "no", AT)
    with store.write() as connection:
        subjects.stand(connection, [(MINE, stood)])
        subjects.decline(connection, MINE, said)
        assert subjects.stood(connection, "a", "natars", {"Patient/1"}) == [stood]
        assert subjects.refused(connection, "a", "natars", {"Patient/1"}) == [said]


def test_a_subject_is_found_by_where_it_is_told(store: Store) -> None:
    with store.write() as connection:
        for site in ("a", "b"):
            patients.stand(connection, site, [Standing("Patient/1", "x", True, "candidate", f"ResearchSubject?{site}")])
        assert list(subjects.told_as(connection, "ResearchSubject?a")) == [("a", "Patient/1")]
        assert list(subjects.told_as(connection, "ResearchSubject?a", "b")) == []
