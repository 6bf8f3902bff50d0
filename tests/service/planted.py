"""A made subject whose record holds strings that name somebody, over all places where FHIR lets them stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from typing import Any

from natars_fhir.domain.person_number import plain
from tests.service.hospital import FIXTURES

Node = dict[str, Any]
CASE = FIXTURES / "hospital-c" / "from-allocation-to-progression" / "bundle.json"
SURNAMES, GIVEN = "欧阳司徒上官诸葛慕容", "梅雷芳军静磊燕涛洁鹏"
CHECKS = "10X98765432"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _resident(n: int) -> str:
    digits = f"11010519{50 + n % 40}0{1 + n % 9}{10 + n % 18}{n % 1000:03}"
    made = digits + CHECKS[sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11]
    assert plain("resident-number", made) == made
    return made


#: What a planted string is → the one of that number.
KINDS: dict[str, Callable[[int], str]] = {
    "a name": lambda n: SURNAMES[2 * (n % 5) : 2 * (n % 5) + 2] + GIVEN[n % 10] + GIVEN[(n // 10) % 10],
    "a resident number": _resident,
    "an old resident number": lambda n: f"1101055{n % 10}0{1 + n % 9}{10 + n % 18}{n % 1000:03}",
    "a mobile": lambda n: f"139{n:04}{8000 + n}",
    "a telephone": lambda n: f"010-6{n:03}{5000 + n}",
    "a hospital number": lambda n: f"ZY{20240000 + n}",
    "a bed": lambda n: f"{100 + n}床",
    "an address": lambda n: f"北京市海淀区学院路{100 + n}号",
    "an e-mail": lambda n: f"person{n}@mail.example",
    "a page": lambda n: f"https://pacs.hospital.example/study/{9000 + n}",
    "an account": lambda n: f"微信：zhang_{n}_x",
    "a day": lambda n: f"{1950 + n % 40}年{1 + n % 12}月{1 + n % 28}日",
}


class Planter:
    """Hands out planted strings, each once, and remembers them with their places."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}
        self._numbers = count(1)

    def __call__(self, place: str, kind: str = "") -> str:
        n = next(self._numbers)
        kind = kind or [*KINDS][n % len(KINDS)]
        made = KINDS[kind](n)
        self.planted[made] = f"{kind} in {place}"
        return made

    def many(self, place: str) -> str:
        """A text that holds one of each kind, as people write them."""
        one = [self(place, kind) for kind in KINDS]
        numbers = f"身份证{one[1]}，旧号{one[2]}，手机{one[3]}，电话{one[4]}，住院号{one[5]}，{one[6]}"
        return f"患者姓名：{one[0]}，{numbers}，住{one[7]}，{one[8]}，{one[9]} ，{one[10]}，生于{one[11]}，"


def _everywhere(one: Node, put: Planter) -> None:
    """What every resource may hold."""
    kind = one["resourceType"]
    one["meta"] = {**one.get("meta", {}), "source": put(f"{kind}.meta.source", "a page")}
    one["meta"]["tag"] = [
        {"system": "urn:tag", "code": put(f"{kind}.meta.tag", "a hospital number"), "display": put(f"{kind}.meta.tag")}
    ]
    one["text"] = {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{put(f"{kind}.text.div")}</div>',
    }
    one["language"] = "zh"
    one["extension"] = [
        *one.get("extension", []),
        {"url": put(f"{kind}.extension.url", "a page"), "valueString": put(f"{kind}.extension.valueString")},
        {"url": "urn:x:name", "valueHumanName": {"text": put(f"{kind}.extension.valueHumanName", "a name")}},
        {"url": "urn:x:at", "valueAttachment": {"title": put(f"{kind}.extension.valueAttachment")}},
        {"url": "urn:x:ref", "valueReference": {"display": put(f"{kind}.extension.valueReference", "a name")}},
    ]
    if kind != "Patient":
        one["contained"] = [
            {"resourceType": "Practitioner", "id": "doc", "name": [{"text": put(f"{kind}.contained.name", "a name")}]}
        ]


def _patient(one: Node, put: Planter) -> None:
    one["identifier"].append(
        {
            "system": "urn:x:id",
            "value": put("Patient.identifier", "a resident number"),
            "assigner": {"display": put("Patient.identifier.assigner")},
        }
    )
    one["name"] = [
        {
            "text": put("Patient.name", "a name"),
            "family": put("Patient.name.family", "a name"),
            "given": [put("Patient.name.given", "a name")],
        }
    ]
    one["telecom"] = [
        {"system": "phone", "value": put("Patient.telecom", "a mobile")},
        {"system": "email", "value": put("Patient.telecom", "an e-mail")},
    ]
    one["address"] = [
        {"text": put("Patient.address", "an address"), "line": [put("Patient.address.line", "an address")]}
    ]
    one["contact"] = [
        {
            "name": {"text": put("Patient.contact", "a name")},
            "telecom": [{"value": put("Patient.contact", "a telephone")}],
        }
    ]
    one["photo"] = [{"title": put("Patient.photo", "a name"), "url": put("Patient.photo", "a page")}]
    one["generalPractitioner"] = [{"display": put("Patient.generalPractitioner", "a name")}]
    one["managingOrganization"] = {"display": put("Patient.managingOrganization", "an address")}


def _observation(one: Node, put: Planter) -> None:
    one["identifier"] = [{"system": "urn:x:obs", "value": put("Observation.identifier", "a hospital number")}]
    one["performer"] = [{"reference": "#doc", "display": put("Observation.performer", "a name")}]
    one["note"] = [{"text": put("Observation.note"), "authorString": put("Observation.note.authorString", "a name")}]
    one["specimen"] = {"display": put("Observation.specimen")}
    one["device"] = {"display": put("Observation.device")}
    one["encounter"] = {
        "display": put("Observation.encounter"),
        "identifier": {"value": put("Observation.encounter", "a hospital number")},
    }
    one["basedOn"] = [{"display": put("Observation.basedOn")}]
    one["bodySite"] = {"text": put("Observation.bodySite")}
    one["referenceRange"] = [{"text": put("Observation.referenceRange")}]
    one["code"]["coding"][0]["display"] = put("Observation.code.display")


def _others(one: Node, put: Planter) -> None:
    kind = one["resourceType"]
    if kind in ("Procedure", "Condition", "MedicationAdministration"):
        one["note"] = [{"text": put(f"{kind}.note"), "authorString": put(f"{kind}.note.authorString", "a name")}]
        one["identifier"] = [{"value": put(f"{kind}.identifier", "a hospital number")}]
    if kind == "Procedure":
        one["performer"] = [{"actor": {"display": put("Procedure.performer", "a name")}}]
        one["location"] = {"display": put("Procedure.location", "a bed")}
        one["recorder"] = {"display": put("Procedure.recorder", "a name")}
        one["reasonCode"] = [{"text": put("Procedure.reasonCode")}]
    if kind == "MedicationAdministration":
        one["dosage"] = {"text": put("MedicationAdministration.dosage")}
        one["performer"] = [{"actor": {"display": put("MedicationAdministration.performer", "a name")}}]
    if kind == "AdverseEvent":
        one["recorder"] = {"display": put("AdverseEvent.recorder", "a name")}
        one["location"] = {"display": put("AdverseEvent.location", "a bed")}
        one["event"]["text"] = put("AdverseEvent.event.text")
    if kind == "Consent":
        one["performer"] = [{"display": put("Consent.performer", "a name")}]
    for subject in ("subject", "individual", "patient"):
        if subject in one:
            one[subject]["display"] = put(f"{kind}.{subject}.display", "a name")


def _texts(put: Planter, subject: Node) -> Iterator[Node]:
    """Texts that facts are read from, with all of it in the very clause of the fact."""
    ihc = f"{put.many('DiagnosticReport.conclusion')}免疫组化MDM2(+)，CDK4(+)，Ki-67(约20%)。"
    pathology = {
        "coding": [{"system": "http://loinc.org", "code": "22637-3"}],
        "text": put("DiagnosticReport.code.text"),
    }
    yield {
        "resourceType": "DiagnosticReport",
        "id": put("DiagnosticReport.id", "a hospital number"),
        "status": "final",
        "code": pathology,
        "subject": dict(subject),
        "effectiveDateTime": "2024-05-20",
        "conclusion": ihc,
        "presentedForm": [
            {
                "contentType": "text/plain",
                "title": put("presentedForm.title"),
                "url": put("presentedForm.url", "a page"),
            }
        ],
        "performer": [{"display": put("DiagnosticReport.performer", "a name")}],
    }
    own = {"coding": [{"system": "https://natars.example/fhir/CodeSystem/concept", "code": "ihc-stat6"}]}
    yield {
        "resourceType": "Observation",
        "id": put("Observation.id", "a hospital number"),
        "status": "final",
        "code": own,
        "subject": dict(subject),
        "effectiveDateTime": "2024-05-20",
        "valueString": f"{put.many('Observation.valueString')}阴性",
    }
    yield {
        "resourceType": "Condition",
        "id": put("Condition.id", "a hospital number"),
        "subject": dict(subject),
        "code": {"text": f"{put.many('Condition.code.text')}腹膜后去分化脂肪肉瘤"},
    }
    yield {
        "resourceType": "Procedure",
        "id": put("Procedure.id", "a hospital number"),
        "status": "completed",
        "subject": dict(subject),
        "performedDateTime": "2024-05-19",
        "code": {"text": f"{put.many('Procedure.code.text')}腹膜后肿物穿刺活检"},
        "note": [{"text": put.many("Procedure.note.text")}],
    }


@cache
def planted() -> tuple[bytes, dict[str, str]]:
    """The Bundle, and every planted string with what and where it is."""
    put, entries = Planter(), list[Node]()
    for entry in json.loads(CASE.read_bytes())["entry"]:
        one = entry["resource"]
        if "c-191" not in json.dumps(one):
            continue
        _everywhere(one, put)
        if one["resourceType"] == "Patient":
            _patient(one, put)
        elif one["resourceType"] == "Observation":
            _observation(one, put)
        else:
            _others(one, put)
        entries.append({**entry, "resource": one})
    subject = {"reference": "Patient/c-191", "display": put("subject.display", "a name")}
    for one in _texts(put, subject):
        _everywhere(one, put)
        entries.append(
            {"fullUrl": f"https://fhir.hospital-c.example/r4/{one['resourceType']}/{one['id']}", "resource": one}
        )
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "identifier": {"system": "urn:b", "value": put("Bundle.identifier", "a hospital number")},
        "entry": entries,
    }
    return json.dumps(document, ensure_ascii=False).encode(), put.planted
