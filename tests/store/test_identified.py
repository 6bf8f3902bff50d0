"""By what resources are found, and that two who ask under one condition wait for each other."""

from __future__ import annotations

import threading

from natars_fhir.store import identified, readings
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW

NAME, OTHER = identified.by_identifier("Patient", "s", "1"), identified.by_identifier("Patient", "s", "2")
MOST_SECONDS = 20.0


def test_what_is_noted_is_found_by_its_name_and_at_its_site_alone(store: Store) -> None:
    with store.write() as connection:
        for _ in range(2):
            identified.note(connection, "a", [(NAME, "Patient/1"), (NAME, "Patient/2"), (OTHER, "Patient/3")])
    with store.read() as connection:
        assert identified.found(connection, "a", [NAME, OTHER, "x"]) == {
            NAME: {"Patient/1", "Patient/2"},
            OTHER: {"Patient/3"},
            "x": set(),
        }
        assert identified.found(connection, "b", [NAME]) == {NAME: set()}


def test_many_names_are_found_at_once(store: Store) -> None:
    pairs = [(identified.by_identifier("Patient", "s", str(n)), f"Patient/{n}") for n in range(1000)]
    with store.write() as connection:
        identified.note(connection, "a", pairs)
    with store.read() as connection:
        found = identified.found(connection, "a", [name for name, _ in pairs])
    assert found == {name: {key} for name, key in pairs}


def test_a_number_holds_64_bits_and_is_the_same_each_time() -> None:
    assert identified.number(NAME) == identified.number(NAME) != identified.number(OTHER)
    assert all(-(2**63) <= identified.number(str(n)) < 2**63 for n in range(1000))


def test_an_address_leads_to_the_key_however_often_it_moved(store: Store) -> None:
    with store.write() as connection:
        readings.name(connection, "a", {"=P/1": "P?identifier=s|1", "=P?identifier=s|1": "P/7"})
    with store.read() as connection:
        assert identified.known_as(connection, "a", ["P/1", "P/7", "P/9"]) == {"P/1": "P/7", "P/7": "P/7", "P/9": "P/9"}
        assert identified.known_as(connection, "b", ["P/1"]) == {"P/1": "P/1"}
        assert identified.known_as(connection, "a", []) == {}


def test_what_is_forgotten_is_found_by_nothing(store: Store) -> None:
    marked = identified.by_version("Patient/1", "a" * 64)
    assert identified.marked(marked) == ("Patient/1", "a" * 16)
    with store.write() as connection:
        identified.note(connection, "a", [(NAME, "Patient/1"), (OTHER, marked), (OTHER, "Patient/11")])
        identified.hold(connection, "a", [NAME, OTHER], NOW)
        assert identified.forget(connection, "a", ["Patient/1", NAME]) == (2, 1)
        assert identified.forget(connection, "a", ["Patient/1", NAME]) == (0, 0)
        assert identified.found(connection, "a", [NAME, OTHER]) == {NAME: set(), OTHER: {"Patient/11"}}


def test_of_two_who_ask_under_one_condition_the_second_sees_what_the_first_made(store: Store) -> None:
    held, seen = threading.Event(), list[dict[str, set[str]]]()

    def first() -> None:
        with store.of("a").write(()) as connection:
            identified.hold(connection, "a", [NAME, OTHER], NOW)
            held.set()
            later.wait(0.2)  # the other one is at the door by now; it waits, or comes after
            identified.note(connection, "a", [(NAME, "Patient/1")])

    def second() -> None:
        assert held.wait(MOST_SECONDS)
        with store.of("a").write(()) as connection:
            identified.hold(connection, "a", [OTHER, NAME], NOW)
            seen.append(identified.found(connection, "a", [NAME]))

    later = threading.Event()
    threads = [threading.Thread(target=work, daemon=True) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MOST_SECONDS)
        assert not thread.is_alive()
    assert seen == [{NAME: {"Patient/1"}}]
