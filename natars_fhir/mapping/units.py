"""Units: a quantity in the unit of its concept, by a list of accepted spellings for each concept.

Nothing is guessed, neither from a magnitude nor by parsing: an unknown unit is told and not read. The factors are data
(concepts.toml); a test checks each against UCUM. See https://ucum.org and clinical.md §4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import lru_cache

from natars_fhir.domain.interval import Interval, Number

UCUM = "http://unitsofmeasure.org"

#: No product of a written number and a factor is rounded.
_EXACT = Context(prec=1_000)
#: Spellings of units that are remembered for a concept.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Units:
    """What a concept's numbers may be measured in: spelling → factor to ``unit``."""

    unit: str
    accepts: Mapping[str, Decimal]
    spellings: Mapping[str, str]
    _known: dict[tuple[str | None, str | None, str | None], Decimal | None] = field(default_factory=dict, compare=False)

    def factor(self, code: str | None, unit: str | None, system: str | None = None) -> Decimal | None:
        """The factor of the code or the unit, whichever is accepted; None where neither is, or where they disagree.

        Where *system* is UCUM the code is the unit (https://hl7.org/fhir/R4/datatypes.html#Quantity): one that is not
        accepted is another unit, whatever the words beside it say.
        """
        try:
            return self._known[code, unit, system]
        except KeyError:
            if len(self._known) > _MOST:
                self._known.clear()
            strict = system == UCUM and code is not None and self._accepted(code.strip()) is None
            return self._known.setdefault((code, unit, system), None if strict else self._look(code, unit))

    def _look(self, *written: str | None) -> Decimal | None:
        told = [text.strip() for text in written if text is not None and text.strip()]
        factors = {factor for text in told if (factor := self._accepted(text)) is not None}
        if not told:
            return self.accepts.get("")
        return factors.pop() if len(factors) == 1 else None  # a code and a text that disagree are not understood

    def _accepted(self, text: str) -> Decimal | None:
        found = self.accepts.get(text)
        return self.accepts.get(self.spellings.get(text, text)) if found is None else found


def measured(value: Decimal, comparator: str | None, factor: Decimal, unit: str) -> Number:
    """A quantity as an interval: ``<12`` is below 12, ``>=8`` at least 8. Where the unit is the concept's own, the
    digits are those that were written; nothing is ever rounded."""
    return _measured(str(value), comparator, factor, unit)


@lru_cache(maxsize=16_384)
def _measured(written: str, comparator: str | None, factor: Decimal, unit: str) -> Number:
    """Remembered by what was written, for 1.50 equals 1.5 and is not the same; the same values come again and again,
    and an interval is worth sharing."""
    value = Decimal(written)
    point = _plain(value) if factor == 1 else _trimmed(_EXACT.multiply(value, factor))
    match comparator:
        case "<" | "<=":
            return Interval(None, point, high_open=comparator == "<", unit=unit)
        case ">" | ">=":
            return Interval(point, None, low_open=comparator == ">", unit=unit)
        case _:
            return Interval(point, point, unit=unit)


def _trimmed(value: Decimal) -> Decimal:
    """A product, which has no digits that anybody wrote: without the zeros that multiplication brings."""
    return _plain(_EXACT.normalize(value))


def _plain(value: Decimal) -> Decimal:
    """Digits as they were written, without an exponent that multiplication may bring."""
    return Decimal(format(value, "f"))
