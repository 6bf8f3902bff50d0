"""Whose a result is: its subject may not be whom its focus is about, or of whom its specimen was taken.

What is surely about another is not read; what may be, or is made of what is said to be another's, is shown and decides
nothing. All of it is told. https://hl7.org/fhir/R4/observation-definitions.html#Observation.focus
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from natars_fhir.fhir.pointers import names_nobody, names_one
from natars_fhir.fhir.r4.structs import Observation
from natars_fhir.fhir.specimens import NONE, Specimens, Taken
from natars_fhir.mapping.readers.elsewhere import Elsewhere
from natars_fhir.mapping.sink import Sink

#: Results that may be of a specimen; a report may be of several.
OF_SPECIMENS = ("DiagnosticReport", "Observation")
_ABOUT = "This is about another person: it is not read."
_PERHAPS = "This may be about another person: what the resource says is shown, and decides nothing."
_TAKEN_FROM = "The specimen is said to be another patient's: what this says is shown, and decides nothing."
_MADE_OF = "This is said to be another patient's: what is made of it is shown, and decides nothing."
UNSEEN = "A Specimen that is not in this document: whose it is, when and where it was taken is not looked at."
_ISSUED = "No day of its own: that of its issue counts, and the specimen may be older."
#: https://hl7.org/fhir/R4/extension-observation-focuscode.html
_FOCUS_CODE = "http://hl7.org/fhir/StructureDefinition/observation-focusCode"
_PATIENT = re.compile(r"(?:^|/)Patient[/?#]")
#: A display decides nothing, but where it takes something back.
_SOMEBODY = re.compile(
    r"胎儿|新生儿|婴儿|供者|供体|捐献者|母亲|父亲|配偶|丈夫|妻子|家属|亲属|兄弟|姐妹"
    r"|\b(?:fo?etus|fo?etal|newborn|neonate|infant|donor|mother|father|spouse|partner|sibling|relative)s?\b",
    re.IGNORECASE,
)
#: Kinds of what a result may be about that are no thing.
_PERSONS = ("Group", "Patient", "RelatedPerson")


def named(resource: Any, reference: Any, sink: Sink) -> str | None:
    """The key of the patient that a reference names; one that is contained goes by its business identifier."""
    if reference.reference and reference.reference.startswith("#"):
        numbers = getattr(_within(resource, reference.reference), "identifier", None) or ()
        told = [(i.system, i.value) for i in numbers if i.system and i.value and names_one(i.value)]
        return f"Patient?identifier={told[0][0]}|{told[0][1]}" if told else sink.key_of(reference, "Patient")
    found = sink.key_of(reference, "Patient")
    if found is None or names_nobody(found):
        return None  # a placeholder would make one person of strangers
    return found if found.startswith(("Patient/", "urn:")) or _PATIENT.search(found) else None


#: The elements of a result that may say more of it than its subject, day and place do; most have none of them.
_beyond = attrgetter("specimen", "focus", "extension", "bodySite", "derivedFrom", "hasMember")
_NOTHING = (None,) * 6


def told_elsewhere(resource: Any) -> bool:
    """May a result or a report be about another than its subject, or of another day or place?"""
    if resource.__class__ is not Observation:
        return resource.specimen is not None and any(map(_refers, resource.specimen))
    said = _beyond(resource)
    return said != _NOTHING and (said[1:] != _NOTHING[1:] or _refers(said[0]))


def _refers(specimen: Any) -> bool:
    """Does it name a Specimen? A display alone names none."""
    return specimen.reference is not None or specimen.identifier is not None


def weigh(resource: Any, sink: Sink, document: Specimens, elsewhere: Elsewhere) -> None:
    """Weighs what was read of a result by all that it, and the *document*, says of whose it is."""
    own = named(resource, resource.subject, sink) if resource.subject is not None else None
    if own is None:
        return  # it is told of nobody
    observed = resource.__class__ is Observation
    if observed and (resource.focus is not None or resource.extension is not None):
        _by_focus(resource, sink, own, document)
    if sink.facts and resource.specimen is not None:
        _by_specimen(resource, sink, own, document, elsewhere)
    if sink.facts and observed and (resource.derivedFrom is not None or resource.hasMember is not None):
        _by_parts(resource, sink, own, document)
    if sink.facts and observed and resource.bodySite is not None:
        elsewhere.weigh(sink, resource.bodySite, "Observation.bodySite")


def _by_focus(resource: Any, sink: Sink, own: str, document: Specimens) -> None:
    for focus in resource.focus or ():
        same = _same(resource, focus, sink, own, document)
        if same is False:
            _let_go(sink, "Observation.focus")
            return
        if same is None:
            _hedge(sink, "Observation.focus", _PERHAPS)
    if any(one.url == _FOCUS_CODE for one in resource.extension or ()):
        _hedge(sink, "Observation.extension", _PERHAPS)


def _same(resource: Any, reference: Any, sink: Sink, own: str, document: Specimens) -> bool | None:
    """Is it about the patient, or about a thing? False for another person; None where nobody can tell."""
    name = reference.reference or ""
    if name.startswith("#") and len(name) > 1:
        return _same_within(_within(resource, name), own, document)
    key = sink.key_of(reference, reference.type or "")
    if key is None and not name and reference.identifier is None and reference.type is None:
        return None if _SOMEBODY.search(reference.display or "") else True
    kind = document.kind(key) if key is not None else (reference.type or "").rpartition("/")[2]
    if kind == "Patient" and key is not None:
        return document.persons.same(key, own)
    if kind in _PERSONS or not kind:
        return False if kind == "RelatedPerson" else None
    return True


def _same_within(inner: Any, own: str, document: Specimens) -> bool | None:
    """The same of what the resource contains."""
    kind = type(inner).__name__
    if kind != "Patient":
        return None if inner is None else kind not in _PERSONS
    keys = [
        f"Patient?identifier={one.system}|{one.value}" for one in inner.identifier or () if one.system and one.value
    ]
    told = [document.persons.same(key, own) for key in keys]
    return True if True in told else False if False in told else None


def _within(resource: Any, name: str) -> Any:
    """What the resource contains under this name."""
    return next((one for one in resource.contained or () if one.id == name[1:]), None)


def _by_specimen(resource: Any, sink: Sink, own: str, document: Specimens, elsewhere: Elsewhere) -> None:
    """A specimen whose own entry names another patient: whose the result is, a person must say."""
    collected: set[str] = set()
    for place, one in _specimens(resource):
        name = one.reference or ""
        if name.startswith("#"):
            taken = _of_contained(_within(resource, name), resource, sink, own, document, place)
        elif (key := sink.key_of(one, "Specimen")) is None:
            continue  # a name alone
        else:
            taken = document.of(key)
            if taken is not None and document.of_another(key, own):
                _hedge(sink, place, _TAKEN_FROM)
            elif taken is None and elsewhere.concerned(sink):
                _unseen(sink, place, key, document)
        collected.add(taken.collected if taken is not None else "")
        if sink.facts and taken is not None and taken.site is not None:
            elsewhere.weigh(sink, taken.site, place)
    _date(resource, sink, collected)


def _unseen(sink: Sink, place: str, key: str, document: Specimens) -> None:
    """Of a document it is told once (`documents`): its results may name many."""
    if document is NONE:
        sink.tell("incomplete", place, UNSEEN, "information")
    else:
        document.unseen.add(key)


def _specimens(resource: Any) -> Iterator[tuple[str, Any]]:
    kind = type(resource).__name__
    if isinstance(resource.specimen, list):
        yield from ((f"{kind}.specimen[{index}]", one) for index, one in enumerate(resource.specimen))
    else:
        yield f"{kind}.specimen", resource.specimen


def _of_contained(inner: Any, resource: Any, sink: Sink, own: str, document: Specimens, place: str) -> Taken | None:
    """What a Specimen within the resource says. One that says it is of somebody else was put there for that."""
    if type(inner).__name__ != "Specimen":
        return None
    if inner.subject is not None:
        same = _same(resource, inner.subject, sink, own, document)
        if same is False:
            _let_go(sink, place)
        elif same is None:
            _hedge(sink, place, _PERHAPS)
    told = inner.collection
    if told is None:
        return Taken()
    period = told.collectedPeriod
    day = told.collectedDateTime or (period and (period.end or period.start)) or ""
    return Taken((), str(day), told.bodySite)


def _date(resource: Any, sink: Sink, collected: set[str]) -> None:
    """A result without a day of its own is of the day on which its specimen was taken, and no later one."""
    issued = str(resource.issued) if resource.issued is not None else ""
    if not issued or not any(fact.when == issued for fact in sink.facts) or _has_day(resource):
        return
    if len(collected) == 1 and (day := next(iter(collected))):
        sink.facts = [fact._replace(when=day) if fact.when == issued else fact for fact in sink.facts]
    elif collected:
        sink.tell("incomplete", f"{type(resource).__name__}.issued", _ISSUED, "information")


def _has_day(resource: Any) -> bool:
    """Is it told when it was so? (a report has no timing and no instant)"""
    names = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming")
    return any(getattr(resource, name, None) is not None for name in names)


def _by_parts(resource: Any, sink: Sink, own: str, document: Specimens) -> None:
    """Results of another patient, of which this one is made."""
    if document is NONE:
        return
    for name in ("derivedFrom", "hasMember"):
        for index, one in enumerate(getattr(resource, name) or ()):
            key = sink.key_of(one, "Observation")
            if key is not None and document.of_another(key, own, "Observation"):
                _hedge(sink, f"Observation.{name}[{index}]", _MADE_OF)


def _let_go(sink: Sink, place: str) -> None:
    sink.facts, sink.issues, sink.not_understood = [], [], []
    sink.tell("informational", place, _ABOUT, "information")


def _hedge(sink: Sink, place: str, text: str) -> None:
    sink.facts = [fact._replace(standing="hedged") for fact in sink.facts]
    sink.tell("value", place, text)
