"""A store on SQLite for pulls, made once and copied, and a server that respx plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import respx

from natars_fhir.store.engine import Store, open_store


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with nothing in it, closed."""
    path = tmp_path_factory.mktemp("pull") / "store.sqlite"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(_empty: Path, tmp_path: Path) -> Iterator[Store]:
    copyfile(_empty, tmp_path / "store.sqlite")
    opened = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as mocked:
        yield mocked
