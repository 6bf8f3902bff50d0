"""By a business identifier a resource is found, as long as its newest version bears it."""

from __future__ import annotations

import pytest

from natars_fhir.service.ingest.admit import admit
from natars_fhir.service.ingest.matching import bearers
from natars_fhir.store.engine import Store, open_store
from tests.service.hospital import MRN, Node, condition, patient, pushed, transaction


def _borne(number: str, of: str = "Patient/1") -> Node:
    return condition(f"c-{of[-1]}", of=of, identifier=[{"system": MRN, "value": number}])


@pytest.mark.parametrize(
    ("documents", "found"),
    [
        pytest.param([[_borne("k")]], ["Condition/c-1"], id="one"),
        pytest.param(
            [[_borne("k")], [_borne("k", "Patient/2")]], ["Condition/c-1", "Condition/c-2"], id="two patients'"
        ),
        pytest.param(
            [[_borne("k"), _borne("k", "Patient/2")]], ["Condition/c-1", "Condition/c-2"], id="of one document"
        ),
        pytest.param([[_borne("k")], [_borne("other")]], [], id="one that dropped its number bears it no more"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_who_bears_a_number_is_found(documents: list[list[Node]], found: list[str], at_once: bool) -> None:
    store: Store = open_store("sqlite://")
    come = [pushed(transaction(*several)) for several in documents]
    with store.write() as connection:
        for several in [come] if at_once else [[one] for one in come]:
            admit(connection, several)
        asked = ("Condition", MRN, "k")
        assert bearers(connection, "generic", [asked]) == {asked: found}
    store.close()


def test_a_patient_is_noted_by_number(either_store: Store) -> None:
    """By several, who may be several persons' or one's."""
    with either_store.of("generic").write() as connection:
        admit(connection, [pushed(transaction(patient("1", "n"), patient("2", "n")))])
        asked = ("Patient", MRN, "n")
        assert bearers(connection, "generic", [asked]) == {asked: ["Patient/1", "Patient/2"]}
