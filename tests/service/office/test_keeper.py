"""What takes long is made once, beside the requests; an older one is given meanwhile, and a failure is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest

from natars_fhir.service.office.keeper import Keeper, Seen
from tests.service.hospital import NOW

_LONG = 20.0


class Making:
    """What is made, when the test lets it be."""

    def __init__(self) -> None:
        self.mark, self.at, self.asked = "first", NOW, 0
        self.begun, self.go, self.broken = Event(), Event(), False
        self.go.set()
        self.keeper: Keeper[str] = Keeper(self.make, lambda: self.mark, lambda: self.at)

    def make(self, name: str, seen: Seen) -> str:
        self.asked += 1
        seen(3, 10)
        self.begun.set()
        assert self.go.wait(_LONG)
        if self.broken:
            raise ValueError(name)
        return f"{name} {self.mark}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is made while the block runs is not ready."""
        self.go.clear()
        self.begun.clear()
        yield
        self.go.set()


@pytest.fixture
def making() -> Making:
    return Making()


def test_what_is_quick_is_given_at_once_and_made_once(making: Making) -> None:
    first = making.keeper.ask("a", _LONG)
    again = making.keeper.ask("a")
    assert first.kept is not None
    assert (first.kept.what, first.current, first.making) == ("a first", True, None)
    assert again.kept is first.kept
    assert making.asked == 1


def test_of_what_takes_long_it_is_told_how_far_it_is(making: Making) -> None:
    with making.held():
        assert making.keeper.ask("a").kept is None
        assert making.begun.wait(_LONG)
        asked = making.keeper.ask("a")
        assert (asked.kept, asked.current, asked.making, asked.failed) == (None, False, (3, 10), False)
    assert making.keeper.ask("a", _LONG).current
    assert making.asked == 1


def test_the_older_one_is_given_until_the_next_is_made(making: Making) -> None:
    making.keeper.ask("a", _LONG)
    with making.held():
        making.mark = "second"
        asked = making.keeper.ask("a")
        assert asked.kept is not None
        assert (asked.kept.what, asked.current) == ("a first", False)
    found = making.keeper.ask("a", _LONG)
    assert found.kept is not None
    assert (found.kept.what, found.current) == ("a second", True)


def test_what_changed_while_it_was_made_is_made_again(making: Making) -> None:
    with making.held():
        making.keeper.ask("a")
        assert making.begun.wait(_LONG)
        making.mark = "second"
    first = making.keeper.ask("a", _LONG)
    assert first.kept is not None
    assert not first.current or first.kept.what == "a second"
    found = making.keeper.ask("a", _LONG)
    assert found.kept is not None
    assert found.kept.mark == "second"


def test_a_failure_is_told_and_tried_again_after_a_minute(making: Making) -> None:
    making.broken = True
    assert making.keeper.ask("a", _LONG).failed
    making.broken = False
    asked = making.keeper.ask("a", _LONG)
    assert (asked.failed, asked.kept, making.asked) == (True, None, 1)
    making.at += timedelta(minutes=2)
    assert making.keeper.ask("a", _LONG).kept is not None


def test_a_failure_leaves_the_older_one_and_what_changes_is_tried_at_once(making: Making) -> None:
    making.keeper.ask("a", _LONG)
    making.mark, making.broken = "second", True
    asked = making.keeper.ask("a", _LONG)
    assert asked.kept is not None
    assert (asked.kept.what, asked.failed) == ("a first", True)
    making.mark, making.broken = "third", False
    found = making.keeper.ask("a", _LONG)
    assert found.kept is not None
    assert found.kept.what == "a third"


def test_many_who_ask_at_once_are_given_one_thing(making: Making) -> None:
    found: list[object] = []
    with making.held():
        asking = [Thread(target=lambda: found.append(making.keeper.ask("a", _LONG).kept)) for _ in range(8)]
        for one in asking:
            one.start()
        assert making.begun.wait(_LONG)
    for one in asking:
        one.join(_LONG)
    assert len(found) == 8
    assert len({id(one) for one in found}) == 1
    assert making.asked == 1
