"""The trial of two hospitals, one subject each, made once for all tests of the office; nobody writes to its store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from natars_fhir.service.office.trial import Trial, trial
from natars_fhir.store.engine import Store, open_store
from tests.service.freeze.frozen import AS_OF, fill
from tests.service.hospital import intake, mappings


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('office')}/store.sqlite")
    fill(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def whole(two: Store) -> Trial:
    """All sites."""
    return trial(two, intake(), [*mappings().sites.values()], AS_OF)
