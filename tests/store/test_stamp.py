"""The mark of the store is another one after anything that figures rest on, and stays the same after all else."""

from __future__ import annotations

from natars_fhir.domain.life import Event
from natars_fhir.service.upkeep.audit import note, seal
from natars_fhir.store import subjects
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.stamp import Stamp, stamp
from natars_fhir.store.subjects import Whose
from tests.service.hospital import KEY, NOW, Hospital
from tests.service.spoken import HospitalA, push_case
from tests.service.subjects import sign


def mark(store: Store) -> Stamp:
    with store.read() as connection:
        return stamp(connection)


def noted(store: Store, act: str) -> None:
    note(store, KEY, Act("hospital-a", NOW, act))
    seal(store, KEY)


def test_a_push_a_statement_a_move_and_another_mapping_change_it(either_store: Store) -> None:
    seen = [mark(either_store)]
    hospital: Hospital = HospitalA(either_store)
    push_case(hospital)
    seen.append(mark(either_store))
    sign(either_store)
    seen.append(mark(either_store))
    with either_store.of("hospital-a").write() as connection:
        subjects.cause(connection, Whose("hospital-a", "Patient/a-102", "natars"), Event("opened", "2024-06-15", NOW))
    seen.append(mark(either_store))
    noted(either_store, "remap")
    seen.append(mark(either_store))
    assert len({*seen}) == len(seen)


def test_the_same_bytes_again_and_a_look_change_nothing(either_store: Store) -> None:
    hospital = HospitalA(either_store)
    push_case(hospital)
    seal(either_store, KEY)
    before = mark(either_store)
    push_case(hospital)
    noted(either_store, "view")
    noted(either_store, "figures")
    assert mark(either_store) == before
