"""Bundles as they come: one patient's data in every envelope and under every form of reference is the same record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.ward import ICD_10, LOINC, OWN, SNOMED, concept, lines, observation, outcomes, raw, reader, resource

Node = dict[str, Any]

MRN = "urn:oid:2.999.1"
BASE = "http://his.example/fhir"
PERSON = resource("Patient", "p1", birthDate="1960-01-01", gender="male", identifier=[{"system": MRN, "value": "7"}])
DIAGNOSIS = resource("Condition", "c1", code=concept(ICD_10, "C48.0", text="腹膜后平滑肌肉瘤"))
STAIN = observation("ihc-mdm2", valueCodeableConcept=concept(SNOMED, "10828004"))
HEADER: Node = {"resourceType": "MessageHeader", "id": "m1", "eventUri": "urn:e", "source": {"endpoint": "urn:s"}}
COMPOSITION: Node = {"resourceType": "Composition", "id": "k1"}
FACTS = [
    "birth-date 1960-01-01",
    "histology LMS hedged",
    "ihc-mdm2 positive",
    "primary-site retroperitoneum",
    "sex male",
]
OF_THE_STAIN = ["birth-date 1960-01-01", "ihc-mdm2 positive", "sex male"]


def entry(one: Node, kind: str = "collection", **more: Any) -> Node:
    """An entry as its Bundle's type asks for it."""
    address = f"{one['resourceType']}/{one.get('id', '')}"
    asked = {"request": {"method": "PUT", "url": address}} if kind in ("transaction", "batch", "history") else {}
    answered = {"response": {"status": "200"}} if kind == "history" else {}
    return {"fullUrl": f"{BASE}/{address}", "resource": one, **asked, **answered, **more}


def bundle(kind: str, *inner: Node, **more: Any) -> Node:
    return {"resourceType": "Bundle", "type": kind, **more, "entry": [entry(one, kind) for one in inner]}


def parameters(one: Node) -> Node:
    return {"resourceType": "Parameters", "parameter": [{"name": "bundle", "resource": one}]}


def of(reference: str, one: Node = STAIN) -> Node:
    """The same, about whom *reference* names."""
    return one | {"subject": {"reference": reference}}


def bare(*entries: tuple[str, Node]) -> Node:
    """A collection with these fullUrls; none where empty."""
    held = [({"fullUrl": url} if url else {}) | {"resource": one} for url, one in entries]
    return {"resourceType": "Bundle", "type": "collection", "entry": held}


def unnamed(one: Node) -> Node:
    return {name: value for name, value in one.items() if name != "id"}


def record(*documents: Node | bytes) -> tuple[list[str], list[str]]:
    """The facts of the one patient of these documents, and the issues of the documents as wholes."""
    sent = [one if isinstance(one, bytes) else raw(one) for one in documents]
    told = [f"{i.severity} {i.expression}" for one in sent for i in reader()(one).issues]
    (found,) = outcomes(*[json.loads(one.decode("utf-8-sig")) for one in sent])
    return lines(found), told


ENVELOPES: list[tuple[str, Callable[[], tuple[Node | bytes, ...]], list[str]]] = [
    ("collection", lambda: (bundle("collection", PERSON, DIAGNOSIS, STAIN),), []),
    ("searchset", lambda: (bundle("searchset", PERSON, DIAGNOSIS, STAIN, total=3),), []),
    ("transaction", lambda: (bundle("transaction", PERSON, DIAGNOSIS, STAIN),), []),
    ("batch", lambda: (bundle("batch", PERSON, DIAGNOSIS, STAIN),), []),
    ("history", lambda: (bundle("history", PERSON, DIAGNOSIS, STAIN),), []),
    ("message", lambda: (bundle("message", HEADER, PERSON, DIAGNOSIS, STAIN),), []),
    (
        "message without its header first",
        lambda: (bundle("message", PERSON, HEADER, DIAGNOSIS, STAIN),),
        ["error Bundle.entry[0].resource"],
    ),
    (
        "document",
        lambda: (
            bundle(
                "document",
                COMPOSITION,
                PERSON,
                DIAGNOSIS,
                STAIN,
                identifier={"system": "urn:d", "value": "1"},
                timestamp="2024-05-01T08:00:00+08:00",
            ),
        ),
        [],
    ),
    ("Parameters", lambda: (parameters(bundle("collection", PERSON, DIAGNOSIS, STAIN)),), []),
    (
        "parts of Parameters",
        lambda: (
            {
                "resourceType": "Parameters",
                "parameter": [
                    {"name": "a", "part": [{"name": "b", "resource": bundle("collection", PERSON, DIAGNOSIS)}]},
                    {"name": "c", "resource": STAIN},
                ],
            },
        ),
        [],
    ),
    ("resources, one after the other", lambda: (PERSON, DIAGNOSIS, STAIN), []),
    ("a byte order mark", lambda: (b"\xef\xbb\xbf" + raw(bundle("collection", PERSON, DIAGNOSIS, STAIN)),), []),
    ("no fullUrl", lambda: (bare(("", PERSON), ("", DIAGNOSIS), ("", STAIN)),), []),
    (
        "a Bundle within a Bundle, which is let go and told",
        lambda: (bundle("collection", PERSON, DIAGNOSIS, STAIN, bundle("collection", of("Patient/p9")) | {"id": "b"}),),
        ["warning Bundle.entry[3].resource"],
    ),
]


@pytest.mark.parametrize(("sent", "issues"), [row[1:] for row in ENVELOPES], ids=[row[0] for row in ENVELOPES])
def test_the_same_data_in_every_envelope_is_the_same_record(
    sent: Callable[[], tuple[Node | bytes, ...]], issues: list[str]
) -> None:
    assert record(*sent()) == (FACTS, issues)


def test_what_a_closed_bundle_is_told_in_words() -> None:
    (issue,) = reader()(raw(bundle("batch", bundle("collection", PERSON) | {"id": "b"}))).issues
    assert (issue.code, issue.expression) == ("not-supported", "Bundle.entry[0].resource")
    assert "is not opened" in issue.text


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([bundle("collection", PERSON, of("Patient/p1"))], id="relative"),
        pytest.param([bundle("collection", PERSON, of(f"{BASE}/Patient/p1"))], id="absolute"),
        pytest.param([bundle("collection", PERSON, of("Patient/p1/_history/3"))], id="of a version"),
        pytest.param([bundle("collection", PERSON, of(f"{BASE}/Patient/p1/_history/3"))], id="absolute, of a version"),
        pytest.param(
            [bare(("urn:uuid:1f0c7f3e-4b0c-4a53-9e0e-2d3f3a0e7b11", unnamed(PERSON)),
                  ("", of("urn:uuid:1f0c7f3e-4b0c-4a53-9e0e-2d3f3a0e7b11")))],
            id="urn:uuid",
        ),
        pytest.param([bare(("urn:oid:2.999.5.1", unnamed(PERSON)), ("", of("urn:oid:2.999.5.1")))], id="urn:oid"),
        pytest.param([bare(("urn:oid:2.999.5.1", PERSON), ("", of("urn:oid:2.999.5.1")))], id="urn:oid, and an id"),
        pytest.param([bare(("", of("urn:oid:2.999.5.1")), ("urn:oid:2.999.5.1", PERSON))], id="what comes later"),
        pytest.param([bundle("collection", of("Patient/p1")), bundle("collection", PERSON)], id="a later document"),
        pytest.param([bundle("collection", PERSON), bundle("collection", of("Patient/p1"))], id="an earlier document"),
        pytest.param([PERSON, bundle("collection", of(f"Patient?identifier={MRN}|7"))], id="conditional"),
        pytest.param(
            [PERSON, STAIN | {"subject": {"type": "Patient", "identifier": {"system": MRN, "value": "7"}}}],
            id="by identifier alone",
        ),
        pytest.param(
            [PERSON, of("#me") | {"contained": [PERSON | {"id": "me"}]}],
            id="contained",
        ),
        pytest.param(
            [PERSON, resource("Patient", "p2", link=[{"other": {"reference": "Patient/p1"}, "type": "replaces"}]),
             of("Patient/p2")],
            id="Patient.link, replaces",
        ),
        pytest.param(
            [of("Patient/p0"),
             resource("Patient", "p0", link=[{"other": {"reference": "Patient/p1"}, "type": "replaced-by"}]), PERSON],
            id="Patient.link, replaced-by, and the patient comes last",
        ),
        pytest.param(
            [PERSON | {"link": [{"other": {"reference": f"{BASE}/Patient/p7"}, "type": "seealso"}]},
             bundle("collection", of(f"{BASE}/Patient/p7"))],
            id="Patient.link, seealso",
        ),
    ],
)  # fmt: skip
def test_a_reference_in_every_form_names_the_same_patient(sent: list[Node]) -> None:
    assert record(*sent) == (OF_THE_STAIN, [])


DOSE = resource(
    "MedicationAdministration",
    "d1",
    status="completed",
    effectiveDateTime="2024-03-01",
    medicationReference={"reference": "Medication/m1"},
)
DRUG: Node = {"resourceType": "Medication", "id": "m1", "code": {"text": "多柔比星"}}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([bundle("transaction", DOSE, DRUG)], id="later in the document"),
        pytest.param([DRUG, DOSE], id="earlier"),
        pytest.param([DOSE, DRUG], id="later"),
        pytest.param(
            [DOSE | {"medicationReference": {"reference": "#m1"}, "contained": [DRUG]}],
            id="contained",
        ),
        pytest.param(
            [bare(("", DOSE | {"medicationReference": {"reference": "urn:oid:2.999.8"}}), ("urn:oid:2.999.8", DRUG))],
            id="urn:oid",
        ),
    ],
)
def test_a_drug_is_found_wherever_it_comes(sent: list[Node]) -> None:
    assert record(*sent) == (["antineoplastic-drug doxorubicin"], [])


# What happened to resources


def version(number: int, **elements: Any) -> Node:
    return DIAGNOSIS | {"meta": {"versionId": str(number)}} | elements


def gone(**response: str) -> Node:
    return {
        "fullUrl": f"{BASE}/Condition/c1",
        "request": {"method": "DELETE", "url": "Condition/c1"},
        "response": {"status": "204", **response},
    }


def history(*entries: Node) -> Node:
    return {"resourceType": "Bundle", "type": "history", "entry": list(entries)}


def at(day: int, one: Node) -> Node:
    return one | {"response": {"status": "200", "lastModified": f"2024-05-{day:02}T08:00:00+08:00"}}


def told_of(one: Node) -> Node:
    return entry(one, "history")


ALIVE, DEAD = "histology LMS hedged", "no histology"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([gone(), told_of(version(2)), told_of(version(1))], DEAD, id="deleted at last"),
        pytest.param([told_of(version(4)), gone(), told_of(version(2))], ALIVE, id="deleted, and made again"),
        pytest.param([told_of(DIAGNOSIS), gone()], ALIVE, id="deleted before, without versions"),
        pytest.param([gone(), told_of(DIAGNOSIS)], DEAD, id="deleted at last, without versions"),
        pytest.param([at(1, told_of(DIAGNOSIS)), at(2, gone())], DEAD, id="the oldest first, as their moments show"),
        pytest.param([at(3, gone()), at(2, told_of(DIAGNOSIS))], DEAD, id="the newest first, with moments"),
        pytest.param(
            [told_of(version(2)), told_of(version(1, code={"text": "去分化脂肪肉瘤"}))], ALIVE, id="two versions"
        ),
        pytest.param(
            [told_of(DIAGNOSIS), told_of(DIAGNOSIS | {"code": {"text": "去分化脂肪肉瘤"}})],
            ALIVE,
            id="two versions without numbers: the newest is the first",
        ),
        pytest.param(
            [told_of(version(2)) | {"request": {"method": "PATCH", "url": "Condition/c1"}}],
            ALIVE,
            id="what a PATCH came to",
        ),
    ],
)
def test_a_history_is_taken_in_as_it_happened(entries: list[Node], expected: str) -> None:
    found, _ = record(bundle("collection", PERSON), history(*entries))
    assert [line for line in found if line.startswith("histology")] == ([expected] if expected == ALIVE else [])


def test_a_deletion_is_not_undone_by_an_older_version_that_comes_late() -> None:
    assert ALIVE not in record(PERSON, version(3), history(gone()), version(2))[0]
    assert ALIVE in record(PERSON, version(3), history(gone()), version(4))[0]


@pytest.mark.parametrize(
    ("url", "severity"),
    [("Condition?code=x", "error"), ("", "error"), (f"Condition?identifier={MRN}|9", "warning")],
    ids=["by a search", "by nothing", "by identifier"],
)
def test_a_deletion_that_may_not_be_understood_is_told(url: str, severity: str) -> None:
    asked = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "DELETE", "url": url}}]}
    (reading,) = reader()(raw(asked)).readings
    (issue,) = reading.issues
    assert (issue.severity, issue.expression) == (severity, "Bundle.entry[0].request.url")


def test_ten_thousand_entries_are_read_each_at_its_place() -> None:
    stains = [
        STAIN | {"id": f"o{number}", "subject": {"reference": f"Patient/{number % 100}"}} for number in range(10_000)
    ]
    stains[9_999]["status"] = "done"
    found = reader()(raw(bundle("collection", *stains)))
    assert len(found.readings) == 10_000
    assert [reading.place for reading in found.refused] == ["Bundle.entry[9999].resource"]


def _of_specimen(kind: str, specimen: Any) -> Node:
    said: Node = {"resourceType": kind, "id": "r", "status": "final", "subject": {"reference": "Patient/p1"}}
    if kind == "Observation":
        return said | {"code": concept(OWN, "ihc-mdm2"), "valueString": "阳性", "specimen": specimen}
    return said | {"code": concept(LOINC, "22637-3"), "conclusion": "腹膜后平滑肌肉瘤", "specimen": [specimen]}


@pytest.mark.parametrize(("kind", "place"), [("Observation", "specimen"), ("DiagnosticReport", "specimen[0]")])
@pytest.mark.parametrize("first", [True, False])
def test_what_is_said_of_another_patients_specimen_is_told_and_decides_nothing(
    kind: str, place: str, first: bool
) -> None:
    for person, another in (("p1", False), ("p2", True)):
        taken = {"resourceType": "Specimen", "id": "s", "subject": {"reference": f"Patient/{person}"}}
        said = _of_specimen(kind, {"reference": "Specimen/s"})
        document = bundle("collection", *((taken, said) if first else (said, taken)))
        (reading,) = [one for one in reader()(raw(document)).readings if one.kind == kind]
        assert {fact.standing for fact in reading.facts} == {"hedged" if another else "final"}
        expected = [f"Bundle.entry[{int(first)}].resource.{place}"] if another else []
        assert [issue.expression for issue in reading.issues] == expected
