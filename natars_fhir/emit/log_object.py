"""The screening log and what is missing as plain objects, for JSON, CSV and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from natars_fhir.domain.record import Patient
from natars_fhir.domain.screening_log import Consort, Entry, Missing
from natars_fhir.domain.sentence import render

LOG_COLUMNS = ("patient", "first", "last", "place", "verdict", "withPeople", "arm", "bar", "why", "again", "open")
MISSING_COLUMNS = ("count", "criterion", "reason", "wants", "wantsZh", "decidedBy", "patients")


def log_object(site: str, as_of: date, entries: Iterable[Entry], counts: Consort) -> dict[str, Any]:
    """A site's log on a day."""
    consort = {_camel(name): value for name, value in asdict(counts).items()}
    lines = [entry_object(one) for one in entries]
    return {"site": site, "asOf": as_of.isoformat(), "consort": consort, "entries": lines}


def entry_object(one: Entry) -> dict[str, Any]:
    """One line of it; `bar` is null where nothing bars."""
    told: dict[str, Any] = {
        "patient": _patient(one.patient),
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "place": one.place,
        "verdict": one.verdict,
        "withPeople": one.with_people,
        "arm": one.arm or None,
        "bar": None,
        "open": list(one.open),
    }
    if one.bar is not None:
        sentence = {language: render(one.bar.sentence, language) for language in ("en", "zh")}
        day = one.bar.again.isoformat() if one.bar.again else None
        told["bar"] = {"criterion": one.bar.criterion, "sentence": sentence, "kind": one.bar.kind, "again": day}
    return told


def missing_object(row: Missing) -> dict[str, Any]:
    """What is missing of how many, and of whom."""
    return {
        "criterion": row.criterion.id,
        "reason": row.reason,
        "count": row.count,
        "wants": dict(row.criterion.wants),
        "decidedBy": row.criterion.decided_by,
        "advisory": row.criterion.advisory,
        "patients": [_patient(patient) for patient in row.patients],
    }


def log_rows(entries: Iterable[Entry]) -> Iterator[Mapping[str, Any]]:
    """The lines for a table of `LOG_COLUMNS`."""
    for told in map(entry_object, entries):
        bar = told["bar"] or {}
        yield told | {
            "patient": told["patient"]["reference"],
            "bar": bar.get("criterion"),
            "why": bar.get("sentence", {}).get("en"),
            "again": bar.get("again"),
            "open": " ".join(told["open"]),
        }


def missing_rows(rows: Iterable[Missing]) -> Iterator[Mapping[str, Any]]:
    """The lines for a table of `MISSING_COLUMNS`."""
    for told in map(missing_object, rows):
        wants = told["wants"]
        patients = " ".join(one["reference"] for one in told["patients"])
        yield told | {"wants": wants.get("en"), "wantsZh": wants.get("zh"), "patients": patients}


def _patient(patient: Patient) -> dict[str, Any]:
    identifiers = [{"system": system, "value": value} for system, value in patient.identifiers]
    return {"site": patient.site, "identifier": identifiers, "reference": patient.reference}


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)
