"""Bytes are kept in parcels, many resources in each, and each resource is found in them again."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from natars_fhir.domain.identity import Version
from natars_fhir.store import versions
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import parcel
from natars_fhir.store.versions import Came
from tests.store.samples import NOW


def _came(number: int, size: int) -> Came:
    return Came(f"Binary/{number}", "Binary", Version(1, ""), str(number), (f"{number} " * size).encode()[:size])


@pytest.mark.parametrize(
    ("sizes", "parcels"),
    [
        pytest.param([10, 20, 0, 30], 1, id="few bytes, one of them a deletion"),
        pytest.param([256_000, 1], 2, id="one that fills a parcel"),
        pytest.param([300_000], 1, id="one that is larger than any parcel"),
        pytest.param([200_000] * 33, 33, id="more parcels than are written at once"),
        pytest.param([200_000] * 32, 32, id="just as many as twice what is written at once"),
    ],
)
def test_every_resource_is_found_in_its_parcel(store: Store, sizes: list[int], parcels: int) -> None:
    came = [_came(number, size) for number, size in enumerate(sizes)]
    with store.write() as connection:
        seqs = versions.keep(connection, "a", came, NOW)
    with store.read() as connection:
        found = [next(versions.versions(connection, "a", one.key)) for one in came]
        assert connection.execute(select(func.count()).select_from(parcel)).scalar() == parcels
    assert [(one.seq, one.raw) for one in found] == [(seq, one.raw) for seq, one in zip(seqs, came, strict=True)]
    assert seqs == sorted(set(seqs))
