"""Units: a quantity in the unit of its concept, by a list of accepted spellings for each concept.

Nothing is guessed, neither from a magnitude nor by parsing: an unknown unit is told and not read. The factors are data
(concepts.toml); a test checks each against UCUM. See https://ucum.org and clinical.md §4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from natars_fhir.domain.interval import Interval, Number

UCUM = ("http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8")


@dataclass(frozen=True, slots=True)
class Units:
    """What a concept's numbers may be measured in: spelling → factor to ``unit``."""

    unit: str
    accepts: Mapping[str, Decimal]
    spellings: Mapping[str, str]

    def factor(self, *written: str | None) -> Decimal | None:
        """The factor of the first of the *written* units that is accepted; None where none is.

        A quantity has a code and a unit; either may be missing or local.
        """
        for text in written:
            if text is None:
                continue
            plain = text.strip()
            for spelling in (plain, self.spellings.get(plain, plain)):
                if (factor := self.accepts.get(spelling)) is not None:
                    return factor
        return self.accepts.get("") if not any(written) else None


@lru_cache(maxsize=65_536)
def measured(value: Decimal, comparator: str | None, factor: Decimal, unit: str) -> Number:
    """A quantity as an interval: ``<12`` is below 12, ``>=8`` at least 8.

    Remembered, for the same values come again and again, and an interval is worth sharing.
    """
    point = _plain(value * factor)
    match comparator:
        case "<" | "<=":
            return Interval(None, point, high_open=comparator == "<", unit=unit)
        case ">" | ">=":
            return Interval(point, None, low_open=comparator == ">", unit=unit)
        case _:
            return Interval(point, point, unit=unit)


def _plain(value: Decimal) -> Decimal:
    """Digits as they were written, without an exponent that multiplication may bring."""
    return Decimal(format(value, "f"))
