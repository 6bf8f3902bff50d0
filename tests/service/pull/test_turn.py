"""One pull at a time at each site; one that died leaves a lease that ends; a mark moves for its holder alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from natars_fhir.service.pull.turn import BusyError, turn
from natars_fhir.store import pulls
from natars_fhir.store.engine import Store
from natars_fhir.store.pulls import LEASE, Mark, OvertakenError
from tests.service.hospital import NOW


def now() -> datetime:
    return NOW


def test_a_second_one_is_not_let_in_and_another_site_is(store: Store) -> None:
    with turn(store, "a", now):
        with pytest.raises(BusyError), turn(store, "a", now):
            pass
        with turn(store, "b", now):
            pass
    with turn(store, "a", now):
        pass


def test_what_a_dead_one_holds_ends_with_its_lease(store: Store) -> None:
    with store.write() as connection:
        assert pulls.take(connection, "a", "the dead one", NOW)
    with pytest.raises(BusyError), turn(store, "a", lambda: NOW + LEASE / 2):
        pass
    with turn(store, "a", lambda: NOW + LEASE):
        pass


def test_it_is_waited_for_when_there_is_patience(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.service.pull.turn._LOOK", 0.01)
    at = iter(NOW + LEASE * number for number in (0, 0, 0, 2, 2, 2, 2))
    with store.write() as connection:
        pulls.take(connection, "a", "the dead one", NOW)
    with turn(store, "a", lambda: next(at), patience=30):
        pass


def test_a_heart_beats_while_it_is_held(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    beaten, kept = Event(), pulls.keep

    def keep(*given: Any) -> bool:
        beaten.set()
        return kept(*given)

    monkeypatch.setattr(pulls, "LEASE", timedelta(seconds=0.04))
    monkeypatch.setattr(pulls, "keep", keep)
    with turn(store, "a", now):
        assert beaten.wait(10)


def test_whoever_lost_the_turn_moves_no_mark(store: Store) -> None:
    mark = Mark("Patient", "x", NOW, NOW)
    with turn(store, "a", now) as holder, store.write() as connection:
        assert pulls.move(connection, "a", holder, mark)
        with pytest.raises(OvertakenError):
            pulls.move(connection, "a", "another", Mark("Patient", "x", NOW + LEASE, NOW))
        assert pulls.mark_of(connection, "a", "Patient", "x") == NOW
