"""Threads hand over sooner while somebody fetches ahead or a server runs, and as before when nobody does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.service.handing import SOON, soon
from natars_fhir.service.pull.ahead import ahead
from natars_fhir.store.engine import open_store
from tests.blank import blank
from tests.web.loopback import served


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    yield
    sys.setswitchinterval(before)


def test_while_something_is_fetched_ahead_and_no_longer() -> None:
    found = ahead(iter(range(3)))
    assert next(found) == 0
    assert sys.getswitchinterval() == pytest.approx(SOON)
    assert [*found] == [1, 2]
    assert sys.getswitchinterval() == pytest.approx(0.005)


def test_of_several_the_last_one_puts_back_what_was_so_before() -> None:
    first, second = soon(), soon()
    with first:
        second.__enter__()
    assert sys.getswitchinterval() == pytest.approx(SOON)
    second.__exit__(None, None, None)
    assert sys.getswitchinterval() == pytest.approx(0.005)


def test_who_set_it_shorter_keeps_it() -> None:
    sys.setswitchinterval(0.0001)
    with soon():
        assert sys.getswitchinterval() == pytest.approx(0.0001, rel=0.05)
    assert sys.getswitchinterval() == pytest.approx(0.0001, rel=0.05)


def test_while_a_server_runs(tmp_path: Path) -> None:
    store = open_store(blank(tmp_path))
    with served(tmp_path, store):
        assert sys.getswitchinterval() == pytest.approx(SOON)
    assert sys.getswitchinterval() == pytest.approx(0.005)
    store.close()
