"""A hospital that holds every trap of a run in parts, and runs of it."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from natars_fhir.bulk.chunks import cut
from natars_fhir.bulk.closure import Selected
from natars_fhir.bulk.engines import workers_of
from natars_fhir.bulk.hospital import Wanted, Whole, read_hospital, screen_hospital, search_hospital
from natars_fhir.bulk.recipe import Kitchen, Recipe, provide
from natars_fhir.bulk.screen import Tally, screen_files
from natars_fhir.emit.prefilled import as_json, prefilled
from tests import ward
from tests.ward import ATC, ICD_10, ICD_O, concept, observation, raw, resource

SITE = "generic"
RECIPE = Recipe(str(ward.FOLDER), ward.mappings().hash, "natars", SITE, ward.AS_OF)
MRN, NUMBER = "urn:mrn", "urn:order"


def about(patient: Any, kind: str, ident: str, **elements: Any) -> dict[str, Any]:
    """A resource about a patient: by id, or by a whole reference."""
    named = {"reference": f"Patient/{patient}"} if isinstance(patient, str) else patient
    return {**resource(kind, ident, **elements), "subject": named}


def person(ident: str, *numbers: str, **more: Any) -> dict[str, Any]:
    identifiers = [{"system": MRN, "value": number} for number in numbers]
    return resource("Patient", ident, birthDate="1960-01-01", identifier=identifiers or None, **more)


def size(patient: Any, ident: str, value: float, **more: Any) -> dict[str, Any]:
    quantity = {"value": value, "unit": "cm", "system": ward.UCUM, "code": "cm"}
    told = about(patient, "Observation", ident)
    return {**told, **observation("tumour-size", ident, valueQuantity=quantity), **more, "subject": told["subject"]}


def version(number: str) -> dict[str, Any]:
    return {"meta": {"versionId": number}}


def bundle(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def put(one: dict[str, Any], url: str = "") -> dict[str, Any]:
    address = url or f"{one['resourceType']}/{one['id']}"
    return {"resource": one, "request": {"method": "PUT", "url": address}}


SARCOMA, PLACE = concept(ICD_O, "8858/3"), concept(ICD_10, "C48.0")
REPORT = base64.b64encode("（腹膜后）去分化脂肪肉瘤".encode()).decode()
URN = "urn:uuid:7d3b9f8e-0000-4000-8000-000000000001"
INNER = {"resourceType": "Patient", "id": "p", "identifier": [{"system": MRN, "value": "C-1"}]}
NAMELESS = {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-01"}
WITHIN = {"reference": "#p"}
BY_NUMBER = {"type": "Patient", "identifier": {"system": MRN, "value": "I-1"}}
DOSE = {"status": "completed", "effectiveDateTime": "2024-03-01"}
SAME = {"identifier": [{"system": NUMBER, "value": "77"}]}


def traps() -> list[bytes]:
    """Lines of a feed; each is a document."""
    told: list[Any] = [
        # in scope by code; its size comes in two versions, its Condition in an absolute reference
        person("a", "1"), about("a", "Condition", "a1", code=PLACE),
        size("a", "a2", 9, **version("1")), size("a", "a2", 12, **version("2")),
        about({"reference": "https://his.example/fhir/Patient/a/_history/3"}, "Condition", "a3", code=SARCOMA),
        # a size that was another's: the correction takes it away, the other is of no account
        size("a", "moved", 30, **version("1")), size("z", "moved", 30, **version("2")), person("z", "26"),
        # a correction that says nothing more
        size("a", "void", 40, **version("1")), {**size("a", "void", 40, **version("2")), "status": "entered-in-error"},
        # deleted in a Bundle; and deleted and come late
        size("a", "gone", 50), bundle({"request": {"method": "DELETE", "url": "Observation/gone"}}),
        # one number on results of two patients, twice on one's
        size("z", "s1", 6, **SAME), size("a", "s2", 7, **SAME), size("a", "s3", 8, **SAME),
        # patients of many names: by number, by link, by a link to a link
        person("b", "2"), person("b9", "2"), about("b9", "Condition", "b1", code={"text": "腹膜后肉瘤"}),
        person("c", link=[{"other": {"reference": "Patient/c8"}, "type": "replaced-by"}]),
        person("c8", link=[{"other": {"reference": "Patient/c9"}, "type": "seealso"}]), size("c9", "c2", 11),
        about("c", "Condition", "c1", code=SARCOMA),
        # by business identifier alone, and as a condition; contained
        person("i", "I-1"), about(BY_NUMBER, "Condition", "i1", code=PLACE),
        size({"reference": f"Patient?identifier={MRN}|I-1"}, "i2", 13),
        person("k", "C-1"), {**about({"reference": "#p"}, "Condition", "k1", code=PLACE), "contained": [INNER]},
        size("k", "k2", 14),
        # contained without a number, and named so with nothing contained: each is known by what holds it
        {**about(WITHIN, "Condition", "q1", code=PLACE), "contained": [NAMELESS]},
        about(WITHIN, "Condition", "q2", code=PLACE),
        bundle(
            put({**about(WITHIN, "Condition", "q3", code=PLACE), "contained": [NAMELESS]}),
            put(about(WITHIN, "Condition", "q4", code=PLACE)),
        ),
        # in a Bundle under a name of its own; a neighbour in the same Bundle does not matter
        bundle(
            {"fullUrl": URN, **put(person("u", "21"), "Patient/u")},
            put(about({"reference": URN}, "Condition", "u1", code=PLACE)),
            put(about("y", "Condition", "y1", code=concept(ICD_10, "I10"))),
        ),
        size("u", "u2", 15), person("y", "25"), about("y", "Condition", "y2", code=concept(ICD_10, "E11")),
        # Medications that are referred to, before and after; of two with one number one stands
        about("a", "MedicationAdministration", "m1", medicationReference={"reference": "Medication/d1"}, **DOSE),
        about("a", "MedicationAdministration", "m2", medicationReference={"reference": "Medication/d2"}, **DOSE),
        about("a", "MedicationAdministration", "m3", medicationReference={"reference": "Medication/d9"}, **DOSE),
        resource("Medication", "d1", code=concept(ATC, "L01DB01"), identifier=[{"system": "urn:drug", "value": "1"}]),
        resource("Medication", "d2", code=concept(ATC, "L01DB01"), identifier=[{"system": "urn:drug", "value": "1"}]),
        # text in base64
        about("t", "DiagnosticReport", "t1", status="final", code={"text": "病理"},
              presentedForm=[{"contentType": "text/plain", "data": REPORT}]), person("t"),
        # nothing to do with it; nobody; a type that no view reads
        person("x", "24"), size("x", "x1", 3), about("x", "Condition", "x2", code=concept(ICD_10, "C50.9")),
        resource("Encounter", "e1", status="finished"), {**observation("tumour-size", "n1"), "subject": None},
        person("-", "-", "0000"), person("w", "-"), size("w", "w1", 2),
    ]  # fmt: skip
    lines = [raw({name: said for name, said in one.items() if said is not None}) for one in told]
    escaped = json.dumps(about("j", "Condition", "j1", code={"text": "腹膜后平滑肌肉瘤"})).encode()
    garbled = '{"resourceType":"Condition","id":"g","code":{"text":"肉瘤"}}'.encode("gb18030")
    broken = b'{"resourceType": "Condition", "id"'
    return [*lines, escaped, raw(person("j", "22")), raw(size("j", "j-size", 10)), garbled, broken, b"{}"]


class Ran(NamedTuple):
    """A run in parts, and what it left."""

    lines: list[bytes]
    tally: Tally
    whole: Whole
    found: Selected | None
    folder: Path


@cache
def kitchen() -> Kitchen:
    return Kitchen(ward.reader(SITE), ward.mappings().study)


def at_once(inputs: list[Path]) -> tuple[Tally, list[bytes]]:
    """As one process screens, in one pass."""
    tally, outcomes = screen_files(inputs, *kitchen(), ward.AS_OF)
    return tally, [as_json(prefilled(one.screening, one.record.facts, one.issues)) + b"\n" for one in outcomes]


def in_parts(
    inputs: list[Path], work: Path, chunk: int = 1_000, needles: str = "", engine: str = "one", workers: int = 1
) -> Ran:
    """The same in chunks and parts."""
    provide(RECIPE, kitchen())
    with workers_of(engine, workers) as do:
        wanted, found = list(map(Wanted, cut(inputs, chunk))), None
        if needles:
            wanted, found = search_hospital(cut(inputs, chunk), RECIPE, needles, work, do)
        whole = read_hospital(wanted, RECIPE, work, do)
        among = found.patients if found else None
        screened = screen_hospital(whole, RECIPE, work / "to", "json", do, among)
    lines = [line for part in screened.parts for line in part.read_bytes().splitlines(keepends=True)]
    return Ran(lines, whole.tally, whole, found, work)


def in_scope(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if json.loads(line)["inScope"]]
