"""A store with two subjects and their freeze, made once; tests that change something work on a copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.service.freeze import write
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.store.engine import Store, open_store
from tests.service.freeze.frozen import QUICK, fill, freeze_of


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store that nobody writes to."""
    path = tmp_path_factory.mktemp("freeze") / "store.sqlite"
    store = open_store(f"sqlite:///{path}")
    fill(store)
    store.close()
    return path


@pytest.fixture
def store(full: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it."""
    path = shutil.copy(full, tmp_path / "store.sqlite")
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without figures and CDISC's files, which take their time."""
    monkeypatch.setattr(write, "PARTS", QUICK)


@pytest.fixture(scope="session")
def made(full: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """A freeze that nobody changes, and its manifest."""
    folder = tmp_path_factory.mktemp("made")
    path = shutil.copy(full, folder / "store.sqlite")
    opened = open_store(f"sqlite:///{path}")
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(write, "PARTS", QUICK)
            return freeze_of(opened, folder / "freezes")
    finally:
        opened.close()


@pytest.fixture
def copy(made: tuple[Path, Manifest], tmp_path: Path) -> Path:
    """A copy of it whose files can be changed."""
    folder = Path(shutil.copytree(made[0], tmp_path / "copy"))
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder
