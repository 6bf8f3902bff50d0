"""Trace: each decision of a derivation, with the rule that it followed and the facts that it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from natars_fhir.domain.finding import Sentence
from natars_fhir.domain.record import Fact


class Step(NamedTuple):
    """One decision: the rule (a place in clinical.md), what was chosen and why, and the facts."""

    rule: str
    sentence: Sentence
    facts: tuple[Fact, ...] = ()


class Trace(list[Step]):
    """Decisions in the order in which they were made."""

    def say(self, rule: str, key: str, *fills: object, facts: Iterable[Fact] = ()) -> None:
        """One more decision."""
        self.append(Step(f"clinical.md §{rule}", Sentence(f"endpoint.{key}", fills), tuple(facts)))
