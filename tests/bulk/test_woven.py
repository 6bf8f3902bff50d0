"""Whatever is cut, in whatever order it comes: threads give each patient what one process gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.bulk.woven import Weaver, joined, name
from natars_fhir.pipeline import read
from tests import ward
from tests.bulk.loom import plain, rows_of, threads, woven
from tests.simulate import hospitals

SYSTEM = "urn:ward"
NUMBERS = st.integers(1, 3)
BIOPSY = ward.concept(ward.ICD_10, "C48.0")


def patient(one: int, numbers: list[int], linked: int) -> dict[str, Any]:
    link = [{"type": "replaces", "other": {"reference": f"Patient/{linked}"}}] if linked != one else None
    told = [{"system": SYSTEM, "value": f"number {number}"} for number in numbers] or None
    return ward.resource("Patient", str(one), identifier=told, link=link, gender="female", birthDate=f"197{one}-01-01")


def versioned(sent: dict[str, Any], version: int) -> dict[str, Any]:
    return {**sent, "meta": {"versionId": str(version)}} if version else sent


def about(one: int, by: str) -> dict[str, Any]:
    if by == "identifier":
        return {"identifier": {"system": SYSTEM, "value": f"number {one}"}, "type": "Patient"}
    return {"reference": f"Patient/{one}"}


BY = st.sampled_from(["reference", "identifier"])
PATIENTS = st.builds(patient, NUMBERS, st.lists(NUMBERS, max_size=2), NUMBERS)
NUMBERED = st.lists(NUMBERS.map(lambda n: {"system": "urn:orders", "value": f"order {n}"}), max_size=1).map(
    lambda found: found or None
)
CONDITIONS = st.builds(
    lambda one, by, ident, code, numbers: ward.resource(
        "Condition", f"c{ident}", subject=about(one, by), code=ward.concept(ward.ICD_10, code), identifier=numbers
    ),
    NUMBERS, BY, NUMBERS, st.sampled_from(["C48.0", "I21.9", "Z99.9"]), NUMBERED,
)  # fmt: skip
MEDICATIONS = st.builds(
    lambda one, code: ward.resource("Medication", f"m{one}", code=ward.concept(ward.ATC, code)),
    NUMBERS, st.sampled_from(["L01DB01", "L01AA06", "A01AA01"]),
)  # fmt: skip
DOSES = st.builds(
    lambda one, by, ident, drug: ward.resource(
        "MedicationAdministration", f"d{ident}", status="completed", subject=about(one, by),
        effectiveDateTime="2024-02-01", medicationReference={"reference": f"Medication/m{drug}"},
    ),
    NUMBERS, BY, NUMBERS, NUMBERS,
)  # fmt: skip
RESOURCES = st.builds(versioned, st.one_of(PATIENTS, CONDITIONS, CONDITIONS, MEDICATIONS, DOSES), st.integers(0, 3))
DELETED = st.sampled_from(["Condition/c1", "Medication/m1", "MedicationAdministration/d1"]).map(
    lambda url: {"request": {"method": "DELETE", "url": url}}
)
BUNDLES = st.lists(
    st.one_of(
        RESOURCES.map(
            lambda one: {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        ),
        DELETED,
    ),
    min_size=1,
    max_size=4,
).map(lambda entries: {"resourceType": "Bundle", "type": "transaction", "entry": entries})
DOCUMENTS = st.one_of(RESOURCES, RESOURCES, BUNDLES).map(ward.raw)
PIECES = st.lists(st.lists(DOCUMENTS, max_size=6), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_threads_give_what_one_process_gives(pieces: list[list[bytes]]) -> None:
    asked = ward.reader(), ward.mappings().study, ward.AS_OF
    assert woven(pieces, *asked) == plain(pieces, *asked)


def test_a_hospital_cut_anywhere_is_the_same_hospital() -> None:
    sent, order = hospitals.sent("mixed"), hospitals.order("mixed")
    reader = ward.reader(order.dialect.site)
    asked = reader, ward.mappings().study, hospitals.AS_OF
    pieces = [sent[start : start + 97] for start in range(0, len(sent), 97)]
    assert woven(pieces, *asked) == plain(pieces, *asked)
    assert len(threads(rows_of(pieces, reader))) >= 40


def test_strangers_hang_together_by_nothing() -> None:
    sent = [ward.raw(patient(one, [one], one)) for one in (1, 2, 3)]
    assert len(threads(rows_of([sent], ward.reader()))) == 3


def test_a_medication_of_many_ties_nobody_to_others_and_is_known_to_each() -> None:
    drug = ward.resource("Medication", "m1", code=ward.concept(ward.ATC, "L01DB01"))
    doses = [
        ward.resource(
            "MedicationAdministration", f"d{one}", status="completed", subject={"reference": f"Patient/{one}"},
            effectiveDateTime="2024-02-01", medicationReference={"reference": "Medication/m1"},
        )
        for one in (1, 2)
    ]  # fmt: skip
    found = threads(rows_of([list(map(ward.raw, doses)), [ward.raw(drug)]], ward.reader()))
    assert sorted(len(thread.besides) for thread in found) == [0, 1, 1]


def test_a_weaver_says_when_it_holds_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("natars_fhir.bulk.woven._MOST", 6)
    weaver, reader = Weaver(0), ward.reader()
    full = [weaver.take(n, read(ward.raw(patient(n, [], n)), reader).readings) for n in (1, 2, 3)]
    assert full[0] is False
    assert full[-1] is True
    assert len(list(weaver.give())) == 3
    assert list(weaver.give()) == []


def test_names_are_joined_to_the_least_whatever_the_order() -> None:
    pairs = [(5, 3), (9, 5), (2, 9), (7, 8)]
    wanted = {2: 2, 3: 2, 5: 2, 9: 2, 7: 7, 8: 7}
    assert joined(pairs) == joined([(b, a) for a, b in reversed(pairs)]) == wanted


def test_a_name_is_the_same_number_in_every_process() -> None:
    assert name("Patient/1") == 1726183619290008363
