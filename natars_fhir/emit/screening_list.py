"""List: a site's screening log, and what is missing over all its patients. https://hl7.org/fhir/R4/list.html

R5 has the same elements. The log is kept up (``working``), what is missing is of one moment (``snapshot``). An entry's
item is the hospital's own Patient; its flag says where the patient stands, or what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from natars_fhir.domain.record import Patient
from natars_fhir.domain.screening_log import Consort, Entry, Missing
from natars_fhir.domain.sentence import render
from natars_fhir.domain.study import Study
from natars_fhir.emit.identity import Key, keyed
from natars_fhir.fhir.build import Node, coding, concept, identified, identifier


@dataclass(frozen=True, slots=True)
class Listing:
    """Whose list it is, under which addresses, and when it was made."""

    study: Study
    site: str
    canonical_base: str
    key: Key = field(repr=False)
    now: datetime


def screening_list(entries: Iterable[Entry], counts: Consort, of: Listing) -> Node:
    """The log: an entry a patient, flagged with its place and the first bar; the counts are the note."""
    told = [
        {
            "flag": concept(coding(f"{of.canonical_base}/CodeSystem/screening-place", one.place), text=_said(one)),
            "date": one.first.isoformat(),
            "item": _patient(one.patient),
        }
        for one in entries
    ]
    # lst-3: only a list that is kept up may date its entries
    return _list("screening-log", f"{of.study.acronym}: screening log", told, of) | {
        "mode": "working",
        "note": [{"text": "; ".join(f"{name} {value}" for name, value in _counts(counts))}],
    }


def missing_list(rows: Iterable[Missing], of: Listing) -> Node:
    """What is missing: an entry for each patient and criterion."""
    told = [
        {
            "flag": concept(
                coding(f"{of.canonical_base}/CodeSystem/criterion", row.criterion.id),
                text=f"{row.criterion.wants.get('en', row.criterion.id)} ({row.reason})",
            ),
            "item": _patient(patient),
        }
        for row in rows
        for patient in row.patients
    ]
    return _list("missing-data", f"{of.study.acronym}: what is missing", told, of)


def identity_of(kind: str, of: Listing) -> Node:
    """The identifier of a site's list: the same on every day."""
    return identifier(f"{of.canonical_base}/NamingSystem/list", keyed(of.key, of.study.id, of.site, "List", kind))


def _list(kind: str, title: str, entries: list[Node], of: Listing) -> Node:
    named = identity_of(kind, of)
    empty = concept(coding("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown"))
    return {
        "resourceType": "List",
        "id": named["value"],
        "identifier": [named],
        "status": "current",
        "mode": "snapshot",
        "title": title,
        "code": concept(coding(f"{of.canonical_base}/CodeSystem/list", kind)),
        "date": of.now.isoformat(timespec="seconds"),
        **({"entry": entries} if entries else {"emptyReason": empty}),
    }


def _said(one: Entry) -> str:
    if one.bar is None:
        return one.place
    return f"{one.bar.criterion}: {render(one.bar.sentence, 'en')}"


def _counts(counts: Consort) -> list[tuple[str, int]]:
    """Every count, those by criterion and arm among them."""
    found: list[tuple[str, int]] = []
    for name, value in asdict(counts).items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            found += [(f"{words} {key}", number) for key, number in sorted(value.items())]
        else:
            found.append((words, value))
    return found


def _patient(patient: Patient) -> Node:
    """The hospital's Patient, by its address; by its identifier where it has none."""
    if patient.identifiers and "?" in patient.reference:
        return identified("Patient", *min(patient.identifiers))
    return {"reference": patient.reference}
