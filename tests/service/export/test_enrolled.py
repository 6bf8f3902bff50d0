"""Who was never enrolled is found out before anything is opened; and nobody is missed by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from natars_fhir.domain.life import Event
from natars_fhir.service.export import endpoints
from natars_fhir.service.export.endpoints import Known, known
from natars_fhir.service.export.enrolled import MANY, blocks, everybody, kept_each, possible
from natars_fhir.simulate.dialect import named
from natars_fhir.simulate.hospital import Order, bundle, patients
from natars_fhir.simulate.telling import Sent
from natars_fhir.store import subjects
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.subjects import Whose
from tests.service.hospital import FIXTURES, NOW, Hospital, intake, mappings

SITE = "hospital-a"
ORDER = Order(18, 7, named("coded"), candidates=1.0, start=date(2022, 11, 1), months=19)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A simulated hospital's patients in scope: some are enrolled, most are not. For tests that only read."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('enrolled') / 'store.db'}")
    site, address = Hospital(store, SITE), str(ORDER.dialect.told["address"])
    for patient in patients(ORDER):
        last = {(one["resourceType"], one["id"]): one for sent in patient.sent for one in sent.resources}
        site.push(bundle(Sent(ORDER.as_of, tuple(last.values())), address))
    yield store
    store.close()


def told(store: Store, as_of: date) -> list[Known]:
    with store.read() as connection:
        return list(known(connection, intake(), [mappings().sites[SITE]], as_of))


def names(store: Store, site: str = SITE) -> set[str]:
    with store.read() as connection:
        return {*possible(connection, mappings().study, site)}


@pytest.mark.parametrize("as_of", [date(2023, 6, 1), ORDER.as_of, date(2026, 1, 1)])
def test_whoever_is_looked_past_has_nothing_to_tell(
    filled: Store, as_of: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = told(filled, as_of)
    with filled.read() as connection:
        scope = everybody(connection, SITE)
    assert names(filled) < scope.keys()
    monkeypatch.setattr(endpoints, "possible", lambda connection, _, site: everybody(connection, site))
    assert told(filled, as_of) == some
    assert some or as_of.year == 2023


def test_of_the_houses_own_cases_nobody_is_missed(sqlite: Store) -> None:
    """Who is operated on after consent, without an allocation on record, is a subject too."""
    case = FIXTURES / "hospital-b" / "followed-by-ct-and-mri-after-surgery"
    Hospital(sqlite, "hospital-b").push((case / "bundle.json").read_bytes())
    assert len(names(sqlite, "hospital-b")) == 1


@pytest.mark.parametrize("cause", ["allocated", "withdrew-use"])
def test_whom_people_spoke_of_is_looked_at_whatever_the_record_holds(filled: Store, cause: str) -> None:
    study, before = mappings().study, names(filled)
    with filled.write(()) as connection:
        key = min(everybody(connection, SITE).keys() - before)
        said = Event(cause, "2024-03-01", NOW, "office", "trial-office", "asked", arm=study.arms[0].name)
        subjects.cause(connection, Whose(SITE, key, study.id), said)
        assert {*possible(connection, study, SITE)} == {*before, key}
        connection.rollback()


def test_where_the_record_itself_may_forbid_the_use_everybody_is_looked_at(filled: Store) -> None:
    study = mappings().study
    causes = {
        name: replace(one, data="none") if name == "consent-withdrawn" else one
        for name, one in study.life.causes.items()
    }
    strict = replace(study, life=replace(study.life, causes=causes))
    with filled.read() as connection:
        assert possible(connection, strict, SITE) == everybody(connection, SITE)


def test_persons_come_in_blocks_each_once(filled: Store) -> None:
    many = {str(n): (str(n),) for n in range(2 * MANY + 1)}
    assert [len(some) for some in blocks(many)] == [MANY, MANY, 1]
    with filled.read() as connection:
        scope = everybody(connection, SITE)
        kept = list(kept_each(connection, mappings().study, SITE, scope))
    assert [set(one.names) for one in kept] == [set(found) for found in scope.values()]
    assert all(any(reading.kind == "Patient" for reading in one.readings) for one in kept)
