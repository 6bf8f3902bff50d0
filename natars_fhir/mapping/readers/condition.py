"""Conditions: codes and words that say what a patient has, as surely as the verification status allows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from natars_fhir.domain.record import Detail, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.readers.attachment import narrative
from natars_fhir.mapping.readers.entity import Plan, code_of, coded, dated, narrated, once, spoken
from natars_fhir.mapping.readers.histology import by_words, doubted
from natars_fhir.mapping.readers.no_tumour import PLACE, Found, Sort, sited, sorting, taken_back
from natars_fhir.mapping.schema import Concept, View
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.told import Told

#: no status given is as good as confirmed; a word that is not the standard's is doubt
_SURE = ("", "confirmed")
_STANDARD = frozenset({"confirmed", "differential", "entered-in-error", "provisional", "refuted", "unconfirmed"})
#: 疑似, 排除, a code of the hospital's own: what they mean, nobody here can say
_UNKNOWN = "unknown"
_UNSAID = "Nothing says that this is a tumour; its site is read as the tumour's. Say what it is by a known code."
_DOUBT = "A status that is none of the standard's: this decides nothing."
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
_CAME_BACK = ("recurrence", "relapse")


def condition(view: View, lore: Lore) -> Plan:
    """Facts of a Condition. Refuted: `absent`, said. Provisional and its like never decide. In error: nothing."""
    codes, texts, stamp = coded(view.says, lore), spoken(view.text, lore, "other"), dated(view)
    sort = sorting(lore)

    def plan(resource: Any, sink: Sink) -> None:
        status = _verified(resource.verificationStatus)
        if status == "entered-in-error":
            return
        coded_so, said_so = codes(resource, sink), texts(resource, sink)
        if not coded_so and not said_so:
            said_so = _of_narrative(resource, lore, sink) if resource.text is not None else said_so
            if not said_so:
                return
        if status == _UNKNOWN:
            sink.tell("code-invalid", "Condition.verificationStatus", _DOUBT)
        stamp(resource, sink)
        shown = doubted(lore, tuple([told for _, told in coded_so]), _text(resource))
        found = [(place, told) for (place, _), told in zip(coded_so, shown, strict=True)]
        found += [(place, by_words(told)) for place, told in said_so]
        is_a = sort(resource, found) if status != "refuted" and sited(found) else "tumour"
        found = _without_places(once(_as_a_tumours(found, is_a, sink)))
        course, ended = code_of(resource.clinicalStatus), _ended(resource)
        if course == "unknown":  # R5's word where R4 says nothing
            course = ""
        for place, told in found:
            if (sure := _as_sure(told, status, lore.concepts[told.concept])) is not None:
                sink.add(_with_course(sure, course, ended), place)
        if course in _CAME_BACK and status != "refuted" and is_a != "other":
            _came_back(found, status, course, sink)

    return plan


def _as_a_tumours(found: Found, is_a: Sort, sink: Sink) -> Found:
    """What its body site says, as far as it is a tumour; told, where nobody says whether it is one."""
    if is_a == "unsaid":
        sink.tell("incomplete", PLACE, _UNSAID)
    return taken_back(found) if is_a == "other" else found


def _without_places(found: list[tuple[str, Told]]) -> list[tuple[str, Told]]:
    """Where a metastasis lies is not where the tumour began."""
    if not any(told.concept == "metastasis" for _, told in found):
        return found
    return [(place, told) for place, told in found if not place.startswith("Condition.bodySite")]


def _came_back(found: list[tuple[str, Told]], status: str, course: str, sink: Sink) -> None:
    """A tumour that came back was there before, and was operated on. The onset is the Condition's, and it may have come
    back much later: the clinical status stands in the fact."""
    if any(told.concept in ("histology", "primary-site") for _, told in found):
        value = "present" if status in _SURE else "suspected"
        for concept in ("prior-resection", "progression"):
            told = Told(concept, value, detail(origin="recurrence", clinicalStatus=course))
            sink.add(told, "Condition.clinicalStatus")


def _verified(status: Any) -> str:
    """The standard's code of the verification status; empty where none is given; `_UNKNOWN` for any other word."""
    if status is None:
        return ""
    code = code_of(status)
    said = code or status.text or any(coding.display for coding in status.coding or ())
    return code if code in _STANDARD else _UNKNOWN if said else ""


def _of_narrative(resource: Any, lore: Lore, sink: Sink) -> list[tuple[str, Told]]:
    """What the narrative says, as words that never decide alone, where the Condition does not say what it is."""
    code, where = resource.code, "Condition.text.div"
    if code is not None and (code.coding or code.text):
        return []
    return [(where, told) for told in narrated(narrative(resource), lore, "other", where, sink)]


def _text(resource: Any) -> str | None:
    return resource.code.text if resource.code is not None else None


def _as_sure(told: Told, status: str, concept: Concept) -> Told | None:
    """What is told, as surely as the verification status lets it be."""
    presence = concept.kind == "presence"
    if status == "refuted":
        return told._replace(value="absent") if presence and not concept.collective else None
    if status in _SURE:
        return told
    return told._replace(value="suspected") if presence else told._replace(standing="hedged")


def _ended(resource: Any) -> str:
    """The day on which the condition was over; empty where nothing is said of it."""
    if resource.abatementDateTime is not None:
        return str(resource.abatementDateTime)
    return (resource.abatementPeriod.end or "") if resource.abatementPeriod is not None else ""


def _with_course(told: Told, course: str, ended: str) -> Told:
    """Histology from a diagnosis says so; everything carries the clinical status, and the day of its end."""
    concept, value, details, standing, span = told
    return _new(Told, (concept, value, _qualified(concept, course, ended, details), standing, span))


@lru_cache(maxsize=2_048)
def _qualified(concept: str, course: str, ended: str, details: Detail) -> Detail:
    shared = _of_diagnosis(concept, course, ended)
    kept = [pair for pair in details if pair != ("method", "other")]
    return tuple(sorted({**dict(shared), **dict(kept)}.items())) if kept else shared


@lru_cache(maxsize=2_048)
def _of_diagnosis(concept: str, course: str, ended: str) -> Detail:
    more = {"basis": "diagnosis"} if concept == "histology" else {"method": "diagnosis"}
    return detail(**more, clinicalStatus=course or None, ended=ended or None)
