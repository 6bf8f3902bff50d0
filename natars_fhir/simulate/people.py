"""Draws invented people, of whom no name and no number can be anybody's.

Names say that they are simulated; record numbers begin with SIM; resident numbers name no area of China (000000) and
fail their check digit (GB 11643-1999).
"""

from __future__ import annotations

from datetime import date, timedelta

from natars_fhir.simulate.chance import Chance
from natars_fhir.simulate.rates import rates, table
from natars_fhir.simulate.story import Person

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def draw(chance: Chance, number: int, seed: int, day: date, *, child: bool = False, woman: bool = False) -> Person:
    """Somebody who is seen first on *day*."""
    born = day - timedelta(days=_age(chance, child=child))
    female = woman or chance.happens(rates("person")["female"])
    given = "".join(chance.some_of(table("words")["names"]["given"], 2))
    return Person(
        number,
        f"sim{seed}-{number}",
        table("words")["names"]["family"] + given,
        f"SIM{seed}-{number:07}",
        _resident(chance, born) if chance.happens(rates("person")["resident-number"]) else "",
        female,
        born,
    )


def _age(chance: Chance, *, child: bool) -> int:
    if child:
        low, high = rates("person")["child-age"]
        return chance.whole(low * 365, high * 365)
    return int(min(92.0, max(16.0, chance.spread(*rates("person")["age"]))) * 365.25)


def _resident(chance: Chance, born: date) -> str:
    """A resident number that is none: an area that does not exist, and a check digit that is wrong."""
    text = f"000000{born:%Y%m%d}{chance.whole(0, 999):03}"
    right = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=True)) % 11
    return text + _CHECKS[(right + 1 + chance.whole(0, 8)) % 11]


def years(born: date, day: date) -> int:
    """Completed years of age on *day*."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
