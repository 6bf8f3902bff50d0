"""A real store on each database, and a hospital that pushes into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.store.engine import Store, open_store
from tests.blank import blank
from tests.service.hospital import Hospital


@pytest.fixture
def store(either_store: Store) -> Store:
    return either_store


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """An empty store on SQLite alone."""
    opened = open_store(blank(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def hospital(store: Store) -> Hospital:
    return Hospital(store)
