"""An application with people for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.web.pages.people import Reception


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes() -> Iterator[None]:
    """argon2 is slow by design; what is tested here is not how slow."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("natars_fhir.service.access.passwords._hasher", lambda: quick)
        yield


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Reception]:
    made = Reception(tmp_path)
    yield made
    made.store.close()
