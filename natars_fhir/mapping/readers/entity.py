"""What the readers of whole resources share: the codes and texts that they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from natars_fhir.domain.record import Detail
from natars_fhir.fhir.path import Walk, head, walk
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.reader import read as read_text
from natars_fhir.mapping.narrative.said import Kind, Reading, Unread
from natars_fhir.mapping.readers.histology import of_coding
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


def coded(kind: str, paths: Sequence[str], lore: Lore) -> Callable[[Any, Sink], list[tuple[str, Told]]]:
    """Everything that the codings at *paths* of a *kind* of resource say by themselves, as (place, told); what says
    nothing is counted."""
    says, walks = meanings(lore), _walks(kind, paths)

    def read(resource: Any, sink: Sink) -> list[tuple[str, Told]]:
        found: list[tuple[str, Told]] = []
        for there, codings in walks:
            if there(resource) is None:
                continue
            for place, coding in codings(resource):
                said = says(coding.system, coding.code)
                if not said:
                    sink.not_understood.append(("code", kind, coding.system or "", coding.code or ""))
                for told in said:
                    found.append((place, told))  # noqa: PERF401 (a comprehension is a call)
        return found

    return read


def _walks(kind: str, paths: Sequence[str]) -> list[tuple[Callable[[Any], Any], Walk]]:
    """For each path what it begins with, which most resources lack, and the walk."""
    return [(attrgetter(head(path)), walk(path, f"{kind}.")) for path in paths]


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


def spoken(
    kind: str, paths: Sequence[str], lore: Lore, text: Kind, weighed: Callable[[Told], Told | None] = lambda told: told
) -> Callable[[Any, Sink], list[tuple[str, Told]]]:
    """Everything that the texts at *paths* of a *kind* of resource say, as (place, told), each as it is *weighed*; None
    leaves it out. Parts that could not be read become issues."""
    walks, heard = _walks(kind, paths), _heard_once(lore, text, weighed)

    def read(resource: Any, sink: Sink) -> list[tuple[str, Told]]:
        found: list[tuple[str, Told]] = []
        for there, texts in walks:
            if there(resource) is None:
                continue
            for place, text in texts(resource):
                said, unread = heard(text)
                if unread:
                    _tell_unread(unread, place, sink)
                for told in said:
                    found.append((place, told))  # noqa: PERF401 (a comprehension is a call)
        return found

    return read


#: What a text says, and what of it could not be read.
_Heard = tuple[tuple[Told, ...], tuple[Unread, ...]]


def _heard_once(lore: Lore, kind: Kind, weighed: Callable[[Told], Told | None]) -> Callable[[str], _Heard]:
    """Hears texts; each of the short ones once."""

    def hear(text: str) -> _Heard:
        reading = read_text(text, lore.words, kind)
        told = [weighed(one) for one in _of_the_tumour(reading, lore)]
        return tuple([one for one in told if one is not None]), reading.unread

    known = lru_cache(maxsize=4_096)(hear)
    return lambda text: known(text) if len(text) <= SHORT else hear(text)


def narrated(text: str, lore: Lore, kind: Kind, where: str, sink: Sink) -> list[Told]:
    """A text's statements about the tumour and the patient; what speaks of other cells is no fact of the tumour."""
    reading = _read_short(text, lore.words, kind) if len(text) <= SHORT else read_text(text, lore.words, kind)
    if reading.unread:
        _tell_unread(reading.unread, where, sink)
    return _of_the_tumour(reading, lore)


def heard(text: str, lore: Lore) -> list[Told]:
    """What a name says, where what of it cannot be read is of no account."""
    return _of_the_tumour(_read_short(text, lore.words, "other"), lore)


def _tell_unread(parts: Iterable[Unread], where: str, sink: Sink) -> None:
    for unread in parts:
        sink.tell("value", where, f"A statement about «{unread.concept}» that is not read: {unread.why}.")
        sink.not_understood.append(("text", where.partition(".")[0], unread.concept, ""))


def _of_the_tumour(reading: Reading, lore: Lore) -> list[Told]:
    told: list[Told] = []
    concepts = lore.concepts
    for concept, value, span, standing, detail in reading.said:
        if concept in concepts:
            for name, cells in detail:
                if name == "cellScope" and cells != "tumour":
                    break
            else:
                told.append(_new(Told, (concept, value, detail, standing, span)))
    return told


def tell_of_narrative(resource: Any, concept: Any, sink: Sink) -> None:
    """Told where the narrative alone says what a resource is about: it was made for people, and no fact is read."""
    if resource.text is not None and (concept is None or not (concept.coding or concept.text)):
        place = f"{type(resource).__name__}.text"
        sink.tell("not-supported", place, "Only the narrative says what this is about: it is not read.")


def once(told: Iterable[tuple[str, Told]]) -> list[tuple[str, Told]]:
    """The same thing said at several places of one resource counts once, at its first place: of its details only how
    it was seen may differ."""
    told = list(told)
    times: dict[str, int] = {}
    for _, one in told:
        times[one.concept] = times.get(one.concept, 0) + 1
    if len(times) == len(told):
        return told
    seen: dict[object, tuple[str, Told]] = {}
    for place, one in told:
        what: object = one.concept
        if times[one.concept] > 1:  # what is said but once is not looked at further: a number's hash takes its time
            concept, value, details, standing, _ = one
            what = concept, value, standing, _without_method(details) if details else details
        seen.setdefault(what, (place, one))
    return list(seen.values())


@lru_cache(maxsize=1_024)
def _without_method(details: Detail) -> Detail:
    return tuple([pair for pair in details if pair[0] != "method"])


def code_of(concept: Any) -> str:
    """The code of a CodeableConcept whose binding is required (verificationStatus …): HL7's own, else the first; empty
    where there is none."""
    chosen = ""
    for coding in (concept.coding or ()) if concept is not None else ():
        if coding.code and (coding.system or "").startswith(_HL7):
            return str(coding.code)
        chosen = chosen or coding.code or ""
    return chosen
