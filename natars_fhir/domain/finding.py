"""Finding: what one question came to, and what is to be said of it."""

from __future__ import annotations

from typing import NamedTuple

from natars_fhir.domain.answer import Answer, Reason
from natars_fhir.domain.record import Fact


class Sentence(NamedTuple):
    """What is to be said of an answer: the key of a phrase in ``domain/sentence.py``, and what fills it."""

    key: str
    fills: tuple[object, ...] = ()


class Finding(NamedTuple):
    """An answer, why it is unknown (or ``not-applicable``), the facts that gave it, and what to say of it."""

    answer: Answer
    reason: Reason | None
    sentence: Sentence
    facts: tuple[Fact, ...] = ()
