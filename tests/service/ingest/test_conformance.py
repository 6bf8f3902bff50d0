"""A site that is held to the level conformant: what breaks the standard is refused with all its problems."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.arrival import arrive
from natars_fhir.service.ingest.ingest import push
from natars_fhir.store import quarantine as quarantined
from natars_fhir.store.engine import Store
from tests.service.hospital import (
    NOW,
    Hospital,
    Node,
    bundle,
    condition,
    intake,
    patient,
    reader,
    statuses,
    transaction,
)

#: readable, and not conformant: a narrative without XHTML, and a reference to what is not contained
UNKEMPT = condition("c2", text="腹膜后平滑肌肉瘤", recorder={"reference": "#nobody"}, of="Patient/1")
UNKEMPT["text"] = {"status": "generated", "div": "no XHTML"}


@cache
def strict(version: Name | None = None) -> DocumentReader:
    mapping = reader().mapping
    return DocumentReader(replace(mapping, site=mapping.site.model_copy(update={"check": "conformant"})), version)


def sent(store: Store, document: Node | bytes, version: Name | None = None) -> Answer:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return push(store, intake(), strict(version), raw, NOW)


def problems(outcome: Node) -> list[tuple[str, str]]:
    return [(issue["code"], issue.get("expression", [""])[0]) for issue in outcome["issue"]]


def test_a_site_that_says_nothing_is_held_to_what_can_be_read(hospital: Hospital) -> None:
    assert statuses(hospital.push(bundle("batch", patient(), UNKEMPT)).body) == ["201", "201"]


def test_in_a_batch_what_is_not_conformant_is_refused_with_all_its_problems_and_costs_nothing_else(
    store: Store,
) -> None:
    answer = sent(store, bundle("batch", patient(), UNKEMPT, condition("c1")))
    assert statuses(answer.body) == ["201", "422", "201"]
    assert problems(answer.body["entry"][1]["response"]["outcome"]) == [
        ("structure", "Bundle.entry[1].resource.text.div"),
        ("invariant", "Bundle.entry[1].resource.recorder"),
    ]
    with store.read() as connection:
        (kept,) = quarantined.set_aside(connection, "generic")
    assert (kept.place, json.loads(kept.raw)) == ("Bundle.entry[1].resource", UNKEMPT)
    assert Hospital(store).screening() is not None


def test_a_transaction_with_it_is_refused_whole(store: Store) -> None:
    answer = sent(store, transaction(patient(), UNKEMPT))
    assert answer.status == 422
    assert ("structure", "Bundle.entry[1].resource.text.div") in problems(answer.body)
    assert Hospital(store).screening() is None


def test_a_single_resource_and_one_in_parameters_are_refused(store: Store) -> None:
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "a", "resource": bundle("collection", UNKEMPT)}]}
    for document, place in ((UNKEMPT, "Condition"), (wrapped, "Parameters.parameter[0].resource.entry[0].resource")):
        answer = sent(store, document)
        assert answer.status == 422
        assert f"{place}.text.div" in {expression for _, expression in problems(answer.body)}


def test_what_cannot_be_read_is_told_with_everything_else_that_is_wrong(store: Store) -> None:
    answer = sent(store, UNKEMPT | {"onsetDateTime": "2024-02-30"})
    assert {"Condition.onsetDateTime", "Condition.text.div"} <= {place for _, place in problems(answer.body)}


def test_what_no_view_reads_is_let_go_whatever_it_is(store: Store) -> None:
    answer = sent(store, bundle("batch", {"resourceType": "Encounter", "id": "e", "nonsense": 1}))
    assert statuses(answer.body) == ["202"]


def test_the_envelope_is_told_and_costs_no_resource_of_a_batch(store: Store) -> None:
    answer = sent(store, bundle("batch", patient(), total="1"))
    assert statuses(answer.body) == ["201"]
    assert ("structure", "Bundle.total") in problems(answer.body["entry"][0]["response"]["outcome"])


def test_a_broken_invariant_of_the_envelope_is_told_once(store: Store) -> None:
    answer = sent(store, bundle("collection", patient(), condition()) | {"type": "batch"})
    told = [issue["diagnostics"] for one in answer.body["entry"] for issue in one["response"]["outcome"]["issue"]]
    assert sum(text.startswith("bdl-3") for text in told) == 2


def test_r5_is_held_to_its_own_standard(store: Store) -> None:
    given: Node = {
        "resourceType": "MedicationStatement",
        "id": "m",
        "status": "recorded",
        "subject": {"reference": "Patient/1"},
        "medication": {"concept": {"text": "多柔比星"}},
    }
    assert statuses(sent(store, bundle("batch", patient(), given), "R5").body) == ["201", "201"]
    wrong = given | {"informationSource": {"reference": "Patient/1"}}
    assert statuses(sent(store, bundle("batch", wrong), "R5").body) == ["422"]


@given(st.data())
def test_never_is_taken_what_the_level_readable_refuses(data: st.DataObject) -> None:
    ways: list[Any] = [patient(), UNKEMPT, {"resourceType": "Encounter"}, 5, patient(birthDate="1970-02-30")]
    document = bundle("batch") | {
        "entry": [{"resource": one} for one in data.draw(st.lists(st.sampled_from(ways), min_size=1, max_size=4))]
    }
    raw = json.dumps(document).encode()
    mild, hard = (arrive(raw, one, 100).document.readings for one in (reader(), strict()))
    for lenient, severe in zip(mild, hard, strict=True):
        assert severe.fate == lenient.fate or (lenient.fate, severe.fate) == ("read", "refused")


@pytest.mark.parametrize("kind", ["collection", "searchset"])
def test_elsewhere_it_costs_only_itself_too(store: Store, kind: str) -> None:
    answer = sent(store, bundle(kind, patient(), UNKEMPT))
    assert answer.status == 200
    assert "1 created, 1 refused" in answer.body["issue"][0]["diagnostics"]
