"""Answer: Kleene's three truth values, and why an unknown is unknown.

Silence is never a no: a rule that finds nothing answers UNKNOWN and says why (contract: "Reasons of unknown").
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final, Literal

Reason = Literal["silent", "imprecise", "conflicting", "pending", "needs-attestation", "not-yet", "not-applicable"]


class Answer(IntEnum):
    """Ordered so that ``and`` is the minimum and ``or`` the maximum (strong Kleene logic)."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __invert__(self) -> Answer:
        return _OPPOSITES[self]

    @property
    def word(self) -> str:
        """``yes``, ``no`` or ``unknown``: the contract's words."""
        return _WORDS[self]

    @classmethod
    def of(cls, truth: bool | None) -> Answer:
        """True is YES, False is NO, None is UNKNOWN."""
        return UNKNOWN if truth is None else YES if truth else NO


#: The three by plain names: rules say them often, and looking a member up in an enumeration costs ten times as much.
NO: Final = Answer.NO
UNKNOWN: Final = Answer.UNKNOWN
YES: Final = Answer.YES

#: By answer, as it is a number.
_OPPOSITES = (YES, UNKNOWN, NO)
_WORDS = ("no", "unknown", "yes")


def all_of(answers: Iterable[Answer]) -> Answer:
    """Kleene's ``and``: one no decides; all must be yes for a yes. Of nothing: yes."""
    return min(answers, default=YES)


def any_of(answers: Iterable[Answer]) -> Answer:
    """Kleene's ``or``: one yes decides; all must be no for a no. Of nothing: no."""
    return max(answers, default=NO)
