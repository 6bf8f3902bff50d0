"""A real SQLite store for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.store.engine import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()
