"""Sink: what comes of reading one resource: facts, issues, and what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import intern
from typing import Any, Literal

from msgspec import Struct

from natars_fhir.domain.issue import Issue, Severity
from natars_fhir.domain.record import Fact, Source, Standing
from natars_fhir.mapping.told import Told

#: (reference, the entry it stands in, the type it may name) → the key of the resource that it names; None for none.
KeyOf = Callable[[Any, Any, str], "str | None"]

#: What was not understood: a code (type, system, code); a value or a text (type, concept, place).
NotUnderstood = tuple[Literal["code", "value", "text"], str, str, str]


#: Facts and sources are made in great numbers: without the constructor, in half the time.
_tuple: Any = tuple.__new__


class Sink(Struct, gc=False):
    """Collects while one resource is read. Mutable, short-lived, and known to the readers only."""

    #: where the facts come from
    source: Source
    key_in: KeyOf
    entry: Any = None
    facts: list[Fact] = []
    issues: list[Issue] = []
    not_understood: list[NotUnderstood] = []
    #: dates are interned: those of one patient repeat, and facts are held in great numbers
    when: str | None = None
    known: str | None = None
    standing: Standing = "final"

    def key_of(self, reference: Any, target: str) -> str | None:
        """The key of the resource that *reference*, to a *target* type, names within the site."""
        return self.key_in(reference, self.entry, target)

    def add(self, told: Told, path: str) -> None:
        """One fact, dated and standing as its resource does."""
        concept, value, details, standing, span = told
        stands = standing if self.standing == "final" else self.standing
        self.facts.append(
            _tuple(Fact, (concept, value, self.when, self.source, intern(path), stands, self.known, span, details))
        )

    def add_all(self, told: Iterable[Told], path: str) -> None:
        """Several facts of one place."""
        facts, own, when, known, path = self.facts, self.standing, self.when, self.known, intern(path)
        source = self.source
        for concept, value, details, standing, span in told:
            stands = standing if own == "final" else own
            facts.append(_tuple(Fact, (concept, value, when, source, path, stands, known, span, details)))

    def add_each(self, told: Iterable[tuple[str, Told]]) -> None:
        """Facts, each with its own place."""
        facts, own, when, known, source = self.facts, self.standing, self.when, self.known, self.source
        last = place = ""
        for path, (concept, value, details, standing, span) in told:
            if path is not last:  # what one text says comes together
                last, place = path, intern(path)
            stands = standing if own == "final" else own
            facts.append(_tuple(Fact, (concept, value, when, source, place, stands, known, span, details)))

    def tell(self, code: str, expression: str, text: str, severity: Severity = "warning") -> None:
        """An issue of this resource; never with a value in it."""
        self.issues.append(Issue(severity, code, expression, text))
