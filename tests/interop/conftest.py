"""The counterparts that tests of this folder share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.interop.sekmet import GIVEN, Elsewhere, sekmet


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """A FHIR server that we did not write: sekmet, or the one that is named."""
    if given := os.environ.get(GIVEN):
        yield Elsewhere(given.rstrip("/"))
        return
    with sekmet(tmp_path_factory.mktemp("sekmet")) as one:
        yield one
