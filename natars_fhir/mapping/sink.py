"""Sink: what comes of reading one resource: facts, issues, and what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import intern
from typing import Any, Literal

from natars_fhir.domain.issue import Issue, Severity
from natars_fhir.domain.record import Fact, Source, Standing
from natars_fhir.mapping.told import Told

#: (reference, the entry it stands in, the type it may name) → the key of the resource that it names; None for none.
KeyOf = Callable[[Any, Any, str], "str | None"]

#: What was not understood: a code (type, system, code); a value or a text (type, concept, place).
NotUnderstood = tuple[Literal["code", "value", "text"], str, str, str]


class Sink:
    """Collects while one resource is read. Mutable, short-lived, and known to the readers only."""

    __slots__ = ("_key_of", "_source", "entry", "facts", "issues", "known", "not_understood", "standing", "when")

    def __init__(self, source: tuple[str, str, str, str], key_of: KeyOf, entry: Any = None) -> None:
        self._source: Source | tuple[str, str, str, str] = source
        self._key_of = key_of
        self.entry = entry
        self.facts: list[Fact] = []
        self.issues: list[Issue] = []
        self.not_understood: list[NotUnderstood] = []
        #: dates are interned: those of one patient repeat, and facts are held in great numbers
        self.when: str | None = None
        self.known: str | None = None
        self.standing: Standing = "final"

    @property
    def source(self) -> Source:
        """Where the facts come from; made with the first fact, for most resources tell none."""
        if type(self._source) is tuple:
            self._source = Source(*self._source)
        return self._source  # type: ignore[return-value]

    def key_of(self, reference: Any, target: str) -> str | None:
        """The key of the resource that *reference*, to a *target* type, names within the site."""
        return self._key_of(reference, self.entry, target)

    def add(self, told: Told, path: str) -> None:
        """One fact, dated and standing as its resource does."""
        concept, value, details, standing, span = told
        if self.standing != "final":
            standing = self.standing
        self.facts.append(
            Fact(concept, value, self.when, self.source, intern(path), standing, self.known, span, details)
        )

    def add_all(self, told: Iterable[Told], path: str) -> None:
        """Several facts of one place."""
        for one in told:
            self.add(one, path)

    def add_each(self, told: Iterable[tuple[str, Told]]) -> None:
        """Facts, each with its own place."""
        for path, one in told:
            self.add(one, path)

    def tell(self, code: str, expression: str, text: str, severity: Severity = "warning") -> None:
        """An issue of this resource; never with a value in it."""
        self.issues.append(Issue(severity, code, expression, text))
