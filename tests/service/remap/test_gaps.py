"""What is pushed and not understood is counted as it comes, for the site's own people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.mapping.heard.suggest import Suggester, suggester
from natars_fhir.mapping.heard.unmapped import Listed
from natars_fhir.mapping.schema import Expects
from natars_fhir.mapping.terms.site_file import remarks
from natars_fhir.mapping.terms.translate import publisher_of, source_of
from natars_fhir.service.remap.gaps import draft, feeds, gaps
from natars_fhir.service.remap.readiness import ready
from natars_fhir.store import gaps as stored
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, Hospital, Node, bundle, condition, encounter, mappings, patient, reader

LIS = "http://his.hospital-b.example/lis"
SITE = "hospital-b"


def result(ident: str, code: str = "LIS0103", system: str = LIS, **more: Any) -> Node:
    coding = {"system": system, "code": code, "display": "中性粒细胞"}
    said = {"status": "final", "subject": {"reference": "Patient/1"}, "code": {"coding": [coding]}}
    return {"resourceType": "Observation", "id": ident, **said, **more}


@pytest.fixture
def b(store: Store) -> Hospital:
    return Hospital(store, SITE)


def hints(site: str = SITE) -> Suggester:
    mapping = reader(site).mapping
    return suggester(mapping.lore, mapping.site, remarks(source_of(mappings(), site)))


def listed(store: Store, site: str = SITE) -> list[Listed]:
    return gaps(store, reader(site).mapping, hints(site))


def test_a_gap_is_counted_with_its_first_and_last_day_and_a_hint(b: Hospital, store: Store) -> None:
    b.push(bundle("collection", patient(), result("1"), result("2")))
    b.push(bundle("collection", result("3")), NOW + timedelta(days=1))
    (one,) = listed(store)
    assert (one.gap, one.display, one.count) == (Gap("code", "Observation", LIS, "LIS0103"), "中性粒细胞", 3)
    assert (one.first[:10], one.last[:10]) == ("2024-06-15", "2024-06-16")
    assert one.hint is not None
    assert one.hint.target.code == "anc"


def test_the_same_bytes_again_are_not_counted_and_a_new_version_is(b: Hospital, store: Store) -> None:
    sent = bundle("collection", result("1"))
    b.push(sent)
    b.push(sent)
    assert [one.count for one in listed(store)] == [1]
    b.push(bundle("collection", result("1", valueString="x")))
    assert [one.count for one in listed(store)] == [2]


def test_no_code_of_a_system_that_is_not_declared_is_kept(b: Hospital, store: Store) -> None:
    b.push(bundle("collection", result("1", code="王五", system="urn:x")))
    (one,) = listed(store)
    assert (one.gap.about, one.gap.item, one.display, one.standing) == ("urn:x", "", "", "undeclared")
    with store.read() as connection:
        assert "王五" not in repr(list(stored.gaps(connection, SITE)))


def test_no_site_is_told_what_another_sent(b: Hospital, store: Store) -> None:
    b.push(bundle("collection", result("1"), encounter()))
    assert listed(store, "hospital-a") == []


def test_types_that_no_view_reads_are_listed(b: Hospital, store: Store) -> None:
    b.push(bundle("collection", encounter("1"), encounter("2"), patient()))
    assert [(one.gap.what, one.gap.kind, one.count) for one in listed(store)] == [("element", "Encounter", 2)]


def test_texts_are_kept_up_to_a_number(b: Hospital, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MOST_TEXTS", 2)
    for number in range(4):
        b.push(bundle("collection", {**result(str(number)), "code": {"text": f"item {number}"}}))
    assert {one.gap.item: one.count for one in listed(store)} == {"item 0": 1, "item 1": 1, "": 2}


def test_the_draft_map_is_made_of_what_is_kept(b: Hospital, store: Store) -> None:
    assert draft(store, reader(SITE).mapping, hints(), publisher_of(mappings(), SITE, "https://x.example")) is None
    b.push(bundle("collection", result("1")))
    made = draft(store, reader(SITE).mapping, hints(), publisher_of(mappings(), SITE, "https://x.example"))
    assert made is not None
    assert made["status"] == "draft"


def test_a_feed_that_goes_quiet_is_told(b: Hospital, store: Store) -> None:
    mapping = reader(SITE).mapping
    expects = Expects(types=("Observation", "Consent"), days=30, each={"anc": 3})
    site = mapping.site.model_copy(update={"expects": expects})
    expecting = replace(mapping, site=site)
    b.push(bundle("collection", result("1", "LIS0102", valueQuantity={"value": 3, "unit": "10*9/L"})))
    told = {one.kind: one.state for one in feeds(store, expecting, NOW + timedelta(days=10))}
    assert told == {"Observation": "on time", "Consent": "awaited", "anc": "overdue"}
    told = {one.kind: one.state for one in feeds(store, expecting, NOW + timedelta(days=40))}
    assert told == {"Observation": "overdue", "Consent": "never", "anc": "overdue"}


def test_readiness_is_told_of_all_that_was_sent(b: Hospital, store: Store) -> None:
    nobody = ready(store, mappings().study, reader(SITE).mapping, hints(), NOW)
    assert (nobody.in_scope, nobody.figure) == (0, 0.0)
    b.push(bundle("collection", patient(), condition()))
    found = ready(store, mappings().study, reader(SITE).mapping, hints(), NOW)
    assert found.in_scope == 1
    assert {one.need.any_of[0]: one.state for one in found.elements}["birth-date"] == "read"
