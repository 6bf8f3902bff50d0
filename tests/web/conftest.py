"""One application with an empty store for every test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from natars_fhir.mapping.files import load
from tests.web.caller import Caller
from tests.web.remembered import parts_remembered

_load = cache(load)


@pytest.fixture(autouse=True, scope="session")
def _made_once() -> Iterator[None]:
    """Reading the mappings, and the parameters of every route, takes most of a start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("natars_fhir.web.app.load", _load)
        parts_remembered(patch)
        yield


@pytest.fixture
def call(tmp_path: Path) -> Caller:
    return Caller(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    """One application for those tests of a module that leave nothing which another would notice."""
    return Caller(tmp_path_factory.mktemp("shared"))
