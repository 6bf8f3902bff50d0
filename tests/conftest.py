"""What every test may ask for, and what each leaves behind."""

from __future__ import annotations

import gc
import re
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies import models

from natars_fhir.service.upkeep import secret
from tests import same_examples, same_keys
from tests.one_loop import LOOP
from tests.postgres import _emptied, either_store, postgres, postgres_server, postgres_store
from tests.quick_hashes import WHERE, quick
from tests.tables_again import tables_again

__all__ = ["_emptied", "either_store", "postgres", "postgres_server", "postgres_store"]

same_examples.settle()

#: FastAPI remembers the functions of every application that was ever made, and they hold it: a process that
#: makes thousands would grow by 11 MB for each.
_REMEMBERED = [one for one in vars(models).values() if hasattr(one, "cache_clear")]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How `make test` spreads the tests; whoever asks for another way gets it."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.spread import Spread

    return Spread(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """What a worker need not say it does not say."""
    if hasattr(session.config, "workerinput"):
        from tests.spread import briefly

        briefly(session.config)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays until the end: the collector of garbage need not walk through it, neither while it grows
    nor afterwards."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_finish() -> None:
    """What laws are tried with is settled."""
    same_examples.as_collected()


_folders = count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pytest's own, which looks through all folders of all tests before for a number that is free."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    path = tmp_path_factory.getbasetemp() / f"{name}_{next(_folders)}"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2 is slow by design; few tests are about how slow."""
    monkeypatch.setattr(WHERE, quick)


@pytest.fixture(autouse=True)
def _let_applications_go() -> Iterator[None]:
    yield
    for one in _REMEMBERED:
        one.cache_clear()


@pytest.fixture(autouse=True, scope="session")
def _same_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret, "secrets", same_keys)
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_loop() -> Iterator[None]:
    with LOOP:
        yield


@pytest.fixture(autouse=True, scope="session")
def _tables_again() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        tables_again(patch)
        yield
