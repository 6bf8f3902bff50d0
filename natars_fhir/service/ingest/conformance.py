"""Conformance: a push of a site that is held to the level *conformant* (`check` in its file; docs/reading.md).

A resource that breaks the standard is refused with all its problems; it costs no other entry of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from natars_fhir.domain.issue import Issue, worst
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.validate import validate
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.reading import ReadDocument, Reading


def held_to_it(document: ReadDocument, entries: Sequence[Entry], raw: bytes, version: Name | None) -> ReadDocument:
    """The *document* that was read of *raw*, with what is not conformant refused. What is let go stays let go."""
    whole, of = _by_place(validate(raw, "conformant", version), {entry.place for entry in entries})
    readings = tuple(
        _refused(reading, of.get(entry.place, ())) for entry, reading in zip(entries, document.readings, strict=True)
    )
    return replace(document, readings=readings, issues=(*document.issues, *_news(whole, document.issues)))


def _refused(reading: Reading, issues: Sequence[Issue]) -> Reading:
    if reading.fate not in ("read", "refused") or worst(tuple(issues)) not in ("fatal", "error"):
        return reading
    return Reading("", reading.kind, "refused", reading.place, issues=tuple(issues))


def _by_place(issues: Iterable[Issue], places: set[str]) -> tuple[list[Issue], Mapping[str, list[Issue]]]:
    """The issues of the document as a whole, and those of each entry by its place."""
    whole: list[Issue] = []
    of: dict[str, list[Issue]] = {}
    for issue in issues:
        place = _entry_of(issue.expression, places)
        (whole if place is None else of.setdefault(place, [])).append(issue)
    return whole, of


def _entry_of(expression: str, places: set[str]) -> str | None:
    """``Bundle.entry[3].resource`` of ``Bundle.entry[3].resource.birthDate``, where it is among *places*."""
    steps = expression.split(".")
    starts = (".".join(steps[:count]) for count in range(1, len(steps) + 1))
    return next((start for start in starts if start in places), "" if "" in places else None)


def _news(whole: Iterable[Issue], told: Sequence[Issue]) -> list[Issue]:
    """Errors of the envelope that are not told yet."""
    known = {_about(issue) for issue in told}
    return [issue for issue in whole if issue.severity in ("fatal", "error") and _about(issue) not in known]


def _about(issue: Issue) -> str:
    """What an issue is about: an invariant goes by its key, wherever it was seen."""
    return issue.text.partition(":")[0] if issue.code == "invariant" else issue.expression
