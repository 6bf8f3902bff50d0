"""Tried: what would be read of a document that somebody pastes. Nothing of it is kept, and nothing is written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact
from natars_fhir.domain.study import Study
from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.heard.gaps import Gap, gaps_of
from natars_fhir.mapping.quote import quote, text_at
from natars_fhir.mapping.schema import Concepts
from natars_fhir.pipeline import Outcome, outcomes, read

#: Somebody of whom a pasted report tells.
_SOMEBODY = {"resourceType": "Patient", "id": "pasted"}
#: A part of a text: the words, and the concept that was read of them; empty where none was.
Part = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in which something was read: where it stands, and its parts."""

    place: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it: patients, the words at each fact's place, texts with marks, what is wrong, what was not read."""

    resources: Counter[str]
    outcomes: tuple[Outcome, ...] = field(repr=False)
    quotes: dict[tuple[str, str, Any], str] = field(repr=False)
    texts: tuple[Marked, ...] = field(repr=False)
    issues: tuple[Issue, ...]
    gaps: dict[Gap, str] = field(repr=False)

    def quoted(self, fact: Fact) -> str:
        """The words or the code that a fact was read from."""
        return self.quotes.get((fact.source.reference, fact.path, fact.span), "")


def tried(raw: bytes, reader: DocumentReader, study: Study, day: date) -> Tried:
    """Everything that is read of a document, and what it comes to by itself."""
    document, gathered = read(raw, reader), Gathered(reader.site)
    gathered.take(document.readings)
    quotes: dict[tuple[str, str, Any], str] = {}
    texts: list[Marked] = []
    for reading, resource in reader.resources(raw):
        for fact in reading.facts:
            quotes[reading.key, fact.path, fact.span] = quote(fact.evidence, resource)
        texts += _marked(reading.facts, resource)
    entries = open_bundle(raw).entries
    gaps = {
        gap: name
        for entry, one in zip(entries, document.readings, strict=False)
        for gap, name in gaps_of(one, entry.raw, reader.mapping)
    }
    kinds = Counter(one.kind or "?" for one in document.readings)
    issues = (*document.issues, *(issue for one in document.readings for issue in one.issues))
    told = tuple(outcomes(gathered, study, day))
    return Tried(kinds, told, quotes, tuple(texts), tuple(dict.fromkeys(issues)), gaps)


def report(text: str, kind: str, concepts: Concepts) -> bytes:
    """A report's text as a document: of a *kind* (pathology, imaging, operation), or of whichever its words tell."""
    codes = concepts.reports.get(kind, ())[:1]
    coding = [{"system": concepts.systems[one.system].uri, "code": one.code} for one in codes]
    told: dict[str, Any] = {"resourceType": "DiagnosticReport", "id": "pasted", "status": "final", "conclusion": text}
    told |= {"code": {"coding": coding} if coding else {"text": "?"}, "subject": {"reference": "Patient/pasted"}}
    entries = [{"resource": _SOMEBODY}, {"resource": told}]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _marked(facts: Sequence[Fact], resource: Any) -> Iterator[Marked]:
    """The texts of a resource in which something was read."""
    for place in dict.fromkeys(fact.path for fact in facts if fact.span):
        text = text_at(place, resource)
        if text is not None:
            spans = [(fact.span, fact.concept) for fact in facts if fact.path == place and fact.span]
            yield Marked(place, tuple(_parts(text, spans)))


def _parts(text: str, spans: Sequence[tuple[tuple[int, int], str]]) -> Iterator[Part]:
    """The text cut where a span begins or ends, each part with what was read of it."""
    cuts = sorted({0, len(text), *(min(end, len(text)) for span, _ in spans for end in span)})
    for start, end in pairwise(cuts):
        yield text[start:end], tuple(dict.fromkeys(name for (a, b), name in spans if a <= start and end <= b))
