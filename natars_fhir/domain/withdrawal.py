"""When a consent that does not stand any more was withdrawn: by the end of its period, else by the day of a statement
that came after another one.

https://hl7.org/fhir/R4/consent.html: ``dateTime`` is when it was issued, and stays so; ``inactive`` says it is over. A
signature that became inactive, and says no more, does not tell on which day: its own day is that of the signing.
"""

from __future__ import annotations

from collections.abc import Iterable

from natars_fhir.domain.record import Fact


def withdrawn_on(fact: Fact, told: Iterable[Fact]) -> Fact:
    """*fact*, dated by the day of the withdrawal where that is told; without a day where it is not. *told*: all that
    was said of consent, and the allocations, which none precedes."""
    ended = fact.said("ended")
    if isinstance(ended, str):
        return fact._replace(when=ended)
    return fact._replace(when=None) if _is_first(fact, told) else fact


def is_signature(fact: Fact, told: Iterable[Fact]) -> bool:
    """Is its own day that of the signature? So it is where the withdrawal has a day of its own, or nothing older was
    said."""
    return fact.value == "withdrawn" and (fact.said("ended") is not None or _is_first(fact, told))


def _is_first(fact: Fact, told: Iterable[Fact]) -> bool:
    """Is nothing on file that was surely said before it?"""
    own = fact.day
    if own is None or own.low is None:
        return True
    return not any(day.high is not None and day.high < own.low for one in told if (day := one.day))
