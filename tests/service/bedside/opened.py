"""What a hospital's record system sends when a record is opened, for tests. The cases are the fixtures' patients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.service.hospital import FIXTURES, Node

SITE = "hospital-a"
SERVER = "https://his.hospital-a.example/fhir"
LMS = FIXTURES / SITE / "size-10-0-cm-lms-candidate"
#: A patient who may fit, whom nobody has answered everything of.
WHO = "a-123"
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


def case(folder: Path = LMS) -> Node:
    found: Node = json.loads((folder / "bundle.json").read_bytes())
    return found


def prefetch(patient: str = WHO, server: str = SERVER) -> dict[str, Any]:
    """What was pushed of a patient as a client prefetches it: the Patient, and a searchset of each type."""
    told: dict[str, Any] = {}
    for entry in case()["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        if kind == "Patient":
            told |= {"patient": resource} if resource["id"] == patient else {}
            continue
        if f'Patient/{patient}"' not in json.dumps(resource):
            continue
        empty: Node = {"resourceType": "Bundle", "type": "searchset", "entry": []}
        found = told.setdefault(kind[:1].lower() + kind[1:], empty)
        found["entry"].append({"fullUrl": f"{server}/{kind}/{resource['id']}", "resource": resource})
    return told


def opened(patient: str = WHO, brought: dict[str, Any] | None = None, **more: Any) -> Node:
    """A call of the hook; `prefetch` where something is brought along."""
    context = {"userId": "Practitioner/7", "patientId": patient}
    said: Node = {"hook": "patient-view", "hookInstance": INSTANCE, "fhirServer": SERVER, "context": context}
    return {**said, **({"prefetch": brought} if brought is not None else {}), **more}
