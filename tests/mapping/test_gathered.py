"""Each resource counts in its newest version, patients are whole, and no two of them cross."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.mapping.gathered import Gathered
from tests.ward import (
    ATC,
    ICD_9,
    ICD_10,
    LOINC,
    SNOMED,
    bundle,
    concept,
    line,
    lines,
    observation,
    outcome,
    outcomes,
    raw,
    read,
    reader,
    resource,
)

POSITIVE, NEGATIVE = concept(SNOMED, "10828004"), concept(SNOMED, "260385009")
MRN, CARD = "urn:oid:2.999.156.2.1", "http://his.hospital-b.example/outpatient-card"


def stain(value: Any = POSITIVE, ident: str = "o1", version: str | None = None, **elements: Any) -> dict[str, Any]:
    meta = {"meta": {"versionId": version}} if version else {}
    return observation("ihc-mdm2", ident, valueCodeableConcept=value, **meta, **elements)


def person(ident: str = "p1", *numbers: tuple[str, str], **elements: Any) -> dict[str, Any]:
    named = [{"system": system, "value": number} for system, number in numbers]
    return resource("Patient", ident, identifier=named or None, **elements)


def updated(day: str) -> dict[str, Any]:
    return {"meta": {"lastUpdated": f"{day}T00:00:00Z"}}


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param([stain(), stain(NEGATIVE)], ["ihc-mdm2 negative"], id="by arrival"),
        pytest.param([stain(version="1"), stain(NEGATIVE, version="2")], ["ihc-mdm2 negative"], id="by number"),
        pytest.param([stain(NEGATIVE, version="2"), stain(version="1")], ["ihc-mdm2 negative"], id="by number, late"),
        pytest.param(
            [stain(NEGATIVE, **updated("2024-02-02")), stain(**updated("2024-02-01"))],
            ["ihc-mdm2 negative"],
            id="by date, late",
        ),
        pytest.param([stain(), stain(status="entered-in-error")], [], id="taken back"),
        pytest.param(
            [stain(status="entered-in-error", version="2"), stain(version="1")], [], id="taken back before it came"
        ),
        pytest.param(
            [stain(version="1"), stain(status="entered-in-error", version="2"), stain(version="3")],
            ["ihc-mdm2 positive"],
            id="taken back and said again",
        ),
        pytest.param(
            [stain(), observation(concept("urn:x", "9"), valueString="x")], [], id="another code in its place"
        ),
        pytest.param(
            [stain(), stain(ident="o2", value=NEGATIVE)], ["ihc-mdm2 positive", "ihc-mdm2 negative"], id="two"
        ),
    ],
)
def test_a_resource_counts_in_its_newest_version(sent: list[dict[str, Any]], facts: list[str]) -> None:
    found = outcomes(person(), *sent)
    assert [line(fact) for one in found for fact in one.record.facts] == facts


NUMBER = {"identifier": [{"system": "urn:lab", "value": "A-1"}]}


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", **NUMBER)], ["ihc-mdm2 negative"], id="under another id: the same"
        ),
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", **NUMBER), stain(POSITIVE, "o2", **NUMBER)],
            ["ihc-mdm2 positive"],
            id="and again",
        ),
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", **NUMBER), stain(ident="o2", status="entered-in-error", **NUMBER)],
            [],
            id="taken back under the other id",
        ),
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", **NUMBER), stain(ident="o1", status="entered-in-error", **NUMBER)],
            [],
            id="taken back under the first id",
        ),
        pytest.param(
            [
                stain(**NUMBER),
                stain(NEGATIVE, "o2", **NUMBER),
                stain(ident="o2", identifier=[{"system": "urn:lab", "value": "A-2"}]),
            ],
            ["ihc-mdm2 positive"],
            id="under a new number: still the same",
        ),
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", identifier=[{"value": "A-1"}])],
            ["ihc-mdm2 positive", "ihc-mdm2 negative"],
            id="a number without a system names nothing",
        ),
    ],
)
def test_one_business_identifier_is_one_resource(sent: list[dict[str, Any]], facts: list[str]) -> None:
    found = outcomes(person(), *sent)
    assert [line(fact) for one in found for fact in one.record.facts] == facts


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(
            [stain(**NUMBER), observation("ihc-cdk4", "o2", valueCodeableConcept=NEGATIVE, **NUMBER)],
            {"ihc-mdm2 positive", "ihc-cdk4 negative"},
            id="results of one panel",
        ),
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", effectiveDateTime="2024-06-01", **NUMBER)],
            {"ihc-mdm2 positive", "ihc-mdm2 negative"},
            id="one test on two days",
        ),
        pytest.param(
            [
                resource(
                    "MedicationAdministration",
                    f"dose{day}",
                    status="completed",
                    medicationCodeableConcept=concept(ATC, code),
                    effectiveDateTime=f"2024-01-0{day}",
                    **NUMBER,
                )
                for day, code in ((1, "L01DB01"), (1, "L01AA06"), (2, "L01DB01"))
            ],
            {"antineoplastic-drug doxorubicin", "antineoplastic-drug ifosfamide"},
            id="doses of one order",
        ),
        pytest.param(
            [
                resource(
                    "DiagnosticReport",
                    "r1",
                    status="final",
                    code=concept(LOINC, "22637-3"),
                    conclusion="平滑肌肉瘤",
                    **NUMBER,
                ),
                resource(
                    "DiagnosticReport",
                    "r2",
                    status="final",
                    code=concept(LOINC, "22634-0"),
                    conclusion="（腹膜后）肿瘤",
                    **NUMBER,
                ),
            ],
            {"histology LMS", "primary-site retroperitoneum"},
            id="parts of one report",
        ),
        pytest.param(
            [
                resource(
                    "Procedure",
                    f"op{code}",
                    status="completed",
                    code=concept(ICD_9, code),
                    performedDateTime="2023-01-01",
                    **NUMBER,
                )
                for code in ("54.24", "92.24")
            ],
            {"biopsy present", "radiotherapy present"},
            id="parts of one operation",
        ),
    ],
)
def test_a_shared_number_lets_no_resource_replace_another(sent: list[dict[str, Any]], facts: set[str]) -> None:
    found = outcome(bundle(person(), *sent))
    assert set(lines(found)) == facts


def test_every_dose_of_one_order_counts() -> None:
    doses = [
        resource(
            "MedicationAdministration",
            f"dose{code}",
            status="completed",
            medicationCodeableConcept=concept(ATC, code),
            effectiveDateTime="2024-01-01",
            **NUMBER,
        )
        for code in ("L01DB01", "L01AA06")
    ]
    found = outcome(bundle(person(), *doses))
    assert {fact.source.reference for fact in found.record.facts} == {
        f"MedicationAdministration/{d['id']}" for d in doses
    }


def test_a_shared_number_of_two_patients_joins_nothing() -> None:
    other = {**stain(NEGATIVE, "o2", **NUMBER), "subject": {"reference": "Patient/p2"}}
    found = {one.record.patient.reference: lines(one) for one in outcomes(bundle(stain(**NUMBER), other))}
    assert found == {"Patient/p1": ["ihc-mdm2 positive"], "Patient/p2": ["ihc-mdm2 negative"]}


def sent_by(ident: str, value: Any = POSITIVE) -> dict[str, Any]:
    return {**stain(value, f"of-{ident}"), "subject": {"reference": f"Patient/{ident}"}}


@pytest.mark.parametrize(
    ("people", "joined"),
    [
        pytest.param([person("p1", (MRN, "7")), person("p2", (MRN, "7"))], True, id="by a declared identifier"),
        pytest.param([person("p1", (MRN, "7")), person("p2", (MRN, "8"))], False, id="another number"),
        pytest.param([person("p1", (MRN, "7")), person("p2", (CARD, "7"))], False, id="another system"),
        pytest.param([person("p1", ("urn:ward", "7")), person("p2", ("urn:ward", "7"))], False, id="undeclared system"),
        pytest.param(
            [person("p1", (MRN, "7"), (CARD, "1")), person("p2", (CARD, "1"))], True, id="by a second identifier"
        ),
        pytest.param(
            [person("p1"), person("p2", link=[{"other": {"reference": "Patient/p1"}, "type": "seealso"}])],
            True,
            id="by a link",
        ),
        pytest.param(
            [person("p1", link=[{"other": {"reference": "Patient/p2"}, "type": "replaced-by"}])], True, id="replaced"
        ),
        pytest.param([person("p1"), person("p2")], False, id="by nothing"),
        pytest.param(
            [
                person("p1", name=[{"text": "王五"}], birthDate="1960-01-01"),
                person("p2", name=[{"text": "王五"}], birthDate="1960-01-01"),
            ],
            False,
            id="never by name and birth date",
        ),
    ],
)
@pytest.mark.parametrize("late", [pytest.param(False, id="people first"), pytest.param(True, id="people last")])
def test_patients_are_one_only_where_the_hospital_says_so(people: list[Any], joined: bool, late: bool) -> None:
    results = [bundle(sent_by("p1")), bundle(sent_by("p2", NEGATIVE))]
    told = [bundle(one) for one in people]
    found = outcomes(*(results + told if late else told + results), site="hospital-b")
    assert len(found) == (1 if joined else 2)
    assert sum(len(one.record.about("ihc-mdm2")) for one in found) == 2


def linked(version: str, *, to: str | None = None, number: str = "") -> dict[str, Any]:
    link = [{"other": {"reference": f"Patient/{to}"}, "type": "seealso"}] if to else None
    numbers = [(MRN, number)] if number else []
    return person("p1", *numbers, link=link, meta={"versionId": version})


MERGED, PARTED = linked("1", to="p2"), linked("2")


@pytest.mark.parametrize(
    ("sent", "people"),
    [
        pytest.param([bundle(MERGED, person("p2"))], 1, id="linked"),
        pytest.param([bundle(MERGED, person("p2")), bundle(PARTED)], 2, id="linked by mistake"),
        pytest.param([bundle(PARTED, person("p2")), bundle(MERGED)], 2, id="the mistake comes late"),
        pytest.param([bundle(PARTED, MERGED, person("p2"))], 2, id="both versions at once"),
        pytest.param([bundle(MERGED, person("p2")), bundle(PARTED), bundle(linked("3", to="p2"))], 1, id="after all"),
        pytest.param([bundle(linked("1", number="7"), person("p2", (MRN, "7")))], 1, id="one number"),
        pytest.param(
            [bundle(linked("1", number="7"), person("p2", (MRN, "7"))), bundle(linked("2", number="8"))],
            2,
            id="a number mistyped",
        ),
        pytest.param(
            [
                bundle(MERGED, person("p2")),
                {
                    "resourceType": "Bundle",
                    "type": "batch",
                    "entry": [{"request": {"method": "DELETE", "url": "Patient/p1"}}],
                },
            ],
            2,
            id="who linked them is deleted",
        ),
    ],
)
def test_patients_who_were_joined_by_mistake_part_again(sent: list[dict[str, Any]], people: int) -> None:
    """They stayed one for good, each with the other's results."""
    theirs = stain(NEGATIVE, "o2") | {"subject": {"reference": "Patient/p2"}}
    found = outcomes(*sent, bundle(stain(), theirs), site="hospital-b")
    assert len(found) == people
    assert sum(len(one.record.about("ihc-mdm2")) for one in found) == 2


def test_a_replaced_patient_goes_by_the_name_that_took_its_place() -> None:
    gone = person("p1", (MRN, "7"), link=[{"other": {"reference": "Patient/p2"}, "type": "replaced-by"}])
    found = outcome(bundle(gone, person("p2", (MRN, "8"))), site="hospital-b")
    assert found.record.patient.reference == "Patient/p2"
    assert found.record.patient.identifiers == ((MRN, "7"), (MRN, "8"))


def test_a_result_that_names_its_patient_by_identifier_is_theirs() -> None:
    sent = {**stain(), "subject": {"identifier": {"system": MRN, "value": "7"}}}
    found = outcomes(bundle(sent), bundle(person("p1", (MRN, "7"))), site="hospital-b")
    assert [(one.record.patient.reference, lines(one)) for one in found] == [("Patient/p1", ["ihc-mdm2 positive"])]


def test_a_contained_patient_is_known_by_identifier() -> None:
    inner = {"resourceType": "Patient", "id": "me", "identifier": [{"system": MRN, "value": "7"}]}
    sent = {**stain(), "contained": [inner], "subject": {"reference": "#me"}}
    found = outcomes(bundle(sent), bundle(person("p1", (MRN, "7"))), site="hospital-b")
    assert [one.record.patient.reference for one in found] == ["Patient/p1"]


def deletion(url: str) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "DELETE", "url": url}}]}


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param([stain(), deletion("Observation/o1")], [], id="deleted"),
        pytest.param([stain(), deletion("Observation/o2")], ["ihc-mdm2 positive"], id="another deleted"),
        pytest.param([deletion("Observation/o1"), stain()], ["ihc-mdm2 positive"], id="sent again"),
        pytest.param(
            [stain(**NUMBER), stain(NEGATIVE, "o2", **NUMBER), deletion("Observation/o2")],
            [],
            id="deleted under its other id",
        ),
    ],
)
def test_what_was_deleted_does_not_count(sent: list[dict[str, Any]], facts: list[str]) -> None:
    found = outcomes(person(), *sent)
    assert [line(fact) for one in found for fact in one.record.facts] == facts


def test_a_deleted_medication_is_no_longer_known() -> None:
    drug = resource("Medication", "drug", code=concept(ATC, "L01DB01"))
    dose = resource(
        "MedicationAdministration",
        "dose",
        status="completed",
        medicationReference={"reference": "Medication/drug"},
        effectiveDateTime="2024-01-01",
    )
    (found,) = outcomes(bundle(drug, dose), deletion("Medication/drug"))
    assert (found.record.facts, [issue.code for issue in found.issues]) == ((), ["not-found"])


def test_a_patient_of_whom_only_an_issue_is_known_is_there() -> None:
    found = outcome(bundle(observation("ihc-mdm2", valueString="see comment")))
    assert (found.record.facts, len(found.issues)) == ((), 1)


def test_a_resource_that_tells_nothing_takes_no_room() -> None:
    gathered = Gathered("generic")
    for n in range(50):
        for reading in reader()(raw(observation(concept("urn:x", "9"), f"o{n}", valueString="x"))).readings:
            gathered.add(reading)
    assert list(gathered.outcomes()) == []
    assert gathered._empty == {}


def test_a_reading_that_was_let_go_is_nobodys() -> None:
    gathered = Gathered("generic")
    gathered.add(read(resource("Encounter", status="finished", **{"class": {"code": "AMB"}})))
    assert list(gathered.outcomes()) == []


def test_the_sites_identifiers_come_first() -> None:
    sent = person("p1", ("urn:z", "1"), (CARD, "2"), (MRN, "3"))
    assert [system for system, _ in read(sent, "hospital-b").identifiers] == [MRN, CARD, "urn:z"]


def test_a_tumour_told_by_two_documents_is_one_record() -> None:
    site = resource("Condition", "c1", code=concept(ICD_10, "C48.0"))
    found = outcome(bundle(site), bundle(stain()), bundle(person("p1", birthDate="1960-01-01")))
    assert set(lines(found)) == {"primary-site retroperitoneum", "ihc-mdm2 positive", "birth-date 1960-01-01"}
