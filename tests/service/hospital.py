"""A made hospital for the tests of service and web: resources, bundles, and what takes them in. Nobody is real."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.site import compiled
from natars_fhir.service.export.exporting import plan_of
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.arrival import arrive
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.service.worklist.worklist import screening_of
from natars_fhir.settings import default_folder
from natars_fhir.store.engine import Store

Node = dict[str, Any]

NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
KEY = b"0123456789abcdef0123456789abcdef"
MRN = "https://hospital.example/mrn"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
FIXTURES = Path(__file__).parents[2] / "fixtures"


@cache
def mappings() -> Mappings:
    return load(default_folder("mappings", "default_mappings"))


@cache
def reader(site: str = "generic", version: Name | None = None) -> DocumentReader:
    return DocumentReader(compiled(mappings(), site), version)


@cache
def intake(most_entries: int = 10_000) -> Intake:
    base = "https://natars.example/fhir"
    return Intake(mappings().study, KEY, base, most_entries, plan_of(mappings(), base))


def key_file(folder: Path) -> Path:
    """The key as a file: where a test asks that a day does not go out, a key made anew might shift another onto it."""
    path = folder / "key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    return path


def pushed(document: Node | bytes, site: str = "generic", **more: Any) -> Pushed:
    """A document that was read and is about to be taken in."""
    raw = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return Pushed(intake(), reader(site), arrive(raw, reader(site), 100), NOW, **more)


class Hospital:
    """One site that pushes into one store, and what is then known of its patients."""

    def __init__(self, store: Store, site: str = "generic", now: datetime = NOW) -> None:
        self.store, self.site, self.now = store, site, now

    def push(self, document: Node | bytes, now: datetime | None = None) -> Answer:
        raw = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        return push(self.store, intake(), reader(self.site), raw, now or self.now)

    def screening(self, key: str = "Patient/1") -> Node | None:
        return screening_of(self.store, mappings().study, self.site, key, self.now)

    def answer(self, criterion: str, key: str = "Patient/1") -> str:
        found = self.screening(key)
        assert found is not None
        return str(found["criteria"][criterion]["answer"])

    def concepts(self, key: str = "Patient/1") -> list[tuple[str, Any]]:
        found = self.screening(key)
        return [(fact["concept"], fact["value"]) for fact in found["facts"]] if found else []


def meta(version: int | None, updated: str | None = None) -> Node:
    said = {"versionId": None if version is None else str(version), "lastUpdated": updated}
    kept = {name: value for name, value in said.items() if value}
    return {"meta": kept} if kept else {}


def patient(ident: str = "1", number: str | None = None, version: int | None = None, **more: Any) -> Node:
    identifiers = {"identifier": [{"system": MRN, "value": number}]} if number else {}
    said = {"gender": "male", "birthDate": "1970-01-01"}
    return {"resourceType": "Patient", "id": ident, **meta(version), **identifiers, **said, **more}


def condition(
    ident: str = "c1", text: str = "腹膜后平滑肌肉瘤", version: int | None = None, of: str = "Patient/1", **more: Any
) -> Node:
    """A leiomyosarcoma of the retroperitoneum, by default."""
    code = {"coding": [{"system": ICD_10, "code": "C48.0"}], "text": text}
    subject = {"subject": {"reference": of}}
    return {"resourceType": "Condition", "id": ident, **meta(version), **subject, "code": code, **more}


def dose(ident: str = "d1", medication: str = "Medication/m1", of: str = "Patient/1") -> Node:
    return {
        "resourceType": "MedicationAdministration",
        "id": ident,
        "status": "completed",
        "subject": {"reference": of},
        "effectiveDateTime": "2024-03-01",
        "medicationReference": {"reference": medication},
    }


def medication(ident: str = "m1", text: str = "多柔比星", version: int | None = None) -> Node:
    return {"resourceType": "Medication", "id": ident, **meta(version), "code": {"text": text}}


def encounter(ident: str = "e1") -> Node:
    return {"resourceType": "Encounter", "id": ident, "status": "finished", "class": {"code": "IMP"}}


#: A birth date that no calendar has.
def born_on_30_february(ident: str = "2") -> Node:
    return patient(ident, birthDate="1970-02-30")


def bundle(kind: str, *resources: Node, **more: Any) -> Node:
    asking = kind in ("transaction", "batch")
    entries = [
        {
            "fullUrl": f"https://hospital.example/fhir/{one['resourceType']}/{one['id']}",
            "resource": one,
            **({"request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} if asking else {}),
        }
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": kind, **more, "entry": entries}


def transaction(*resources: Node, **more: Any) -> Node:
    return bundle("transaction", *resources, **more)


def statuses(answer: Node) -> list[str]:
    return [entry["response"]["status"][:3] for entry in answer["entry"]]


def issues(outcome: Node) -> list[tuple[str, str]]:
    return [(issue["severity"], issue["code"]) for issue in outcome["issue"]]
