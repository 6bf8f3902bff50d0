"""What goes out of the record, as rows for the page: concept by concept, and element by element."""

from __future__ import annotations

from collections.abc import Iterator

from natars_fhir.mapping.files import Mappings

_TARGETS = {"tumour": "Observation, and the tumour's Condition", "within": "Patient"}


def places(mappings: Mappings) -> Iterator[tuple[str, str, str, str]]:
    """Concept, where it goes, by which standard codes, and the mCODE profile that it may meet."""
    for name, concept in mappings.concepts.concepts.items():
        place = mappings.exporting.place(name, concept)
        where = _TARGETS.get(place.target, place.target) or f"stays: {place.out}"
        codes = " ".join(f"`{code}`" for code in place.codes)
        yield f"`{name}`", where, codes, f"`{place.profile}`" if place.profile else ""


def allowed(mappings: Mappings) -> Iterator[tuple[str, str, str]]:
    """Element of a resource, how it goes out, and why."""
    for table, rows in mappings.exporting.allowed.allow.items():
        for element, (how, why) in rows.items():
            yield f"`{table}.{element}`", how, why
