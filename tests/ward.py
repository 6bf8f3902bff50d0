"""What a ward sends: small FHIR resources, and what is read from them."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from natars_fhir.domain.record import Fact
from natars_fhir.fhir.ndjson import documents
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.site import compiled
from natars_fhir.pipeline import Outcome, run
from tests.mapping.narrative.written import value

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "mappings"
FIXTURES = ROOT / "fixtures"
AS_OF = date(2024, 6, 15)

OWN = "https://natars.example/fhir/CodeSystem/concept"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_9 = "http://hl7.org/fhir/sid/icd-9-cm"
ICD_O = "http://terminology.hl7.org/CodeSystem/icd-o-3"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

SOMEBODY = {"reference": "Patient/p1"}


@cache
def load_once(folder: Path, trial: str = "natars") -> Mappings:
    """`load`, which takes its time, once for each folder."""
    return load(folder, trial)


def mappings() -> Mappings:
    return load_once(FOLDER)


def reader(site: str = "generic") -> DocumentReader:
    return DocumentReader(_mapping(site))


@cache
def _mapping(site: str) -> Any:
    return compiled(mappings(), site)


def raw(resource: Any) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode()


def concept(system: str, code: str, **more: Any) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}], **more}


def resource(kind: str, ident: str = "x1", **elements: Any) -> dict[str, Any]:
    """A resource about `SOMEBODY`; an element that is None is left out."""
    about = {
        "Patient": {},
        "Medication": {},
        "ResearchSubject": {"individual": SOMEBODY},
        "Consent": {"patient": SOMEBODY},
    }
    made = {"resourceType": kind, "id": ident, **about.get(kind, {"subject": SOMEBODY}), **elements}
    return {name: element for name, element in made.items() if element is not None}


def observation(code: Any, ident: str = "o1", **elements: Any) -> dict[str, Any]:
    """A final Observation of 1 May 2024; *code* is a CodeableConcept, or one of our own concepts' names."""
    coded = concept(OWN, code) if isinstance(code, str) else code
    said = {"status": "final", "code": coded, "effectiveDateTime": "2024-05-01", **elements}
    return resource("Observation", ident, **said)


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    """A Bundle of these resources."""
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}


def read(sent: dict[str, Any], site: str = "generic") -> Reading:
    """The reading of one resource."""
    (reading,) = reader(site)(raw(sent)).readings
    return reading


def told(sent: dict[str, Any], site: str = "generic") -> list[str]:
    """The facts of one resource, each as ``concept value [standing]``."""
    return [line(fact) for fact in read(sent, site).facts]


def line(fact: Fact) -> str:
    """``concept value [standing]``"""
    return f"{fact.concept} {value(fact.value)}" + ("" if fact.standing == "final" else f" {fact.standing}")


def outcomes(*sent: dict[str, Any], site: str = "generic", as_of: date = AS_OF) -> list[Outcome]:
    """What documents sent one after the other come to."""
    return list(run([raw(one) for one in sent], reader(site), mappings().study, as_of))


def outcome(*sent: dict[str, Any], site: str = "generic", as_of: date = AS_OF) -> Outcome:
    """The same, where they tell of one patient."""
    (found,) = outcomes(*sent, site=site, as_of=as_of)
    return found


def lines(found: Outcome) -> list[str]:
    """The facts of a record, each as ``concept value [standing]``."""
    return [line(fact) for fact in found.record.facts]


def cases() -> list[Path]:
    """The folders fixtures/<site>/<case>/."""
    return sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())


def sent_in(case: Path) -> list[bytes]:
    """The documents of a case, in the order of their files."""
    named = sorted(p for p in case.iterdir() if p.suffix in (".json", ".ndjson") and p.name != "expected.json")
    return [document.raw for path in named for document in documents(path)]
