"""What the readers of whole resources share: the codes and texts that they stand on, and the dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from sys import intern
from typing import Any

from natars_fhir.domain.record import Detail
from natars_fhir.fhir.path import First, first, head, walk
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import read as read_text
from natars_fhir.mapping.narrative.said import Kind, Reading
from natars_fhir.mapping.readers.histology import of_coding
from natars_fhir.mapping.schema import View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

Plan = Callable[[Any, Sink], None]

#: Texts up to this length (names of diagnoses, operations, sites) come again and again: each is read once.
SHORT = 60
#: a hospital's own word may stand before the standard's
_HL7 = "http://terminology.hl7.org/CodeSystem/"
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
_read_short = lru_cache(maxsize=4_096)(read_text)


def dated(view: View) -> Callable[[Any, Sink], None]:
    """Sets the dates of a resource's facts: the first of the view's paths that is there."""
    whens, knowns = [first(path) for path in view.when], [first(path) for path in view.known]

    def stamp(resource: Any, sink: Sink) -> None:
        sink.when, sink.known = _day(whens, resource), _day(knowns, resource)

    return stamp


def _day(paths: Sequence[First], resource: Any) -> str | None:
    for get in paths:
        if (day := get(resource)) is not None:
            return intern(str(day))
    return None


def coded(paths: Sequence[str], lore: Lore) -> Callable[[Any, Sink], list[tuple[str, Told]]]:
    """Everything that the codings at *paths* say by themselves, as (place, told); what says nothing is counted."""
    says = meanings(lore)
    walks = [(attrgetter(head(path)), walk(path)) for path in paths]

    def read(resource: Any, sink: Sink) -> list[tuple[str, Told]]:
        found: list[tuple[str, Told]] = []
        kind = resource.__class__.__name__
        for there, codings in walks:
            if there(resource) is None:
                continue
            for place, coding in codings(resource):
                said = says(coding.system, coding.code)
                if not said:
                    sink.not_understood.append(("code", kind, coding.system or "", coding.code or ""))
                else:
                    found += [(f"{kind}.{place}", told) for told in said]
        return found

    return read


def meanings(lore: Lore) -> Callable[[str | None, str | None], tuple[Told, ...]]:
    """What a coding says: meanings of its table, and any morphology that ICD-O-3 can spell. Codes come again and
    again: each is looked up once."""

    @lru_cache(maxsize=4_096)
    def says(system: str | None, code: str | None) -> tuple[Told, ...]:
        told = tuple(Told(*meaning) for meaning in lore.says[system, code])
        if any(one.concept == "histology" for one in told):
            return told
        return told + of_coding(lore, system, code)

    return says


def spoken(paths: Sequence[str], lore: Lore, kind: Kind) -> Callable[[Any, Sink], list[tuple[str, Told]]]:
    """Everything that the texts at *paths* say, as (place, told); parts that could not be read become issues."""
    walks = [(attrgetter(head(path)), walk(path)) for path in paths]

    def read(resource: Any, sink: Sink) -> list[tuple[str, Told]]:
        found: list[tuple[str, Told]] = []
        for there, texts in walks:
            if there(resource) is None:
                continue
            for place, text in texts(resource):
                reading = _heard(text, lore, kind)
                if reading.said or reading.unread:
                    where = f"{resource.__class__.__name__}.{place}"
                    found += [(where, told) for told in _told(reading, lore, where, sink)]
        return found

    return read


def narrated(text: str, lore: Lore, kind: Kind, where: str, sink: Sink) -> list[Told]:
    """A text's statements about the tumour and the patient; what speaks of other cells is no fact of the tumour."""
    return _told(_heard(text, lore, kind), lore, where, sink)


def _heard(text: str, lore: Lore, kind: Kind) -> Reading:
    return _read_short(text, lore.words, kind) if len(text) <= SHORT else read_text(text, lore.words, kind)


def _told(reading: Reading, lore: Lore, where: str, sink: Sink) -> list[Told]:
    for unread in reading.unread:
        sink.tell("value", where, f"A statement about «{unread.concept}» that is not read: {unread.why}.")
        sink.not_understood.append(("text", where.partition(".")[0], unread.concept, ""))
    concepts = lore.concepts
    return [
        _new(Told, (concept, value, detail, standing, span))
        for concept, value, span, standing, detail in reading.said
        if concept in concepts and not (detail and _of_other_cells(detail))
    ]


def _of_other_cells(detail: Detail) -> bool:
    for name, value in detail:
        if name == "cellScope":
            return value != "tumour"
    return False


def tell_of_narrative(resource: Any, concept: Any, sink: Sink) -> None:
    """Told where the narrative alone says what a resource is about: it was made for people, and no fact is read."""
    if resource.text is not None and (concept is None or not (concept.coding or concept.text)):
        place = f"{type(resource).__name__}.text"
        sink.tell("not-supported", place, "Only the narrative says what this is about: it is not read.")


def once(told: Iterable[tuple[str, Told]]) -> list[tuple[str, Told]]:
    """The same thing said at several places of one resource counts once, at its first place: of its details only how
    it was seen may differ."""
    told = list(told)
    concepts = [one.concept for _, one in told]
    if len(set(concepts)) == len(concepts):
        return told
    alone = {concept for concept, times in Counter(concepts).items() if times == 1}
    seen: dict[object, tuple[str, Told]] = {}
    for place, one in told:
        what: object = one.concept
        if what not in alone:
            meant_so = tuple([pair for pair in one.detail if pair[0] != "method"])
            what = (what, one.value, one.standing, meant_so)
        seen.setdefault(what, (place, one))
    return list(seen.values())


def code_of(concept: Any) -> str:
    """The code of a CodeableConcept whose binding is required (verificationStatus …): HL7's own, else the first; empty
    where there is none."""
    chosen = ""
    for coding in (concept.coding or ()) if concept is not None else ():
        if coding.code and (coding.system or "").startswith(_HL7):
            return str(coding.code)
        chosen = chosen or coding.code or ""
    return chosen
