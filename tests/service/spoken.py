"""What people of hospital A say: its delegation list, a patient of whom everything is answered, and responses."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.people.people import Spoken, speak
from natars_fhir.service.people.response_reading import response
from natars_fhir.store.engine import Store
from tests.service.hospital import FIXTURES, NOW, Hospital, Node, intake, mappings

STAFF = "https://his.hospital-a.example/fhir/NamingSystem/staff"
INVESTIGATOR, COORDINATOR = f"{STAFF}|S-001", f"{STAFF}|S-002"
FORM = "https://natars.example/fhir/Questionnaire/natars-screening"
AUTHORED = "2024-06-15T10:00:00+08:00"
COMPLETE = FIXTURES / "hospital-a" / "every-criterion-decided-lms-candidate"
#: Of her every criterion is answered that can be answered before the surgery.
WHOLE = "Patient/a-102"


class HospitalA(Hospital):
    """Hospital A, which sends from its own server."""

    def __init__(self, store: Store, now: datetime = NOW) -> None:
        super().__init__(store, "hospital-a", now)

    def push(self, document: Node | bytes, now: datetime | None = None) -> Answer:
        raw = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
        return super().push(raw.replace(b"https://hospital.example/", b"https://his.hospital-a.example/"), now)


def site() -> Site:
    return mappings().sites["hospital-a"]


def push_case(hospital: Hospital, case: Path = COMPLETE) -> None:
    for document in sorted(case.glob("*.json")):
        if document.name != "expected.json":
            hospital.push(document.read_bytes())


def item(criterion: str, answer: str | bool, reason: str = "chart reviewed") -> Node:
    value = {"valueBoolean": answer} if isinstance(answer, bool) else {"valueCoding": {"code": answer}}
    below = [{"linkId": f"{criterion}.reason", "answer": [{"valueString": reason}]}] if reason else []
    return {"linkId": criterion, "answer": [{**value, **({"item": below} if below else {})}]}


def answers(*items: Node, status: str = "in-progress", of: str = WHOLE, by: str = COORDINATOR, **more: Any) -> Node:
    """A QuestionnaireResponse; *more* replaces elements, None takes one away."""
    system, _, value = by.partition("|")
    groups = [
        {"linkId": kind, "item": [one for one in items if one["linkId"][:1] == kind[:1].upper()]}
        for kind in ("inclusion", "exclusion")
    ]
    told = {
        "resourceType": "QuestionnaireResponse",
        "id": "qr-1",
        "questionnaire": f"{FORM}|1",
        "status": status,
        "subject": {"reference": of},
        "author": {"identifier": {"system": system, "value": value}},
        "authored": AUTHORED,
        "item": [group for group in groups if group["item"]] or None,
    }
    return {name: value for name, value in {**told, **more}.items() if value is not None}


def hear(store: Store, resource: Node, now: datetime = NOW, to: Site | None = None) -> Answer:
    """What is answered to a response, as the web does it."""
    said = response(resource, intake().study, intake().canonical_base)
    assert said.issues == ()
    assert said.at is not None
    raw = json.dumps(resource).encode()
    spoken = Spoken(said.subject, said.author, said.at, said.sayings, said.signs, said.key, raw)
    return speak(store, intake(), to or site(), spoken, now)


def texts(answer: Answer) -> list[str]:
    return [issue["diagnostics"] for issue in answer.body["issue"]]
