"""A real store on each database, and a hospital that pushes into it."""

from __future__ import annotations

import pytest

from natars_fhir.store.engine import Store
from tests.service.hospital import Hospital


@pytest.fixture
def store(either_store: Store) -> Store:
    return either_store


@pytest.fixture
def hospital(store: Store) -> Hospital:
    return Hospital(store)
