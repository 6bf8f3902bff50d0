"""Whose a result is: of another it is not read, in doubt it decides nothing, and all of that is told."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.mapping.reading import Reading
from tests.ward import (
    LOINC,
    SNOMED,
    bundle,
    concept,
    line,
    lines,
    observation,
    outcomes,
    raw,
    read,
    reader,
    resource,
)

MRN = "https://hospital.example/mrn"
POSITIVE = concept(SNOMED, "10828004")
MINE, OTHERS, HEDGED = "read", "not read", "hedged"


def number(value: str, **more: Any) -> dict[str, Any]:
    return {"identifier": {"system": MRN, "value": value}, **more}


def person(ident: str | None, *numbers: str, **more: Any) -> dict[str, Any]:
    identifiers = [{"system": MRN, "value": one} for one in numbers] or None
    return resource("Patient", ident, identifier=identifiers, **more)


def stain(**elements: Any) -> dict[str, Any]:
    return observation("ihc-mdm2", valueCodeableConcept=POSITIVE, **elements)


def within(*entries: dict[str, Any], kind: str = "Observation") -> Reading:
    """The reading of the one resource of this kind in a Bundle."""
    (found,) = [one for one in reader()(raw(bundle(*entries))).readings if one.kind == kind and one.key.endswith("/o1")]
    return found


def came_to(reading: Reading) -> str:
    told = any("another" in one.text for one in reading.issues)
    standings = {fact.standing for fact in reading.facts}
    assert told is (standings != {"final"})
    return OTHERS if not standings else MINE if standings == {"final"} else HEDGED


@pytest.mark.parametrize(
    ("elements", "found"),
    [
        pytest.param({"focus": [{"reference": "Patient/p1"}]}, MINE, id="about the patient"),
        pytest.param({"focus": [{"reference": "BodyStructure/b1"}]}, MINE, id="about the tumour"),
        pytest.param({"focus": [{"display": "腹膜后肿瘤"}]}, MINE, id="about the tumour, by a name"),
        pytest.param({"focus": [{"type": "Condition", "identifier": {"value": "1"}}]}, MINE, id="about a diagnosis"),
        pytest.param({"focus": [{"reference": "Patient/p2"}]}, OTHERS, id="about another"),
        pytest.param({"focus": [{"reference": "RelatedPerson/r1"}]}, OTHERS, id="about a relative"),
        pytest.param({"focus": [number("9", type="Patient")]}, HEDGED, id="a number that nothing ties to the patient"),
        pytest.param({"focus": [number("9")]}, HEDGED, id="a number of nobody knows what"),
        pytest.param({"focus": [{"reference": "urn:uuid:5f1c"}]}, HEDGED, id="a urn that nothing explains"),
        pytest.param({"focus": [{"reference": "http://emr.example/fhir/Patient/p1"}]}, MINE, id="with its address"),
        pytest.param({"focus": [{"reference": "Group/g"}]}, HEDGED, id="about a group"),
        pytest.param({"focus": [{"display": "胎儿"}]}, HEDGED, id="about an unborn child, by a name"),
        pytest.param({"focus": [{"reference": "#p"}]}, HEDGED, id="about what is not contained"),
        pytest.param(
            {"focus": [{"reference": "#p"}], "contained": [person("p")]}, HEDGED, id="about somebody without a number"
        ),
        pytest.param(
            {
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/observation-focusCode",
                        "valueCodeableConcept": {"text": "fetus"},
                    }
                ]
            },
            HEDGED,
            id="about what a code says",
        ),
    ],
)
def test_a_result_counts_where_its_focus_is_the_patient_or_a_thing(elements: dict[str, Any], found: str) -> None:
    assert came_to(read(stain(**elements))) == found


P1, P2 = person("p1", "1"), person("p2", "2")
URN = "urn:uuid:3f0e5c1e-1111-4222-8333-444455556666"


@pytest.mark.parametrize(
    ("focus", "found"),
    [
        pytest.param(number("1", type="Patient"), MINE, id="the patient's number"),
        pytest.param(number("2", type="Patient"), OTHERS, id="another's number"),
        pytest.param(number("3", type="Patient"), OTHERS, id="a number that is not the patient's"),
        pytest.param(number("-", type="Patient"), HEDGED, id="a placeholder"),
        pytest.param({"reference": f"Patient?identifier={MRN}|1"}, MINE, id="the patient, by a condition"),
        pytest.param({"reference": "Patient/p2"}, OTHERS, id="another's id"),
    ],
)
def test_two_forms_of_a_name_are_one_person_where_the_documents_patients_say_so(focus: Any, found: str) -> None:
    assert came_to(within(stain(focus=[focus]), P1, P2)) == found


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        pytest.param("BodyStructure", MINE, id="a thing"),
        pytest.param("Patient", OTHERS, id="another patient"),
        pytest.param("RelatedPerson", OTHERS, id="a relative"),
    ],
)
def test_what_a_urn_names_is_told_by_its_entry(kind: str, found: str) -> None:
    sent = bundle({**stain(focus=[{"reference": URN}]), "subject": {"reference": "urn:uuid:me"}})
    sent["entry"] += [
        {"fullUrl": URN, "resource": {"resourceType": kind}},
        {"fullUrl": "urn:uuid:me", "resource": {"resourceType": "Patient"}},
    ]
    (reading, *_) = reader()(raw(sent)).readings
    assert came_to(reading) == found


def specimen(ident: str = "s", subject: Any = None, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Specimen", "id": ident, **({"subject": subject} if subject else {}), **more}


def of_specimen(kind: str, name: str = "Specimen/s", **elements: Any) -> dict[str, Any]:
    reference = {"reference": name}
    if kind == "Observation":
        return stain(specimen=reference, **elements)
    said = {"status": "final", "code": concept(LOINC, "22637-3"), "conclusion": "腹膜后平滑肌肉瘤", **elements}
    return resource(kind, "o1", specimen=[reference], **said)


@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
@pytest.mark.parametrize(
    ("entries", "found"),
    [
        pytest.param([specimen(subject={"reference": "Patient/p1"})], MINE, id="the patient's"),
        pytest.param([specimen(subject={"reference": "Patient/p2"})], HEDGED, id="another's"),
        pytest.param([specimen(subject={"reference": "Patient/p2"}, status="entered-in-error")], MINE, id="an error"),
        pytest.param([specimen(subject=number("2")), P1, P2], HEDGED, id="another's number"),
        pytest.param(
            [specimen(subject={"reference": "Patient/p2"}), person("p1", "-"), person("p2", "-")],
            HEDGED,
            id="two whose number is a placeholder",
        ),
        pytest.param(
            [specimen(parent=[{"reference": "Specimen/t"}]), specimen("t", {"reference": "Patient/p2"})],
            HEDGED,
            id="a block of another's tissue",
        ),
        pytest.param(
            [specimen(parent=[{"reference": "Specimen/t"}]), specimen("t", parent=[{"reference": "Specimen/s"}])],
            MINE,
            id="two that are made of one another",
        ),
    ],
)
def test_what_is_said_of_anothers_specimen_decides_nothing(kind: str, entries: list[Any], found: str) -> None:
    assert came_to(within(of_specimen(kind), *entries, kind=kind)) == found


@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
@pytest.mark.parametrize(
    ("subject", "found"),
    [
        pytest.param({"reference": "Patient/p1"}, MINE, id="of the patient"),
        pytest.param({"reference": "Patient/p2"}, OTHERS, id="of a donor"),
        pytest.param(number("2", type="Patient"), HEDGED, id="of a number"),
    ],
)
def test_a_specimen_within_the_resource_says_whose_it_is(kind: str, subject: Any, found: str) -> None:
    sent = of_specimen(kind, "#sp", contained=[specimen("sp", subject)])
    assert came_to(read(sent)) == found
    del sent["specimen"]
    assert came_to(read(sent)) == MINE


@pytest.mark.parametrize("element", ["derivedFrom", "hasMember"])
@pytest.mark.parametrize(("whose", "found"), [("p1", MINE), ("p2", HEDGED)])
def test_what_is_made_of_another_patients_result_decides_nothing(element: str, whose: str, found: str) -> None:
    other = {**observation("ihc-cdk4", "o2", valueBoolean=True), "subject": {"reference": f"Patient/{whose}"}}
    assert came_to(within(stain(**{element: [{"reference": "Observation/o2"}]}), other)) == found


def dated(reading: Reading) -> tuple[set[str | None], list[str]]:
    return {fact.when for fact in reading.facts}, [one.expression.rpartition(".")[2] for one in reading.issues]


ISSUED = {"effectiveDateTime": None, "issued": "2024-06-03T10:00:00+08:00"}
TAKEN = specimen(subject={"reference": "Patient/p1"}, collection={"collectedDateTime": "2024-05-02"})


@pytest.mark.parametrize("kind", ["Observation", "DiagnosticReport"])
def test_a_result_without_a_day_is_of_the_day_of_its_specimen(kind: str) -> None:
    sent = of_specimen(kind, **ISSUED)
    assert dated(within(sent, TAKEN, kind=kind)) == ({"2024-05-02"}, [])
    own = of_specimen(kind, **{**ISSUED, "effectiveDateTime": "2024-05-20"})
    assert dated(within(own, TAKEN, kind=kind)) == ({"2024-05-20"}, [])


@pytest.mark.parametrize(
    "collection",
    [
        pytest.param(None, id="not told"),
        pytest.param({"collectedDateTime": "last May"}, id="no date"),
        pytest.param({"collectedDateTime": 5}, id="nonsense"),
        pytest.param("x", id="no collection"),
    ],
)
def test_where_that_day_is_not_known_the_day_of_issue_counts_and_is_told(collection: Any) -> None:
    found = dated(within(of_specimen("Observation", **ISSUED), {**TAKEN, "collection": collection}))
    assert found == ({ISSUED["issued"]}, ["issued"])


def test_a_specimen_that_is_not_there_is_told_once_in_a_document() -> None:
    sent = [{**of_specimen("Observation"), "id": ident} for ident in ("o1", "o2")]
    document = reader()(raw(bundle(*sent)))
    assert [(one.severity, one.expression) for one in document.issues] == [("information", "Bundle")]
    assert [one.issues for one in document.readings] == [(), ()]
    (issue,) = read(sent[0]).issues
    assert (issue.severity, issue.expression) == ("information", "Observation.specimen")


def test_of_a_count_of_blood_cells_nothing_is_told_of_its_specimen() -> None:
    count = observation(concept(LOINC, "777-3"), valueQuantity={"value": 200, "unit": "10*9/L"})
    assert read({**count, "specimen": {"reference": "Specimen/s"}}).issues == ()


@pytest.mark.parametrize("ident", ["-", "0000", "无", "不详"])
def test_a_placeholder_makes_no_one_person_of_strangers(ident: str) -> None:
    """Neither by a reference to a number, nor by a Patient without an id."""
    results = [{**stain(), "id": f"o{n}", "subject": number(ident)} for n in (1, 2)]
    readings = reader()(raw(bundle(*results))).readings
    assert [one.subject for one in readings] == [None, None]
    assert all(issue.code == "required" for one in readings for issue in one.issues)
    people = bundle()
    for year in ("1950", "1990"):
        one = {"resourceType": "Patient", "birthDate": year, "identifier": [{"system": MRN, "value": ident}]}
        people["entry"].append({"fullUrl": f"urn:uuid:{year}", "resource": one})
    assert [lines(one) for one in outcomes(people)] == [["birth-date 1950"], ["birth-date 1990"]]


def test_a_placeholder_makes_no_one_resource_of_two() -> None:
    same = {"identifier": [{"system": "https://hospital.example/diagnosis", "value": "-"}]}
    known = [
        resource("Condition", f"c{n}", code=concept("http://hl7.org/fhir/sid/icd-10", code), **same)
        for n, code in enumerate(("C48.0", "C34.1"))
    ]
    told = {line(fact).split()[0] for one in outcomes(bundle(*known)) for fact in one.record.facts}
    assert "second-malignancy" in told
    assert "tumour-behaviour" not in told
    assert "primary-site" in told


def test_a_result_of_a_stranger_costs_the_patients_own_nothing() -> None:
    (found,) = outcomes(bundle(stain(), {**stain(focus=[{"reference": "Patient/p2"}]), "id": "o2"}, person("p1")))
    assert [one for one in lines(found) if one.startswith("ihc")] == ["ihc-mdm2 positive"]
