"""The word lists of the repository, loaded once for all tests of the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.mapping.narrative import Words, load

LISTS = Path(__file__).parents[3] / "mappings" / "narrative"


@pytest.fixture(scope="session")
def words() -> Words:
    """The lists that ship."""
    return load(LISTS)
