"""An application, without people, for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ward import load_once
from tests.web.pages.people import Reception


@pytest.fixture(autouse=True)
def _quick(quick_hashes: None) -> None:
    """Of passwords other tests tell how slow they are."""


@pytest.fixture(scope="session")
def reception(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """One application for all tests: making one takes longer than most of them."""
    made = Reception(tmp_path_factory.mktemp("reception"))
    yield made
    made.store.close()


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the mappings takes most of a start."""
    monkeypatch.setattr("natars_fhir.web.app.load", load_once)


@pytest.fixture
def here(reception: Reception) -> Reception:
    """It, with nobody known."""
    return reception.emptied()
