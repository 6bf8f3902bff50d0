"""The audit is sealed page by page, by whoever comes first, and checked as a whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from natars_fhir.service.upkeep import audit
from natars_fhir.store import seals
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.audit import audit_seal
from tests.service.hospital import KEY, Hospital, condition, patient, transaction
from tests.store.samples import NOW


def fill(store: Store, number: int, site: str = "a") -> None:
    with store.write() as connection:
        for at in range(number):
            audit.audit.write(connection, KEY, Act(site, NOW, "push", counts={"created": at}))


def test_everything_is_sealed_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "PAGE", 4)
    fill(store, 10)
    fill(store, 3, "b")
    assert audit.seal(store, KEY) == 13
    assert audit.seal(store, KEY) == 0
    found = audit.check(store, KEY)
    assert (found.rows, [head.site for head in found.heads], found.flaws) == (13, ["a", "b"], ())


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_sealers_of_several_processes_seal_each_row_once(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    sqlite = f"sqlite:///{tmp_path}/store.sqlite"
    address = sqlite if database == "sqlite" else request.getfixturevalue("postgres")
    stores = [open_store(address) for _ in range(4)]
    fill(stores[0], 200)
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda store: audit.seal(store, KEY), stores))
    assert done == 200
    with stores[0].read() as connection:
        assert connection.execute(select(func.count()).select_from(audit_seal)).scalar() == 200
    assert audit.check(stores[0], KEY).flaws == ()
    for store in stores:
        store.close()


def test_only_the_sites_that_are_named_are_sealed(store: Store) -> None:
    fill(store, 2)
    fill(store, 3, "b")
    assert audit.seal(store, KEY, ["b", "nobody"]) == 3
    assert audit.seal(store, KEY) == 2


def test_a_push_is_sealed_with_its_counts(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), condition()))
    audit.note(store, KEY, Act("", NOW, "backup"))
    assert audit.seal(store, KEY) == 2
    assert [head.site for head in audit.heads(store)] == ["", "generic"]
    assert [act.act for _, act in audit.told(store)] == ["backup", "push"]
    assert [act.act for _, act in audit.told(store, ["generic"])] == ["push"]
    assert [event["id"] for event in audit.events(store, "https://natars.example/fhir")] == [
        "everywhere-2",
        "generic-1",
    ]
