"""What the readers of whole resources share: the codes and texts that they stand on, and the dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from sys import intern
from typing import Any

from natars_fhir.fhir.path import first, head, walk
from natars_fhir.mapping.codes import Meaning
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import read as read_text
from natars_fhir.mapping.narrative.said import Kind
from natars_fhir.mapping.readers.histology import of_coding
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

Plan = Callable[[Any, Sink], None]

#: Texts up to this length (names of diagnoses, operations, sites) come again and again: each is read once.
_SHORT = 60
_read_short = lru_cache(maxsize=20_000)(read_text)


def dated(view: View) -> Callable[[Any, Sink], None]:
    """Sets the dates of a resource's facts: the first of the view's paths that is there."""
    whens, knowns = [first(path) for path in view.when], [first(path) for path in view.known]

    def stamp(resource: Any, sink: Sink) -> None:
        sink.when = next((intern(str(day)) for get in whens if (day := get(resource)) is not None), None)
        sink.known = next((intern(str(day)) for get in knowns if (day := get(resource)) is not None), None)

    return stamp


def coded(paths: Sequence[str], lore: Lore) -> Callable[[Any, Sink], list[tuple[str, Told]]]:
    """Everything that the codings at *paths* say by themselves, as (place, told); what says nothing is counted."""
    walks = [(attrgetter(head(path)), walk(path)) for path in paths]

    def read(resource: Any, sink: Sink) -> list[tuple[str, Told]]:
        kind = type(resource).__name__
        found: list[tuple[str, Told]] = []
        for there, reach in walks:
            if there(resource) is None:
                continue
            for place, coding in reach(resource):
                if told := meant(lore, coding):
                    found += [(f"{kind}.{place}", one) for one in told]
                else:
                    sink.not_understood.append(("code", kind, coding.system or "", coding.code or ""))
        return found

    return read


def meant(lore: Lore, coding: Any) -> list[Told]:
    """What one coding says: meanings of its table, and any morphology that ICD-O-3 can spell."""
    meanings: tuple[Meaning, ...] = lore.says[coding.system, coding.code]
    told = [Told(*meaning) for meaning in meanings]
    if not any(meaning.concept == "histology" for meaning in meanings):
        told += of_coding(lore, coding.system, coding.code)
    return told


def spoken(paths: Sequence[str], lore: Lore, kind: Kind) -> Callable[[Any, Sink], list[tuple[str, Told]]]:
    """Everything that the texts at *paths* say, as (place, told); parts that could not be read become issues."""
    walks = [(attrgetter(head(path)), walk(path)) for path in paths]

    def read(resource: Any, sink: Sink) -> list[tuple[str, Told]]:
        found: list[tuple[str, Told]] = []
        for there, reach in walks:
            if there(resource) is None:
                continue
            for place, text in reach(resource):
                where = f"{type(resource).__name__}.{place}"
                found += [(where, told) for told in narrated(text, lore, kind, where, sink)]
        return found

    return read


def narrated(text: str, lore: Lore, kind: Kind, where: str, sink: Sink) -> list[Told]:
    """A text's statements about the tumour and the patient; what speaks of other cells is no fact of the tumour."""
    reading = _read_short(text, lore.words, kind) if len(text) <= _SHORT else read_text(text, lore.words, kind)
    for unread in reading.unread:
        sink.tell("value", where, f"A statement about «{unread.concept}» that is not read: {unread.why}.")
        sink.not_understood.append(("text", where.partition(".")[0], unread.concept, ""))
    return [
        Told(concept, value, detail, standing, span)
        for concept, value, span, standing, detail in reading.said
        if concept in lore.concepts and not (detail and dict(detail).get("cellScope", "tumour") != "tumour")
    ]


def tell_of_narrative(resource: Any, concept: Any, sink: Sink) -> None:
    """Told where the narrative alone says what a resource is about: it was made for people, and no fact is read."""
    if resource.text is not None and (concept is None or not (concept.coding or concept.text)):
        place = f"{type(resource).__name__}.text"
        sink.tell("not-supported", place, "Only the narrative says what this is about: it is not read.")


def once(told: Iterable[tuple[str, Told]]) -> list[tuple[str, Told]]:
    """The same thing said at several places of one resource counts once, at its first place: of its details only how
    it was seen may differ."""
    seen: dict[object, tuple[str, Told]] = {}
    for place, one in told:
        meant_so = tuple(pair for pair in one.detail if pair[0] != "method")
        seen.setdefault((one.concept, one.value, one.standing, meant_so), (place, one))
    return list(seen.values())


def code_of(concept: Any) -> str:
    """The first code of a CodeableConcept whose binding is required (verificationStatus …); empty where none."""
    return next((c.code for c in (concept.coding or ()) if c.code), "") if concept is not None else ""
