"""A real store for every test, on each database."""

from __future__ import annotations

import pytest

from natars_fhir.store.engine import Store


@pytest.fixture
def store(either_store: Store) -> Store:
    return either_store
