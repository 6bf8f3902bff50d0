"""Laws of the whole: order, repetition and cutting change nothing; every fact can be found again in its source."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.quote import quote
from natars_fhir.pipeline import Outcome, run
from tests import ward

CASES = ward.cases()
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.name}" for case in CASES])
#: Cases of one document whose resources come once each: nothing in them depends on which came first.
SINGLE = [case for case in CASES if len(ward.sent_in(case)) == 1]
QUICK = settings(max_examples=40, deadline=None)


def screened(site: str, documents: list[bytes]) -> list[Any]:
    found = run(documents, ward.reader(site), ward.mappings().study, ward.AS_OF)
    return sorted((_told(outcome) for outcome in found), key=repr)


def _told(outcome: Outcome) -> tuple[Any, ...]:
    """What an outcome says, without the entry's number in the places of issues."""
    issues = sorted((issue.severity, issue.code, issue.text) for issue in outcome.issues)
    findings = [(criterion.id, finding) for criterion, finding in outcome.screening.findings]
    return outcome.record.patient, outcome.record.facts, findings, issues


@cache
def bundle_of(case: Path) -> dict[str, Any]:
    """The case's Bundle as a collection: a transaction's order is not that of its entries."""
    told: dict[str, Any] = json.loads(ward.sent_in(case)[0].removeprefix(b"\xef\xbb\xbf"))
    return told


@cache
def as_it_is(case: Path) -> list[Any]:
    return screened(case.parent.name, ward.sent_in(case))


def _entries(case: Path) -> list[Any]:
    found = bundle_of(case).get("entry", [])
    return found if isinstance(found, list) else []


IN_ANY_ORDER = [
    case for case in SINGLE if _entries(case) and bundle_of(case).get("type") not in ("message", "document")
]


@QUICK
@given(st.sampled_from(IN_ANY_ORDER), st.data())
def test_the_order_of_entries_does_not_matter(case: Path, data: st.DataObject) -> None:
    mixed = {**bundle_of(case), "entry": data.draw(st.permutations(_entries(case)))}
    assert screened(case.parent.name, [ward.raw(mixed)]) == as_it_is(case)


@QUICK
@given(st.sampled_from(CASES), st.integers(2, 3))
def test_the_same_bytes_again_change_nothing(case: Path, times: int) -> None:
    sent = ward.sent_in(case)
    assert screened(case.parent.name, [raw for raw in sent for _ in range(times)]) == as_it_is(case)


def _named_by_urn(case: Path) -> bool:
    """Names that only one document can explain tie its entries together."""
    return b"urn:uuid:" in ward.sent_in(case)[0]


CUT = [case for case in IN_ANY_ORDER if not _named_by_urn(case) and bundle_of(case).get("resourceType") == "Bundle"]


@QUICK
@given(st.sampled_from(CUT), st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_cutting_a_bundle_into_documents_changes_nothing(case: Path, cuts: list[int]) -> None:
    entries, bounds = _entries(case), [0, *sorted(cuts), 10_000]
    parts = [entries[low:high] for low, high in pairwise(bounds)]
    documents = [ward.raw({**bundle_of(case), "entry": part}) for part in parts if part]
    assert screened(case.parent.name, documents) == as_it_is(case)


@EVERY_CASE
def test_what_every_fact_stands_on_is_found_again(case: Path) -> None:
    reader = ward.reader(case.parent.name)
    sources: dict[tuple[str, str], Any] = {}
    for raw in ward.sent_in(case):
        for reading, struct in reader.resources(raw):
            sources[reading.key, (struct.meta.versionId or "") if struct.meta else ""] = struct
    outcomes = run(ward.sent_in(case), ward.reader(case.parent.name), ward.mappings().study, ward.AS_OF)
    lost = [
        fact
        for outcome in outcomes
        for fact in outcome.record.facts
        if not quote(fact.evidence, sources[fact.source.reference, fact.source.version])
    ]
    assert lost == []


@EVERY_CASE
def test_every_finding_stands_on_facts_of_the_record(case: Path) -> None:
    for outcome in run(ward.sent_in(case), ward.reader(case.parent.name), ward.mappings().study, ward.AS_OF):
        known = set(outcome.record.facts)
        assert [f for _, finding in outcome.screening.findings for f in finding.facts if f not in known] == []


@QUICK
@given(st.lists(st.sampled_from(CUT), min_size=2, max_size=4, unique=True))
def test_other_patients_beside_them_change_no_outcome(cases: list[Path]) -> None:
    """Cases of one site, sent together: every patient comes to what they come to alone."""
    site = cases[0].parent.name
    beside = [case for case in cases if case.parent.name == site]
    apart = [told for case in beside for told in as_it_is(case)]
    names = [told[0] for told in apart]
    if len(set(names)) < len(names):
        return
    assert screened(site, [raw for case in beside for raw in ward.sent_in(case)]) == sorted(apart, key=repr)


# Where versions can be compared


@cache
def numbered(case: Path) -> list[Any]:
    """The case's entries, each as version 2 of its resource."""
    return [_version(entry, "2") for entry in _entries(case)]


def _version(entry: Any, number: str) -> Any:
    resource = entry.get("resource")
    if not isinstance(resource, dict):
        return entry
    return {**entry, "resource": {**resource, "meta": {**resource.get("meta", {}), "versionId": number}}}


def _older(entry: Any) -> Any:
    """What the resource said before: it was of no use then."""
    resource = entry["resource"]
    old = {**resource, "meta": {**resource.get("meta", {}), "versionId": "1"}}
    if "status" in resource:
        old["status"] = "entered-in-error"
    return {**entry, "resource": old}


VERSIONED = [
    case
    for case in CUT
    if all(isinstance(one.get("resource"), dict) and one["resource"].get("id") for one in _entries(case))
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(VERSIONED), st.data())
def test_with_versions_order_repetition_and_cutting_do_not_matter(case: Path, data: st.DataObject) -> None:
    entries = numbered(case)
    chosen = data.draw(st.lists(st.sampled_from(range(len(entries))), max_size=6))
    older = [_older(_entries(case)[number]) for number in chosen]
    mixed = data.draw(st.permutations([*entries, *older, *[entries[number] for number in chosen]]))
    cut = data.draw(st.integers(0, len(mixed)))
    collection = {"resourceType": "Bundle", "type": "collection"}
    documents = [ward.raw({**collection, "entry": part}) for part in (mixed[:cut], mixed[cut:]) if part]
    whole = ward.raw({**collection, "entry": entries})
    assert screened(case.parent.name, documents) == screened(case.parent.name, [whole])


@EVERY_CASE
def test_running_again_gives_the_same(case: Path) -> None:
    sent = ward.sent_in(case)
    assert screened(case.parent.name, sent) == screened(case.parent.name, sent)


LATER = "2024-07-01"
NEGATIVE = ward.concept(ward.SNOMED, "260385009")
NEWS = (
    ward.observation(
        "ihc-mdm2", "late-1", effectiveDateTime=LATER, valueCodeableConcept=ward.concept(ward.SNOMED, "260385009")
    ),
    ward.observation("asa-class", "late-2", effectiveDateTime=LATER, valueInteger=5),
    ward.resource("Condition", "late-3", code=ward.concept(ward.ICD_10, "C34.1"), recordedDate=LATER),
    ward.resource("Condition", "late-4", code=ward.concept(ward.ICD_10, "I21.9"), onsetDateTime=LATER),
)


def _of(resource: dict[str, Any], patient: str) -> dict[str, Any]:
    return {**resource, "subject": {"reference": patient}}


def _answers(site: str, documents: list[bytes]) -> dict[str, list[tuple[str, str]]]:
    found = run(documents, ward.reader(site), ward.mappings().study, ward.AS_OF)
    return {one.record.patient.reference: [(c.id, f.answer.word) for c, f in one.screening.findings] for one in found}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(CASES), st.sets(st.sampled_from(range(len(NEWS))), min_size=1))
def test_nothing_later_than_the_day_asked_for_changes_an_answer(case: Path, which: set[int]) -> None:
    site, sent = case.parent.name, ward.sent_in(case)
    before = _answers(site, sent)
    patients = [name for name in before if name.startswith("Patient/")]
    late = [_of(NEWS[number], name) for name in patients for number in sorted(which)]
    named = [{**one, "id": f"{one['id']}-{number}"} for number, one in enumerate(late)]
    assert _answers(site, [*sent, ward.raw(ward.bundle(*named))]) == before


def test_a_correction_that_comes_later_counts_for_the_day_asked_for() -> None:
    """It is what was true then, told right at last."""
    updated = {1: "2024-06-01T00:00:00Z", 2: "2024-07-01T00:00:00Z"}
    classes = [
        ward.observation("asa-class", "o9", valueInteger=value, meta={"versionId": str(n), "lastUpdated": updated[n]})
        for n, value in ((1, 2), (2, 4))
    ]
    person = ward.resource("Patient", "p1", birthDate="1960-01-01")
    documents = [ward.raw(ward.bundle(person, classes[0])), ward.raw(ward.bundle(classes[1]))]
    assert dict(_answers("generic", documents[:1])["Patient/p1"])["I-18"] == "yes"
    assert dict(_answers("generic", documents)["Patient/p1"])["I-18"] == "no"
