"""Persons: what is kept under any name of a person, asked for once for several persons and told by each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

#: The key that stands for each person → the names that it goes by. Persons share no name.
Persons = Mapping[str, Collection[str]]
_Row = TypeVar("_Row")


def every_name(persons: Persons) -> set[str]:
    """All names of all of them."""
    return {name for names in persons.values() for name in names}


def of_each(rows: Iterable[_Row], persons: Persons, name: Callable[[_Row], str]) -> dict[str, list[_Row]]:
    """Person → the rows whose *name* is one of theirs, in the order in which they come."""
    owner = {name: key for key, names in persons.items() for name in names}
    told: dict[str, list[_Row]] = {key: [] for key in persons}
    for row in rows:
        told[owner[name(row)]].append(row)
    return told
