"""What is fetched ahead comes in its order, little of it at once, with its faults; and nobody fetches for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, active_count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.service.pull.ahead import HEAVY, Shelf, ahead
from tests.web.test_over_loopback import until


@given(st.lists(st.integers(), max_size=20), st.integers(min_value=1, max_value=4))
@settings(max_examples=25, deadline=None)
def test_everything_comes_in_its_order(items: list[int], most: int) -> None:
    assert list(ahead(iter(items), Shelf(most))) == items


def test_a_fault_is_raised_after_what_came_before_it() -> None:
    def fails() -> Iterator[int]:
        yield 1
        raise ValueError("here")

    found = ahead(fails())
    assert next(found) == 1
    with pytest.raises(ValueError, match="here"):
        next(found)


def test_only_so_many_are_made_ahead_and_none_after_the_end() -> None:
    made: list[int] = []
    third = Event()

    def makes() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            if number == 3:
                third.set()
            yield number

    before = active_count()
    found = ahead(makes(), Shelf(2))
    assert next(found) == 0
    assert third.wait(5)
    assert len(made) <= 4
    found.close()  # type: ignore[attr-defined]
    assert len(made) <= 5
    assert active_count() == before


def test_more_are_made_ahead_while_they_are_light() -> None:
    made: list[int] = []

    def makes() -> Iterator[int]:
        for number in (1, 2, 3, 4, HEAVY, 6, 7):
            made.append(number)
            yield number

    found = ahead(makes(), Shelf(1, weight=lambda one: one))
    assert next(found) == 1
    until(lambda: len(made) == 5)
    assert [next(found) for _ in range(3)] == [2, 3, 4]  # what is heavy waits until nothing else is held
    assert list(found) == [HEAVY, 6, 7]


def test_while_nothing_comes_it_is_looked_whether_to_go_on() -> None:
    waits = Event()

    def slow() -> Iterator[int]:
        waits.wait(10)
        yield 1

    def look() -> None:
        waits.set()
        raise KeyError("stop")

    found = ahead(slow(), look=look)
    with pytest.raises(KeyError, match="stop"):
        next(found)


def test_a_shelf_is_bare_while_the_next_is_not_there_and_no_more_when_there_is_none() -> None:
    more = Event()

    def slow() -> Iterator[int]:
        yield 1
        more.wait(10)
        yield 2

    shelf = Shelf[int]()
    found = ahead(slow(), shelf)
    assert next(found) == 1
    assert shelf.bare
    more.set()
    until(lambda: not shelf.bare)
    assert [*found] == [2]
    assert not shelf.bare
