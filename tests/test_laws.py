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
