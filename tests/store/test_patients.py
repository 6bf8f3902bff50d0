"""Names of one person are joined by what their newest Patient resources say, within one site."""

from __future__ import annotations

import pytest

from natars_fhir.store import patients
from natars_fhir.store.engine import Store
from natars_fhir.store.patients import Standing

BY_NUMBER = "Patient?identifier=s|v"
TWO = {"Patient/1": ("Patient/1", BY_NUMBER), "Patient/2": ("Patient/2", BY_NUMBER)}


def persons(store: Store, *names: str, site: str = "a") -> dict[str, set[str]]:
    with store.read() as connection:
        return patients.persons(connection, site, names)


def rename(store: Store, said: dict[str, tuple[str, ...]], site: str = "a") -> None:
    with store.write() as connection:
        patients.rename(connection, site, said)


@pytest.mark.parametrize("asked", ["Patient/1", "Patient/2", BY_NUMBER])
def test_whichever_name_is_asked_for_it_is_the_one_person(store: Store, asked: str) -> None:
    rename(store, TWO)
    assert persons(store, asked) == {"Patient/1": {"Patient/1", "Patient/2", BY_NUMBER}}


def test_a_name_that_nobody_told_of_stands_for_itself(store: Store) -> None:
    assert persons(store, "Patient/7") == {"Patient/7": {"Patient/7"}}
    assert persons(store) == {}


def test_two_persons_stay_two(store: Store) -> None:
    rename(store, {"Patient/1": ("Patient/1",), "Patient/2": ("Patient/2",)})
    assert persons(store, "Patient/1", "Patient/2") == {"Patient/1": {"Patient/1"}, "Patient/2": {"Patient/2"}}


def test_persons_part_when_the_number_was_corrected(store: Store) -> None:
    rename(store, TWO)
    rename(store, {"Patient/2": ("Patient/2", "Patient?identifier=s|w")})
    assert persons(store, "Patient/1") == {"Patient/1": {"Patient/1", BY_NUMBER}}
    assert persons(store, "Patient/2") == {"Patient/2": {"Patient/2", "Patient?identifier=s|w"}}


def test_a_chain_of_links_is_one_person(store: Store) -> None:
    rename(store, {f"Patient/{n}": (f"Patient/{n}", f"Patient/{n + 1}") for n in range(1, 6)})
    assert persons(store, "Patient/4") == {"Patient/1": {f"Patient/{n}" for n in range(1, 7)}}


def test_persons_of_two_sites_never_join(store: Store) -> None:
    rename(store, {"Patient/1": ("Patient/1", BY_NUMBER)}, site="a")
    rename(store, {"Patient/2": ("Patient/2", BY_NUMBER)}, site="b")
    assert persons(store, BY_NUMBER, site="a") == {"Patient/1": {"Patient/1", BY_NUMBER}}
    assert persons(store, BY_NUMBER, site="b") == {"Patient/2": {"Patient/2", BY_NUMBER}}


def test_where_a_patient_stands_is_the_last_that_was_said(store: Store) -> None:
    first, last = Standing("Patient/1", "f", False, "undetermined"), Standing("Patient/1", "g", True, "candidate", "t")
    with store.write() as connection:
        patients.stand(connection, "a", [first])
        assert patients.in_scope(connection, "a") == []
        patients.stand(connection, "a", [last])
        assert patients.standing(connection, "a", ["Patient/1", "Patient/2"]) == [last]
        assert patients.in_scope(connection, "a") == ["Patient/1"]
        assert patients.in_scope(connection, "b") == []
        assert patients.claimed(connection, "a", "t")
        assert not patients.claimed(connection, "b", "t")
        patients.gone(connection, "a", ["Patient/1"])
        assert patients.standing(connection, "a", ["Patient/1"]) == []
