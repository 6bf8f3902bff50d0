"""What was set apart goes once more through the one way in, and counts as of the moment when it came."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.remap.quarantine import dismiss, page
from natars_fhir.service.remap.replay import replay, replay_all, try_again
from natars_fhir.store import audit, quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Apart, Wanted
from tests.service.hospital import (
    KEY,
    NOW,
    Hospital,
    Node,
    born_on_30_february,
    bundle,
    condition,
    intake,
    patient,
    reader,
    transaction,
)

LATER = NOW + timedelta(days=1)
#: What the generic site's mapping is; and a stricter one, which refuses what breaks the standard.
LENIENT: SiteMapping = reader().mapping
STRICT: SiteMapping = replace(
    LENIENT, site=LENIENT.site.model_copy(update={"check": "conformant"}), hash="a stricter mapping"
)
#: It can be read, and breaks the standard: a narrative without XHTML.
ODD = {"text": {"status": "generated", "div": "no XHTML"}}


def strictly(store: Store, document: Node, now: Any = NOW) -> Any:
    from natars_fhir.mapping.documents import DocumentReader

    return push(store, intake(), DocumentReader(STRICT, "R4"), json.dumps(document, ensure_ascii=False).encode(), now)


def rows(store: Store, **wanted: Any) -> list[Apart]:
    return list(page(store, Wanted(**wanted), "generic").rows)


def again(store: Store, number: int = 1, mapping: SiteMapping = LENIENT) -> Apart:
    found = replay(store, intake(), mapping, number, LATER)
    assert found is not None
    return found


def test_what_a_new_mapping_can_use_is_taken_in_and_leaves(hospital: Hospital, store: Store) -> None:
    assert strictly(store, bundle("batch", patient(), {**condition(), **ODD})).status == 200
    (one,) = rows(store)
    assert (one.state, one.kind, one.fhir, one.place) == ("waiting", "Condition", "R4", "Bundle.entry[1].resource")
    assert ("histology", "LMS") not in hospital.concepts()
    told = again(store)
    assert (told.state, told.became, told.tries, told.settled) == ("replayed", told.became, 1, LATER)
    assert told.became is not None
    assert told.became["created"] == 1
    assert ("histology", "LMS") in hospital.concepts()
    with store.read() as connection:
        assert [act.act for act in audit.acts(connection, "generic")] == ["push", "replay"]


def test_an_entry_whose_address_is_no_utf8_is_set_apart_as_it_came_and_costs_no_other(
    hospital: Hospital, store: Store
) -> None:
    sent = json.dumps(bundle("batch", patient(), {**condition(), "encounter": {"reference": "urn:uuid:b5?"}})).encode()
    assert hospital.push(sent.replace(b"b5?", b"b5\xf4\x90\x80\x80")).status == 200
    (one,) = rows(store)
    assert (one.state, one.place) == ("waiting", "Bundle.entry[1].resource")
    with store.read() as connection:
        assert b"b5\xf4\x90\x80\x80" in quarantine.content(connection, one.number)[0]
    assert again(store).state == "waiting"
    assert ("histology", "LMS") not in hospital.concepts()


def test_twice_is_once(store: Store) -> None:
    strictly(store, {**condition(), **ODD})
    first = again(store)
    assert again(store) == first
    with store.read() as connection:
        assert [act.act for act in audit.acts(connection, "generic")] == ["push", "replay"]


def test_what_is_refused_again_stays_with_its_new_issues_and_the_count_of_tries(
    hospital: Hospital, store: Store
) -> None:
    hospital.push(bundle("batch", patient(), born_on_30_february()))
    told = again(store, mapping=STRICT)
    assert (told.state, told.tries, told.tried) == ("waiting", 1, LATER)
    assert "Bundle.entry[1].resource.birthDate" in [issue.expression for issue in told.issues]
    assert again(store).tries == 2
    with store.read() as connection:
        assert [(act.act, act.status) for act in audit.acts(connection, "generic")][1:] == [("replay", 422)] * 2
    assert len(rows(store)) == 1


@pytest.mark.parametrize(
    ("kept", "since", "expected"),
    [
        pytest.param(1, 2, "UPS", id="an older version after a newer one does not win"),
        pytest.param(3, 2, "LMS", id="a newer version wins"),
        pytest.param(None, None, "UPS", id="without versions, what came since is newer"),
    ],
)
def test_the_order_is_kept(
    hospital: Hospital, store: Store, kept: int | None, since: int | None, expected: str
) -> None:
    hospital.push(patient())
    strictly(store, {**condition(version=kept), **ODD})
    newer = condition(text="腹膜后多形性未分化肉瘤", version=since)
    hospital.push(newer, NOW + timedelta(hours=1))
    told = again(store)
    assert told.became is not None
    assert ("late" in told.became) == (expected == "UPS")
    assert [value for concept, value in hospital.concepts() if concept == "histology"] == [expected]


def test_two_without_versions_count_as_they_came(hospital: Hospital, store: Store) -> None:
    hospital.push(patient())
    strictly(store, {**condition(), **ODD})
    strictly(store, {**condition(text="腹膜后多形性未分化肉瘤"), **ODD}, NOW + timedelta(hours=1))
    assert again(store, 2).became == again(store, 2).became
    assert "late" in (again(store, 1).became or {})
    assert ("histology", "UPS") in hospital.concepts()


def test_what_was_deleted_since_stays_deleted(hospital: Hospital, store: Store) -> None:
    hospital.push(bundle("collection", patient(), condition(version=1)))
    strictly(store, {**condition(version=2), **ODD})
    gone = {"request": {"method": "DELETE", "url": "Condition/c1"}}
    hospital.push({"resourceType": "Bundle", "type": "batch", "entry": [gone]}, NOW + timedelta(hours=1))
    assert "late" in (again(store).became or {})
    assert ("histology", "LMS") not in hospital.concepts()


def test_an_entry_keeps_whom_its_bundle_named(hospital: Hospital, store: Store) -> None:
    """By itself nobody would know whom the urn names: another patient would come into being."""
    urn = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
    odd = {**condition(of=urn), **ODD}
    sent = {"resourceType": "Bundle", "type": "collection", "entry": [{"fullUrl": urn, "resource": patient()}]}
    sent["entry"].append({"fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0b", "resource": odd})
    strictly(store, sent)
    assert again(store).state == "replayed"
    assert ("histology", "LMS") in hospital.concepts()
    assert hospital.screening(urn) is None
    hospital.push(sent)
    assert again(store).state == "replayed"
    assert [one for one in hospital.concepts() if one[0] == "histology"] == [("histology", "LMS")]


def test_an_entry_of_one_of_several_servers_stays_that_servers(hospital: Hospital, store: Store) -> None:
    def at(server: str, resource: Node) -> Node:
        return {"fullUrl": f"https://{server}/fhir/{resource['resourceType']}/{resource['id']}", "resource": resource}

    entries = [at("one.example", patient()), at("two.example", patient()), at("two.example", {**condition(), **ODD})]
    strictly(store, {"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert again(store).state == "replayed"
    assert ("histology", "LMS") in hospital.concepts("https://two.example/fhir/Patient/1")
    assert ("histology", "LMS") not in hospital.concepts("https://one.example/fhir/Patient/1")
    assert hospital.screening("Patient/1") is None


def test_a_conditional_entry_keeps_its_condition(hospital: Hospital, store: Store) -> None:
    asked = {"method": "POST", "url": "Condition", "ifNoneExist": "identifier=urn:n|1"}
    odd = {name: value for name, value in {**condition(), **ODD}.items() if name != "id"}
    sent = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": odd, "request": asked}]}
    strictly(store, sent)
    hospital.push(patient())
    assert again(store).state == "replayed"
    assert ("histology", "LMS") in hospital.concepts()
    assert "unchanged" in hospital.push(sent).counts


def test_a_refused_transaction_is_taken_in_whole(hospital: Hospital, store: Store) -> None:
    document = transaction(patient(), {**condition(), **ODD}, identifier={"system": "urn:feed", "value": "1"})
    assert strictly(store, document).status == 422
    told = again(store)
    assert told.became is not None
    assert told.became["created"] == 2
    assert hospital.push(document).status == 200
    assert ("histology", "LMS") in hospital.concepts()


def test_of_a_document_that_is_of_use_in_part_the_rest_waits_by_itself(hospital: Hospital, store: Store) -> None:
    strictly(store, bundle("collection", {**patient(), **ODD}, born_on_30_february()))
    assert again(store).became == {"created": 1, "refused": 1, "screened": 1, "findings": 1, "letters": 0}
    assert [(one.number, one.state, one.place) for one in rows(store)] == [
        (1, "replayed", ""),
        (2, "waiting", "Bundle.entry[1].resource"),
    ]


@pytest.mark.parametrize(
    ("entry", "issue", "place"),
    [
        pytest.param("no entry at all", "structure", "Bundle.entry[1]", id="no object"),
        pytest.param(
            {"request": {"method": "PATCH", "url": "Patient/1"}, "resource": patient()},
            "not-supported",
            "Bundle.entry[1]",
            id="a patch",
        ),
        pytest.param(
            {"request": {"method": "DELETE", "url": "Condition?code=x"}},
            "not-supported",
            "Bundle.entry[1].resource",
            id="a deletion of nobody knows what",
        ),
    ],
)
def test_an_entry_without_a_resource_is_kept_too_and_told_at_its_place(
    hospital: Hospital, store: Store, entry: Any, issue: str, place: str
) -> None:
    answer = hospital.push({**bundle("batch", patient()), "entry": [*bundle("batch", patient())["entry"], entry]})
    assert answer.counts["refused"] == 1
    (one,) = rows(store)
    told = again(store)
    for row in (one, told):
        assert (row.state, row.place, {i.code for i in row.issues}) == ("waiting", place, {issue})
        assert all(i.expression.startswith("Bundle.entry[1]") for i in row.issues)
    with store.read() as connection:
        from natars_fhir.store.quarantine import content

        assert json.loads(content(connection, 1)[0]) == entry


def test_all_of_a_site_or_all_with_an_issue_are_replayed(store: Store, hospital: Hospital) -> None:
    for number in range(3):
        strictly(store, {**condition(f"c{number}"), **ODD})
    hospital.push(born_on_30_february())
    code = rows(store)[0].issues[0].code
    assert code != "value"
    done = replay_all(store, intake(), LENIENT, Wanted(code="value"), LATER)
    assert (done.tried, done.replayed) == (1, 0)
    done = replay_all(store, intake(), LENIENT, Wanted(most=2), LATER)
    assert (done.tried, done.replayed, done.resources, done.last) == (2, 2, 2, 2)
    done = replay_all(store, intake(), LENIENT, Wanted(after=done.last), LATER)
    assert (done.tried, done.replayed) == (2, 1)


def test_by_itself_it_is_tried_once_by_each_mapping_a_bounded_number_a_round(store: Store, hospital: Hospital) -> None:
    for number in range(3):
        strictly(store, {**condition(f"c{number}"), **ODD})
    hospital.push(born_on_30_february())
    with capture_logs() as logs:
        told = [try_again(store, intake(), LENIENT, LATER, most=2) for _ in range(3)]
    assert [(one.tried, one.replayed) for one in told] == [(2, 2), (1, 1), (0, 0)]
    assert [(log["event"], log["tried"], log["replayed"]) for log in logs] == [
        ("quarantine tried again", 2, 2),
        ("quarantine tried again", 1, 1),
    ]


def test_what_was_dismissed_is_replayed_only_by_its_number(store: Store) -> None:
    strictly(store, {**condition(), **ODD})
    dismiss(store, KEY, 1, "generic", "Li", "a test message", LATER)
    assert replay_all(store, intake(), LENIENT, Wanted(), LATER).tried == 0
    assert try_again(store, intake(), LENIENT, LATER).tried == 0
    told = again(store)
    assert (told.state, told.by, told.reason) == ("replayed", None, None)


def test_another_sites_number_is_nobodys(store: Store) -> None:
    Hospital(store, "hospital-a").push(born_on_30_february())
    assert replay(store, intake(), LENIENT, 1, LATER) is None
    assert replay(store, intake(), LENIENT, 9, LATER) is None


def test_one_that_fails_keeps_no_other_from_being_tried(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        strictly(store, {**condition(f"c{number}"), **ODD})
    from natars_fhir.service.remap import replay as module

    whole, failing = module.admit, [ZeroDivisionError("PLANTED")]

    def admit(*given: Any) -> Any:
        if failing:
            raise failing.pop()
        return whole(*given)

    monkeypatch.setattr(module, "admit", admit)
    with capture_logs() as logs:
        done = replay_all(store, intake(), LENIENT, Wanted(), LATER)
    assert (done.tried, done.replayed) == (2, 1)
    assert rows(store)[0].issues == (
        Issue("error", "exception", "", "Something went wrong here when it was tried once more: the log says where."),
    )
    assert "PLANTED" not in str(logs)


def test_a_store_that_is_gone_is_no_fault_of_what_is_tried(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    strictly(store, {**condition(), **ODD})

    def gone(*_: Any) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr("natars_fhir.service.remap.replay.admit", gone)
    with pytest.raises(OperationalError):
        replay_all(store, intake(), LENIENT, Wanted(), LATER)
    assert rows(store)[0].tries == 0
