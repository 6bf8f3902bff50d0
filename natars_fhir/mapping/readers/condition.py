"""Conditions: codes and words that say what a patient has, as surely as the verification status allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from natars_fhir.domain.record import Detail, detail
from natars_fhir.mapping.lore import Lore
from natars_fhir.mapping.narrative.doubt import hedges
from natars_fhir.mapping.narrative.words import Words
from natars_fhir.mapping.readers.attachment import narrative
from natars_fhir.mapping.readers.called import as_called
from natars_fhir.mapping.readers.dates import stamped
from natars_fhir.mapping.readers.entity import Plan, code_of, coded, heard, narrated, once, spoken
from natars_fhir.mapping.readers.histology import by_words, shown
from natars_fhir.mapping.readers.no_tumour import PLACE, Found, Sort, sited, sorting, taken_back
from natars_fhir.mapping.readers.origin import by_name, names_of, sites_in_words
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
    codes, stamp = coded(view.resource, view.says, lore), stamped(view)
    texts, concepts, words = spoken(view.resource, view.text, lore, "other", by_words), lore.concepts, lore.words
    sort, weighed = sorting(lore), _weighing(lore)

    def plan(resource: Any, sink: Sink) -> None:
        status = _verified(resource.verificationStatus)
        if status == "entered-in-error":
            return
        coded_so, said_so = codes(resource, sink), texts(resource, sink)
        if not coded_so and not said_so and not (said_so := _of_narrative(resource, lore, sink)):
            return
        if status == _UNKNOWN:
            sink.tell("code-invalid", "Condition.verificationStatus", _DOUBT)
        stamp(resource, sink)
        found = weighed(resource, coded_so, said_so, sink) + said_so if coded_so else said_so
        found, is_a = _placed(resource, found, status, sort, words)
        found = _without_places(once(_as_a_tumours(found, is_a, sink)))
        course, ended = code_of(resource.clinicalStatus), _ended(resource)
        if course == "unknown":  # R5's word where R4 says nothing
            course = ""
        sure = found if status in _SURE else _as_sure(found, status, concepts)
        for place, (concept, value, details, standing, span) in sure:
            sink.add(_new(Told, (concept, value, _qualified(concept, course, ended, details), standing, span)), place)
        if course in _CAME_BACK and status != "refuted" and is_a != "other":
            _came_back(found, status, course, sink)

    return plan


def _placed(
    resource: Any, found: Found, status: str, sort: Callable[[Any, Found], Sort], words: Words
) -> tuple[Found, Sort]:
    """What is found, with the body sites that are told in words of what is a tumour beyond doubt; and what it is."""
    places = sites_in_words(resource, found, words) if resource.bodySite is not None else []
    if status == "refuted" or not (places or sited(found)):
        return found + places, "tumour"
    is_a = sort(resource, found)
    return (found + places if is_a == "tumour" else found), is_a


def _weighing(lore: Lore) -> Callable[[Any, Found, Found, Sink], Found]:
    """What the codes say, beside the words of the same Condition."""
    words, agreed, called = lore.words, by_name(lore), as_called(lore)

    def weigh(resource: Any, coded_so: Found, said_so: Found, sink: Sink) -> Found:
        if (text := _text(resource)) and hedges(text, words):
            coded_so = [(place, shown(lore, told)) for place, told in coded_so]
        elif _of_another_type(resource, coded_so, said_so, lore):
            sink.tell("value", "Condition.code", _TWO_TYPES)
            coded_so = [(place, shown(lore, told) if told.concept == "histology" else told) for place, told in coded_so]
        coded_so = called(resource, coded_so, sink)
        return agreed(coded_so, partial(names_of, resource), "Condition.code", sink)

    return weigh


_TWO_TYPES = "The codes and the words of this diagnosis name different types of tumour: neither decides."
#: Words of what it is: a note, a site or a stage may speak of other tumours.
_NAMES = ("Condition.code.", "Condition.extension")


def _of_another_type(resource: Any, coded_so: Found, said_so: Found, lore: Lore) -> bool:
    """Do its names say a type of sarcoma, and none that its codes say? A sarcoma of no type contradicts none."""
    coded = {told.value for _, told in coded_so if told.concept == "histology" and told.value != "SARCOMA-NOS"}
    if not coded:
        return False
    said = {_type(told) for place, told in said_so if place.startswith(_NAMES)}
    if not said and resource.code is not None:
        texts = (coding.display for coding in resource.code.coding or () if coding.display)
        said = {_type(by_words(told)) for text in texts for told in heard(text, lore)}
    said -= {"", "SARCOMA-NOS"}
    return bool(said) and said.isdisjoint(coded)


def _type(told: Told) -> str:
    """The type of a tumour that words name: what is no sarcoma is told as another malignancy, perhaps."""
    if told.concept == "histology":
        return str(told.value)
    return "OTHER" if told.concept == "second-malignancy" else ""


def _as_a_tumours(found: Found, is_a: Sort, sink: Sink) -> Found:
    """What its body site says, as far as it is a tumour; told, where nobody says whether it is one."""
    if is_a == "unsaid":
        sink.tell("incomplete", PLACE, _UNSAID)
    return taken_back(found) if is_a == "other" else found


def _without_places(found: Found) -> Found:
    """Where a metastasis lies is not where the tumour began."""
    for _, told in found:
        if told.concept == "metastasis":
            return [(place, told) for place, told in found if not place.startswith("Condition.bodySite")]
    return found


def _came_back(found: Found, status: str, course: str, sink: Sink) -> None:
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
    if (code := code_of(status)) in _STANDARD:
        return code
    said = code or status.text or any(coding.display for coding in status.coding or ())
    return _UNKNOWN if said else ""


def _of_narrative(resource: Any, lore: Lore, sink: Sink) -> Found:
    """What the narrative says, as words that never decide alone, where the Condition does not say what it is."""
    code, where = resource.code, "Condition.text.div"
    if resource.text is None or (code is not None and (code.coding or code.text)):
        return []
    return [(where, by_words(told)) for told in narrated(narrative(resource), lore, "other", where, sink)]


def _text(resource: Any) -> str | None:
    return resource.code.text if resource.code is not None else None


def _as_sure(found: Found, status: str, concepts: Mapping[str, Concept]) -> Found:
    """What is told, as surely as a verification status in doubt, or one that denies, lets it be."""
    sure: Found = []
    for place, told in found:
        concept = concepts[told.concept]
        presence = concept.kind == "presence"
        if status != "refuted":
            sure.append((place, told._replace(value="suspected") if presence else told._replace(standing="hedged")))
        elif presence and not concept.collective:
            sure.append((place, told._replace(value="absent")))
    return sure


def _ended(resource: Any) -> str:
    """The day on which the condition was over; empty where nothing is said of it."""
    if resource.abatementDateTime is not None:
        return str(resource.abatementDateTime)
    return (resource.abatementPeriod.end or "") if resource.abatementPeriod is not None else ""


@lru_cache(maxsize=2_048)
def _qualified(concept: str, course: str, ended: str, details: Detail) -> Detail:
    """Histology from a diagnosis says so; everything carries the clinical status, and the day of its end."""
    shared = _of_diagnosis(concept, course, ended)
    kept = [pair for pair in details if pair != ("method", "other")]
    return tuple(sorted({**dict(shared), **dict(kept)}.items())) if kept else shared


@lru_cache(maxsize=2_048)
def _of_diagnosis(concept: str, course: str, ended: str) -> Detail:
    more = {"basis": "diagnosis"} if concept == "histology" else {"method": "diagnosis"}
    return detail(**more, clinicalStatus=course or None, ended=ended or None)
