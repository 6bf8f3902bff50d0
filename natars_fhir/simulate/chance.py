"""Chance that is the same for the same seed: shares, weights, days. Nothing here is for secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import exp, log
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


class Chance:
    """Draws of one patient, which depend on nothing but what it was made of."""

    def __init__(self, *made_of: object) -> None:
        self._random = Random("/".join(map(str, made_of)))  # noqa: S311

    def happens(self, share: float) -> bool:
        """Does something of this share happen?"""
        return self._random.random() < share

    def weighted(self, weights: Mapping[str, float]) -> str:
        """A key, as often as its weight says."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def one_of(self, things: Sequence[Thing]) -> Thing:
        """One of *things*, each as likely."""
        return things[self._random.randrange(len(things))]

    def some_of(self, things: Sequence[Thing], number: int) -> list[Thing]:
        """*number* different ones of *things*, in any order."""
        return self._random.sample(things, number)

    def whole(self, low: int, high: int) -> int:
        """A whole number from *low* to *high*, both included."""
        return self._random.randint(low, high)

    def after(self, day: date, low: int, high: int) -> date:
        """A day *low* to *high* days after *day*."""
        return day + timedelta(days=self.whole(low, high))

    def spread(self, middle: float, width: float) -> float:
        """A number of the bell around *middle*."""
        return self._random.gauss(middle, width)

    def skewed(self, median: float, width: float) -> float:
        """A positive number whose logarithm lies in the bell around that of *median*."""
        return exp(self._random.gauss(log(median), width))
