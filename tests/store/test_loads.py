"""How far a file was taken in is known by its name and its content; two runs never both go on."""

from __future__ import annotations

from dataclasses import replace

from natars_fhir.store import loads
from natars_fhir.store.engine import Store
from natars_fhir.store.loads import Loaded
from tests.store.samples import LATER, NOW

FILE = Loaded("/data/a.ndjson", "h1", 100)
HALF = replace(FILE, at=50, line=3, counts={"created": 3})
DONE = replace(FILE, at=100, line=6, state="done", counts={"created": 6})


def test_a_file_goes_on_from_where_it_was(store: Store) -> None:
    with store.write() as connection:
        loads.begin(connection, "a", FILE, NOW)
        assert loads.go_on(connection, "a", FILE, HALF, NOW)
        assert loads.named(connection, "a", FILE.name) == HALF
        assert loads.go_on(connection, "a", HALF, DONE, LATER)
        assert loads.named(connection, "a", FILE.name) == DONE
        assert (HALF.over, DONE.over) == (False, True)


def test_another_run_that_was_there_first_is_noticed(store: Store) -> None:
    with store.write() as connection:
        loads.begin(connection, "a", FILE, NOW)
        assert loads.go_on(connection, "a", FILE, HALF, NOW)
        assert not loads.go_on(connection, "a", FILE, HALF, NOW)
        assert not loads.go_on(connection, "a", replace(HALF, hash="h2"), DONE, NOW)
        assert not loads.go_on(connection, "b", HALF, DONE, NOW)
        assert loads.go_on(connection, "a", HALF, DONE, NOW)
        assert not loads.go_on(connection, "a", DONE, DONE, NOW)


def test_the_same_content_is_known_under_another_name_once_it_was_taken_in(store: Store) -> None:
    with store.write() as connection:
        loads.begin(connection, "a", FILE, NOW)
        assert loads.same(connection, "a", "h1") is None
        loads.go_on(connection, "a", FILE, DONE, NOW)
        assert loads.same(connection, "a", "h1") == DONE
        assert loads.same(connection, "b", "h1") is None
        assert loads.named(connection, "a", "/data/b.ndjson") is None


def test_another_file_of_the_name_begins_anew(store: Store) -> None:
    with store.write() as connection:
        loads.begin(connection, "a", FILE, NOW)
        loads.go_on(connection, "a", FILE, DONE, NOW)
        other = replace(FILE, hash="h2", size=7)
        loads.begin(connection, "a", other, LATER)
        assert loads.named(connection, "a", FILE.name) == other
        assert loads.same(connection, "a", "h1") is None
