"""The trial office hears that two sites may know one person, by counts and pseudonyms; nobody is joined by it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from natars_fhir.emit.identity import keyed
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.worklist.overlap import Overlap, overlap
from natars_fhir.store import audit
from natars_fhir.store.engine import Store
from tests.domain.test_person_number import OLD, WHOLE, WITH_X
from tests.service.hospital import KEY, NOW, Hospital, condition, intake, mappings, patient, transaction

RESIDENT, CARD, MRN = "urn:oid:2.999.1", "https://city-card.example", "https://hospital.example/mrn"


def site(name: str, **shared: Any) -> Site:
    return mappings().sites[name].model_copy(update={"shared": shared or {"resident-number": (f"{RESIDENT}.{name}",)}})


A, B, C = site("hospital-a"), site("hospital-b"), site("hospital-c")


def sent(store: Store, where: Site, ident: str, *numbers: tuple[str, str], scope: bool = True) -> None:
    told = [{"system": system, "value": value} for system, value in ((MRN, f"{where.site}-{ident}"), *numbers)]
    ill = [condition(f"c-{ident}", of=f"Patient/{ident}")] if scope else []
    Hospital(store, where.site).push(transaction(patient(ident, identifier=told), *ill))


def of(where: Site) -> str:
    return f"{RESIDENT}.{where.site}"


def asked(store: Store, *sites: Site, key: bytes = KEY) -> Overlap:
    told = intake()
    return overlap(store, Intake(told.study, key, told.canonical_base), sites or (A, B, C), NOW, "command")


def test_one_person_of_two_sites_is_told_by_pseudonyms_alone(store: Store) -> None:
    sent(store, A, "1", (of(A), WHOLE))
    sent(store, A, "2", (of(A), WITH_X))
    sent(store, B, "7", (of(B), OLD))  # the same number, as it was written before 1999
    found = asked(store)
    assert found.pairs == {("hospital-a", "hospital-b"): 1}
    assert found.compared == {"hospital-a": (2, 2), "hospital-b": (1, 1), "hospital-c": (0, 0)}
    ((first, second),) = found.same
    assert (first[0], second[0]) == ("hospital-a", "hospital-b")
    assert first[1] != second[1]
    assert all(number not in str(found) for number in (WHOLE, WITH_X, OLD, "Patient/"))


def test_the_pseudonyms_are_those_that_the_sites_have_anyway(store: Store) -> None:
    sent(store, A, "1", (of(A), WHOLE))
    sent(store, B, "7", (of(B), WHOLE))
    with store.read() as connection:
        told = {
            row[0]: json.loads(json.dumps(row[1]))
            for row in connection.exec_driver_sql("SELECT site, target FROM patient WHERE target IS NOT NULL")
        }
    for place, name in asked(store).same[0]:
        assert name in told[place]


@pytest.mark.parametrize(
    ("there", "number"),
    [
        ("hospital-b", WITH_X),  # another person
        ("hospital-b", "0" * 18),  # nobody
        ("hospital-a", WHOLE),  # the same site: not our question
    ],
)
def test_otherwise_nobody_is_told_of(store: Store, there: str, number: str) -> None:
    sent(store, A, "1", (of(A), WHOLE if number != "0" * 18 else number))
    where = {"hospital-a": A, "hospital-b": B}[there]
    sent(store, where, "7", (of(where), number))
    assert asked(store).same == ()


def test_a_number_of_a_system_that_the_site_does_not_declare_is_not_compared(store: Store) -> None:
    sent(store, A, "1", (of(A), WHOLE))
    sent(store, B, "7", (of(A), WHOLE))
    assert asked(store).same == ()
    assert asked(store, A, mappings().sites["hospital-b"]).compared["hospital-b"] == (0, 1)


def test_numbers_of_two_kinds_are_never_the_same(store: Store) -> None:
    sent(store, A, "1", (CARD, "E1234567"))
    sent(store, B, "7", (CARD, "E1234567"))
    kinds = [
        site("hospital-a", **{"passport-number": (CARD,)}),
        site("hospital-b", **{"social-security-number": (CARD,)}),
    ]
    assert asked(store, *kinds).same == ()
    kinds[1] = site("hospital-b", **{"passport-number": (CARD,)})
    assert len(asked(store, *kinds).same) == 1


def test_of_patients_out_of_scope_nothing_is_compared(store: Store) -> None:
    sent(store, A, "1", (of(A), WHOLE))
    sent(store, B, "7", (of(B), WHOLE), scope=False)
    assert asked(store).same == ()
    assert asked(store).compared["hospital-b"] == (0, 0)


def test_what_a_patient_no_longer_has_is_not_compared(store: Store) -> None:
    sent(store, A, "1", (of(A), WHOLE))
    sent(store, B, "7", (of(B), WHOLE))
    assert len(asked(store).same) == 1
    sent(store, B, "7", (of(B), WITH_X))
    assert asked(store).same == ()


def test_three_sites_make_three_pairs(store: Store) -> None:
    for where in (A, B, C):
        sent(store, where, "1", (of(where), WHOLE))
    found = asked(store)
    assert len(found.same) == 1
    assert sorted(found.pairs.values()) == [1, 1, 1]


def test_nobody_is_joined_and_every_site_hears_that_it_was_asked(store: Store) -> None:
    sent(store, A, "1", (of(A), WHOLE))
    sent(store, B, "7", (of(B), WHOLE))
    before = [
        Hospital(store, name).screening(key) for name, key in (("hospital-a", "Patient/1"), ("hospital-b", "Patient/7"))
    ]
    asked(store)
    after = [
        Hospital(store, name).screening(key) for name, key in (("hospital-a", "Patient/1"), ("hospital-b", "Patient/7"))
    ]
    assert before == after
    with store.read() as connection:
        for name, many in (("hospital-a", 1), ("hospital-b", 1), ("hospital-c", 0)):
            *_, last = audit.acts(connection, name)
            assert (last.act, last.counts) == ("overlap asked: command", {"patients": many})


def test_the_hash_is_keyed_by_the_installation() -> None:
    assert keyed(KEY, "overlap", "resident-number", WHOLE) != keyed(b"x" * 32, "overlap", "resident-number", WHOLE)
