"""What a push leaves behind, and what it is answered (contract.md, HTTP)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select

from natars_fhir.fhir.check import check
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.ingest import push
from natars_fhir.store import audit, trail
from natars_fhir.store import quarantine as quarantined
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import metadata, outbox, quarantine, reading, resource_version, screening
from tests.service.hospital import (
    NOW,
    Hospital,
    Node,
    born_on_30_february,
    bundle,
    condition,
    encounter,
    intake,
    issues,
    patient,
    reader,
    statuses,
    transaction,
)

FIRST = transaction(patient(number="77"), condition())


def count(store: Store, *names: str) -> list[int]:
    with store.read() as connection:
        return [
            connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one() for name in names
        ]


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All rows, but for the audit, which grows with every push."""
    with store.read() as connection:
        tables = [table for table in metadata.sorted_tables if table.name != "audit"]
        return {table.name: [tuple(row) for row in connection.execute(select(table))] for table in tables}


def test_a_first_push_is_kept_screened_and_put_into_the_outbox(hospital: Hospital, store: Store) -> None:
    answer = hospital.push(FIRST)
    assert answer.status == 200
    assert answer.body["type"] == "transaction-response"
    assert statuses(answer.body) == ["201", "201"]
    assert answer.body["entry"][1]["response"]["location"] == "Condition/c1/_history/1"
    assert count(store, "resource_version", "reading", "screening", "patient") == [2, 2, 1, 1]
    with store.read() as connection:
        kinds = connection.execute(select(outbox.c.kind).order_by(outbox.c.seq)).scalars().all()
    assert kinds == ["ResearchStudy", "ResearchStudy", "ResearchSubject", "Task"]


def test_the_same_bundle_again_changes_nothing_and_sends_nothing(hospital: Hospital, store: Store) -> None:
    hospital.push(FIRST)
    before = everything(store)
    answer = hospital.push(FIRST, NOW + timedelta(hours=1))
    assert statuses(answer.body) == ["200", "200"]
    assert everything(store) == before
    assert count(store, "audit") == [2]


def test_a_document_with_an_identifier_gets_its_first_answer_again(hospital: Hospital, store: Store) -> None:
    named = {**FIRST, "identifier": {"system": "urn:feed", "value": "message 1"}}
    first = hospital.push(named)
    hospital.push(transaction(condition(text="腹膜后脂肪瘤")))
    before = everything(store)
    again = hospital.push(named)
    assert (again.status, again.body) == (first.status, first.body)
    assert everything(store) == before


def test_what_was_corrected_and_corrected_back_counts_as_it_came_last(hospital: Hospital) -> None:
    """Without versions only the order of arrival tells; the bytes that came first are then the newest again."""
    for text in ("腹膜后平滑肌肉瘤", "去分化脂肪肉瘤", "腹膜后平滑肌肉瘤"):
        hospital.push(transaction(patient(), condition(text=text)))
    assert ("histology", "LMS") in hospital.concepts()
    assert ("histology", "DDLPS") not in hospital.concepts()


def test_an_older_version_that_comes_late_is_kept_and_changes_nothing(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), condition(version=2)))
    before = hospital.screening()
    late = transaction(condition(text="去分化脂肪肉瘤", version=1))
    for _ in range(2):
        answer = hospital.push(late)
        assert statuses(answer.body) == ["200"]
        assert "newer version" in json.dumps(answer.body)
    assert hospital.screening() == before
    assert count(store, "resource_version") == [3]


def test_entered_in_error_takes_back_what_was_said(hospital: Hospital) -> None:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    wrong = {"verificationStatus": {"coding": [{"system": system, "code": "entered-in-error"}]}}
    hospital.push(transaction(patient(), condition(version=1)))
    assert hospital.screening()["inScope"]  # type: ignore[index]
    hospital.push(transaction(condition(version=2, **wrong)))
    after = hospital.screening()
    assert after is not None
    assert not after["inScope"]
    assert all(fact["concept"] != "histology" for fact in after["facts"])


def test_a_deleted_resource_says_nothing_more_until_it_comes_again(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient(), condition(version=3)))
    gone = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "DELETE", "url": "Condition/c1"}}],
    }
    assert statuses(hospital.push(gone).body) == ["204"]
    assert statuses(hospital.push(gone).body) == ["204"]
    assert ("histology", "LMS") not in hospital.concepts()
    hospital.push(transaction(condition(version=2)))
    assert ("histology", "LMS") not in hospital.concepts()
    hospital.push(transaction(condition(version=4)))
    assert ("histology", "LMS") in hospital.concepts()
    assert count(store, "resource_version") == [5]


def test_a_history_is_taken_in_as_it_happened_though_it_tells_the_newest_first(hospital: Hospital) -> None:
    told = bundle("history", condition(version=2), condition(version=1))
    for entry in told["entry"]:
        entry |= {"request": {"method": "PUT", "url": "Condition/c1"}, "response": {"status": "200"}}
    gone = {"request": {"method": "DELETE", "url": "Condition/c1"}, "response": {"status": "204"}}
    told["entry"].insert(0, gone)
    hospital.push(transaction(patient()))
    assert hospital.push(told).status == 200
    assert ("histology", "LMS") not in hospital.concepts()
    hospital.push(transaction(condition(version=1)))
    assert ("histology", "LMS") not in hospital.concepts()


@pytest.mark.parametrize(
    ("url", "status", "told"),
    [
        ("Condition/none", "204", "there was nothing to take back"),
        ("Condition?identifier=urn:n|1", "204", "there was nothing to take back"),
        ("Condition?code=x", "422", "Which resource is gone cannot be known"),
    ],
)
def test_a_deletion_that_takes_nothing_back_says_so(hospital: Hospital, url: str, status: str, told: str) -> None:
    hospital.push(transaction(patient(), condition()))
    asked = {"resourceType": "Bundle", "type": "batch", "entry": [{"request": {"method": "DELETE", "url": url}}]}
    answer = hospital.push(asked)
    assert statuses(answer.body) == [status]
    assert told in json.dumps(answer.body)
    assert ("histology", "LMS") in hospital.concepts()


def test_a_bundle_within_a_bundle_is_let_go_and_told_at_its_place(hospital: Hospital) -> None:
    inner = {**bundle("collection", condition()), "id": "b"}
    answer = hospital.push(bundle("batch", patient(), inner))
    assert statuses(answer.body) == ["201", "202"]
    (issue, _) = answer.body["entry"][1]["response"]["outcome"]["issue"]
    assert (issue["severity"], issue["expression"]) == ("warning", ["Bundle.entry[1].resource"])
    assert hospital.concepts() != []
    assert ("histology", "LMS") not in hospital.concepts()


def test_a_transaction_with_an_unreadable_entry_is_refused_whole(hospital: Hospital, store: Store) -> None:
    document = transaction(patient(), born_on_30_february())
    answer = hospital.push(document)
    assert answer.status == 422
    assert answer.body["resourceType"] == "OperationOutcome"
    assert answer.body["issue"][0]["expression"] == ["Bundle.entry[1].resource.birthDate"]
    assert count(store, "resource_version", "reading", "patient", "outbox", "let_go") == [0, 0, 0, 0, 0]
    with store.read() as connection:
        (kept,) = quarantined.set_aside(connection, "generic")
    assert json.loads(kept.raw) == document
    assert kept.issues


@pytest.mark.parametrize("kind", ["batch", "collection", "searchset"])
def test_elsewhere_an_unreadable_entry_costs_only_itself(hospital: Hospital, store: Store, kind: str) -> None:
    answer = hospital.push(bundle(kind, patient(), born_on_30_february(), condition()))
    assert answer.status == 200
    assert "birthDate" in json.dumps(answer.body)
    assert hospital.screening() is not None
    assert hospital.screening("Patient/2") is None
    with store.read() as connection:
        (kept,) = quarantined.set_aside(connection, "generic")
    assert kept.place == "Bundle.entry[1].resource"
    assert json.loads(kept.raw)["id"] == "2"


def test_a_batch_is_answered_entry_by_entry_in_its_order(hospital: Hospital) -> None:
    hospital.push(transaction(patient()))
    asked = bundle("batch", condition(), born_on_30_february(), encounter(), patient())
    asked["entry"][1:1] = [
        {"request": {"method": "GET", "url": "Patient/1"}},
        {"request": {"method": "PATCH", "url": "Patient/1"}},
        "no entry at all",
    ]
    answer = hospital.push(asked)
    assert statuses(answer.body) == ["201", "200", "501", "422", "422", "202", "200"]
    responses = [entry["response"] for entry in answer.body["entry"]]
    assert ["location" in response for response in responses] == [True, False, False, False, False, False, True]
    assert all(response["outcome"]["resourceType"] == "OperationOutcome" for response in responses[2:6])
    assert check(json.loads(msgspec.json.encode(answer.body))) == []


def test_a_transaction_answers_what_it_asks_for_after_all_else_was_taken(hospital: Hospital) -> None:
    asked = transaction(patient())
    asked["entry"].insert(0, {"request": {"method": "GET", "url": "Patient/1"}})
    answer = hospital.push(asked)
    assert statuses(answer.body) == ["200", "201"]
    assert json.loads(bytes(answer.body["entry"][0]["resource"])) == patient()


def test_a_transaction_with_an_entry_that_neither_holds_nor_asks_is_refused_whole(
    hospital: Hospital, store: Store
) -> None:
    asked = transaction(patient())
    asked["entry"].append({"request": {"method": "PATCH", "url": "Patient/1"}})
    answer = hospital.push(asked)
    assert answer.status == 422
    assert count(store, "resource_version") == [0]


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (encounter(), 202),
        (bundle("collection", encounter(), encounter("e2")), 202),
        (transaction(encounter()), 200),
        (patient(), 200),
        (bundle("collection", patient(), encounter()), 200),
        (bundle("searchset"), 200),
        (bundle("batch"), 200),
        (transaction(), 200),
        ({"resourceType": "Bundle", "type": "batch-response"}, 200),
        ({"resourceType": "Parameters", "parameter": [{"name": "r", "resource": transaction(patient())}]}, 200),
        ({"resourceType": "Parameters", "parameter": [{"name": "r", "resource": born_on_30_february()}]}, 422),
        (born_on_30_february(), 422),
        (bundle("collection", born_on_30_february()), 422),
        (bundle("batch", born_on_30_february()), 200),
        ({"resourceType": "NoSuchType", "id": "1"}, 422),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, 422),
        ({"id": "1"}, 422),
        (b'{"resourceType": "Patient"', 400),
        (b"", 400),
        (b" \n", 400),
        (b"<Patient/>", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b'{"resourceType":"Patient","id":"\xb2"}', 400),
        (b"[]", 422),
    ],
)
def test_the_status_says_what_became_of_a_document(hospital: Hospital, document: Node | bytes, status: int) -> None:
    answer = hospital.push(document)
    assert answer.status == status, answer.body
    assert check(answer.body) == []


def test_what_no_view_reads_leaves_type_id_and_hash_alone(hospital: Hospital, store: Store) -> None:
    answer = hospital.push(encounter("secret-free"))
    assert "let go, not checked" in json.dumps(answer.body)
    hospital.push({**encounter(), "id": 5})
    assert count(store, "resource_version", "reading", "quarantine") == [0, 0, 0]
    with store.read() as connection:
        assert trail.let_counts(connection, "generic") == {"Encounter": 2}


def test_what_is_not_mapped_yet_never_fails_a_push_and_is_kept(hospital: Hospital, store: Store) -> None:
    coding = {"system": "urn:local", "code": "unheard-of"}
    seen = {"resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/1"}}
    answer = hospital.push(transaction(patient(), {**seen, "code": {"coding": [coding]}, "valueString": "x"}))
    assert statuses(answer.body) == ["201", "201"]
    assert "Not mapped yet" in json.dumps(answer.body)
    assert "unheard-of" not in json.dumps(answer.body)
    assert count(store, "resource_version") == [2]


def test_a_byte_order_mark_changes_nothing(hospital: Hospital) -> None:
    raw = json.dumps(FIRST).encode()
    assert statuses(hospital.push(b"\xef\xbb\xbf" + raw).body) == ["201", "201"]
    assert statuses(hospital.push(raw).body) == ["200", "200"]


def test_too_many_entries_are_refused_before_any_is_read(store: Store) -> None:
    raw = json.dumps(bundle("collection", *(patient(str(n)) for n in range(4)))).encode()
    answer = push(store, intake(most_entries=3), reader(), raw, NOW)
    assert answer.status == 413
    assert issues(answer.body) == [("error", "too-long")]
    assert push(store, intake(most_entries=4), reader(), raw, NOW).status == 200


def test_a_push_that_fails_amid_its_transaction_leaves_nothing(
    hospital: Hospital, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("natars_fhir.service.ingest.ingest.audit.write", fail)
    with pytest.raises(ZeroDivisionError):
        hospital.push(FIRST)
    assert all(rows == [] for name, rows in everything(store).items() if name != "store")


def test_the_same_unreadable_push_is_kept_apart_once(hospital: Hospital, store: Store) -> None:
    for _ in range(3):
        assert hospital.push(born_on_30_february()).status == 422
    assert count(store, "quarantine", "audit") == [1, 3]


def test_nothing_empty_is_kept_apart(hospital: Hospital, store: Store) -> None:
    hospital.push(b" ")
    with store.read() as connection:
        assert connection.execute(select(quarantine)).all() == []


def test_the_raw_bytes_of_every_version_are_kept(hospital: Hospital, store: Store) -> None:
    from natars_fhir.store.versions import versions

    for version in (1, 2):
        hospital.push(transaction(condition(version=version)))
    with store.read() as connection:
        kept = [json.loads(one.raw) for one in versions(connection, "generic", "Condition/c1")]
    assert kept == [condition(version=1), condition(version=2)]


def test_what_is_told_and_audited_names_no_value(hospital: Hospital, store: Store) -> None:
    planted = patient("planted-id", "PLANTED77", birthDate="1970-13-41")
    told = [hospital.push(bundle(kind, planted, condition(text="PLANTED文"))) for kind in ("batch", "collection")]
    told += [hospital.push(transaction(planted)), hospital.push(planted)]
    said = json.dumps([one.body for one in told], ensure_ascii=False)
    assert "PLANTED" not in said
    assert "1970-13-41" not in said
    with store.read() as connection:
        assert "PLANTED" not in str(
            [vars(act) if hasattr(act, "__dict__") else act for act in audit.acts(connection, "generic")]
        )


def test_versions_readings_and_screenings_name_their_cause(hospital: Hospital, store: Store) -> None:
    hospital.push(FIRST)
    hospital.push(transaction(condition(text="腹膜后去分化脂肪肉瘤")))
    with store.read() as connection:
        causes = connection.execute(select(screening.c.cause).order_by(screening.c.seq)).scalars().all()
        newest = connection.execute(select(func.max(resource_version.c.seq))).scalar()
        hashes = connection.execute(select(reading.c.mapping)).scalars().all()
    assert causes == ["[1, 2]", f"[{newest}]"]
    assert set(hashes) == {reader().mapping.hash}


def test_the_same_bytes_are_read_anew_when_the_mapping_changed_and_are_no_new_version(
    hospital: Hospital, store: Store
) -> None:
    hospital.push(FIRST)
    mapping = replace(reader().mapping, hash="another mapping")
    answer = push(store, intake(), DocumentReader(mapping), json.dumps(FIRST, ensure_ascii=False).encode(), NOW)
    assert statuses(answer.body) == ["200", "200"]
    assert count(store, "resource_version", "screening") == [2, 1]
    with store.read() as connection:
        assert set(connection.execute(select(reading.c.mapping)).scalars()) == {"another mapping"}


def test_an_answer_counts_what_followed(hospital: Hospital) -> None:
    answer: Answer = hospital.push(FIRST)
    assert answer.counts == {"created": 2, "screened": 1, "findings": 1, "letters": 4}
