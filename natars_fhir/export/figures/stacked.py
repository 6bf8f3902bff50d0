"""Stacked: the numbers of a figure of bars, as charts, pictures and tables are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Series(NamedTuple):
    """One kind of bar: what it is called, and its number in every category."""

    name: str
    values: tuple[int, ...]


class Stacked(NamedTuple):
    """Bars upon bars, a stack a category. ``line`` runs over them, on the same axis; ``goal`` is a line across."""

    title: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    line: Series | None = None
    goal: tuple[str, int] | None = None
    lying: bool = False

    @property
    def empty(self) -> bool:
        """Is there nothing to show?"""
        return not any(any(one.values) for one in self.series)

    @property
    def highest(self) -> int:
        """The top of the highest stack, of the line and of the goal."""
        tops = [sum(values) for values in zip(*(one.values for one in self.series), strict=True)]
        line, goal = self.line.values if self.line else (), self.goal[1] if self.goal else 0
        return int(max([*tops, *line, goal, 1]))


class Row(NamedTuple):
    """One count under its names."""

    names: tuple[str, ...]
    number: int


def stacks(rows: Sequence[Row], category: int, kind: int) -> tuple[tuple[str, ...], tuple[Series, ...]]:
    """Categories and series of rows, by the places of their names, in the order in which they come first."""
    categories = tuple(dict.fromkeys(one.names[category] for one in rows))
    kinds = tuple(dict.fromkeys(one.names[kind] for one in rows))
    found: dict[tuple[str, str], int] = {}
    for one in rows:
        place = one.names[category], one.names[kind]
        found[place] = found.get(place, 0) + one.number
    return categories, tuple(Series(k, tuple(found.get((c, k), 0) for c in categories)) for k in kinds)
