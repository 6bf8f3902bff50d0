"""Whoever withdrew the use of the data is forgotten: nothing of the person is left, anywhere, and it stays so."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.people.moves import follow
from natars_fhir.service.people.subjects import subjects_of
from natars_fhir.service.upkeep.purge import apply_tombstones, certificates, gathered, purge, tomb
from natars_fhir.service.worklist.log import tell_log
from natars_fhir.service.worklist.worklist import screening_of
from natars_fhir.store import forgetting
from natars_fhir.store.engine import Store
from natars_fhir.store.forgetting import KEPT, OWN_WAY
from natars_fhir.store.packed import digest, unpack
from natars_fhir.store.tables.audit import audit
from natars_fhir.store.tables.core import metadata, outbox, parcel, quarantine
from tests.service.exporting import Desk, of_site
from tests.service.hospital import KEY, NOW, Hospital, Node, condition, intake, mappings, patient, statuses, transaction
from tests.service.spoken import HospitalA, answers, hear, item, texts
from tests.service.subjects import ASSISTANT, SIGNER, SITE, known, letters, only, say

NUMBER = "https://his.hospital-a.example/fhir/NamingSystem/patient-number"
LATER = NOW + timedelta(days=30)
#: What must not be found anywhere afterwards.
MARKS = ("Zq-777", "Patient/zq-7", "c-zq-7", "张赵钱孙李", "o-zq-7", "qr-1", "gone-zq-7")


def she(version: int = 1, **more: Any) -> Node:
    numbers = {"identifier": [{"system": NUMBER, "value": "Zq-777"}], "name": [{"text": "张赵钱孙李"}]}
    return patient("zq-7", version=version, **numbers, **more)


def strange(ident: str = "o-zq-7") -> Node:
    """A result of hers whose text nobody understands."""
    code = {"text": "张赵钱孙李的特殊检查"}
    whose = {"subject": {"reference": "Patient/zq-7"}}
    return {"resourceType": "Observation", "id": ident, "status": "final", "code": code, **whose, "valueString": "x"}


@pytest.fixture
def hospital(store: Store) -> Hospital:
    """Hospital A, with two patients; of the first everything that can be kept is kept somewhere."""
    found = HospitalA(store)
    found.push(transaction(patient("2", "22"), condition("c2", of="Patient/2")))
    mine = transaction(she(), condition("c-zq-7", of="Patient/zq-7"), strange())
    found.push({**mine, "identifier": {"system": "urn:feed", "value": "message 1"}})
    found.push(transaction(condition("gone-zq-7", of="Patient/zq-7")))
    delete = {"request": {"method": "DELETE", "url": "Condition/gone-zq-7"}}
    found.push({"resourceType": "Bundle", "type": "transaction", "entry": [delete]})
    found.push(transaction(condition("broken", of="Patient/zq-7", onsetDateTime="2024-02-31")))
    return found


@pytest.fixture
def pseudonym(hospital: Hospital, store: Store) -> str:
    found = [one for one in everybody(store) if "zq-7" in one.key or any("Zq-777" in name for name in one.names)]
    hear(store, answers(item("I-15", "yes", "MDT 张赵钱孙李"), of="Patient/zq-7"))
    return found[0].pseudonym


def everybody(store: Store) -> list[Any]:
    with store.read() as connection:
        return list(subjects_of(connection, intake(), mappings().sites[SITE], NOW))


def forget(store: Store, pseudonym: str, by: str = SIGNER, reason: str = "she asked for it") -> Any:
    with_no_server = mappings().sites[SITE].model_copy(update={"endpoint": None})
    return purge(store, intake(), with_no_server, pseudonym, (by, reason), LATER)


def found_of(store: Store, marks: tuple[str, ...] = MARKS) -> list[tuple[str, str]]:
    """Every table in which a mark stands, packed or not."""
    found = []
    with store.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).all():
                text = "\n".join(map(_opened, row))
                found += [(table.name, mark) for mark in marks if mark in text]
    return sorted(set(found))


def _opened(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        raw = unpack(value)
    except zlib.error:
        raw = value
    text = raw.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False) + text
    except ValueError:
        return text


def test_it_is_refused_before_the_use_of_data_was_withdrawn(store: Store, pseudonym: str) -> None:
    assert [one.code for one in forget(store, pseudonym).issues] == ["business-rule"]
    say(store, pseudonym, "withdrew-follow-up")
    assert forget(store, pseudonym).certificate is None


@pytest.mark.parametrize(("by", "reason", "code"), [("nobody", "x", "forbidden"), (SIGNER, " ", "required")])
def test_it_needs_a_person_of_the_list_and_a_reason(
    store: Store, pseudonym: str, by: str, reason: str, code: str
) -> None:
    say(store, pseudonym, "withdrew-use")
    assert [one.code for one in forget(store, pseudonym, by, reason).issues] == [code]
    assert found_of(store)


def test_it_waits_until_the_sites_server_has_heard_the_end(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use")
    site = mappings().sites[SITE]
    assert site.endpoint is not None
    waits = purge(store, intake(), site, pseudonym, (SIGNER, "she asked for it"), LATER)
    assert [one.code for one in waits.issues] == ["transient"]
    with store.write() as connection:
        connection.execute(outbox.update().values(state="done"))
    assert purge(store, intake(), site, pseudonym, (SIGNER, "she asked for it"), LATER).certificate is not None


def test_nothing_of_the_person_is_left_and_the_certificate_says_what_was_where(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use", by=ASSISTANT)
    before = {table for table, _ in found_of(store)}
    assert {"reading", "parcel", "screening", "quarantine", "gap", "outbox", "answered", "attestation"} <= before
    told = forget(store, pseudonym).certificate
    assert found_of(store) == []
    assert found_of(store, (SIGNER, ASSISTANT)) == []
    removed = told["removed"]
    assert before - {"parcel", "patient_name"} <= {*removed, "patient_name"}
    assert {"resource_version", "patient", "patient_name", "subject_move", "subject_state"} <= set(removed)
    assert all(count > 0 for count in removed.values())
    assert told["digest"] == digest(_without(told, "digest"))
    assert (told["pseudonym"], told["site"], told["reason"]) == (pseudonym, SITE, "she asked for it")
    assert SIGNER not in json.dumps(told, ensure_ascii=False)


def _without(told: dict[str, Any], name: str) -> bytes:
    return msgspec.json.encode({key: value for key, value in told.items() if key != name})


def test_what_a_site_asked_for_besides_goes_too_and_its_log_is_made_anew(store: Store, pseudonym: str) -> None:
    also = ("Observation", "QuestionnaireResponse", "Provenance", "List")
    asks = mappings().sites[SITE].model_copy(update={"endpoint": Endpoint(url="https://a.example", also=also)})
    subject = known(store, pseudonym)
    assert subject is not None
    with store.write() as connection:
        assert follow(connection, intake(), asks, subject, "day", NOW) > 0
    assert tell_log(store, intake(), asks, NOW) == 1
    assert all(letters(store, kind) for kind in also)
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    assert found_of(store, (*MARKS, pseudonym)) == [
        ("audit", pseudonym),
        ("certificate", pseudonym),
        ("tombstone", pseudonym),
    ]
    assert tell_log(store, intake(), asks, LATER) == 1
    assert [len(one["entry"]) for one in letters(store, "List")] == [1]


def test_the_other_patients_stay_as_they_are(hospital: Hospital, store: Store, pseudonym: str) -> None:
    before = screening_of(store, mappings().study, SITE, "Patient/2", NOW)
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    assert screening_of(store, mappings().study, SITE, "Patient/2", NOW) == before
    assert [one.key for one in everybody(store)] == [only(store).key]
    with store.read() as connection:
        bodies = [unpack(body) for body in connection.execute(select(parcel.c.body)).scalars()]
    assert any(b'"c2"' in body for body in bodies)


def test_asked_again_it_gives_the_same_certificate(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use")
    first = forget(store, pseudonym).certificate
    assert forget(store, pseudonym).certificate == first
    with store.read() as connection:
        assert certificates(connection, SITE) == [first]
    assert [one.code for one in forget(store, "0" * 32).issues] == ["not-found"]
    assert known(store, pseudonym) is None


def test_whatever_comes_of_the_person_later_is_let_go_and_told(
    hospital: Hospital, store: Store, pseudonym: str
) -> None:
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    answer = hospital.push(transaction(she(version=2), condition("new", of="Patient/zq-7")))
    assert statuses(answer.body) == ["202", "202"]
    said = [entry["response"]["outcome"]["issue"][0]["diagnostics"] for entry in answer.body["entry"]]
    assert all("forgotten here" in text for text in said)
    assert len(said) == 2
    hospital.push(transaction(strange()))  # nobody understands it: whose it is, only its bytes tell
    hospital.push(transaction(condition("broken", of="Patient/zq-7", onsetDateTime="2024-02-31")))
    collection = {
        **transaction(strange("strange-2"), condition("broken-2", of="Patient/zq-7", onsetDateTime="x")),
        "type": "batch",
    }
    hospital.push(collection)
    assert found_of(store, (*MARKS, "new", "strange-2", "broken-2")) == []


def test_the_person_under_a_new_record_number_of_the_server_is_known_by_the_old_identifier(
    hospital: Hospital, store: Store, pseudonym: str
) -> None:
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    moved = {**she(), "id": "moved-88"}
    hospital.push(transaction(moved, condition("zz-88", of="Patient/moved-88")))
    hospital.push(transaction(condition("zz-89", of="Patient/moved-88")))
    assert found_of(store, (*MARKS, "moved-88", "zz-88", "zz-89")) == []
    other = hospital.push(transaction(patient("3", "33"), condition("c3", of="Patient/3")))
    assert statuses(other.body) == ["201", "201"]


def test_after_a_restore_of_an_older_backup_the_tombstones_forget_again(
    hospital: Hospital, store: Store, pseudonym: str
) -> None:
    say(store, pseudonym, "withdrew-use")
    with store.read() as connection:
        backup = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
            if table.name not in ("tombstone", "certificate", "audit")
        }
    forget(store, pseudonym)
    with store.write() as connection:
        for table in reversed(list(backup)):
            connection.execute(table.delete())
        for table, rows in backup.items():
            if rows:
                connection.execute(table.insert(), rows)
    assert found_of(store)
    with store.write() as connection:
        removed = apply_tombstones(connection, KEY, LATER)
    assert found_of(store) == []
    assert {"reading", "screening", "outbox"} <= set(removed[SITE])
    with store.write() as connection:
        assert apply_tombstones(connection, KEY, LATER) == {}


def test_a_tombstone_tells_nothing_without_the_key(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    with store.read() as connection:
        buried = forgetting.hashes(connection, SITE)
    assert set(buried.values()) == {pseudonym}
    assert tomb(KEY, SITE, "Patient/zq-7") in buried
    assert tomb(bytes(32), SITE, "Patient/zq-7") not in buried
    assert tomb(KEY, "hospital-b", "Patient/zq-7") not in buried


def test_a_number_that_only_begins_like_hers_is_another_patients(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(condition("broken", of="Patient/zq-77", onsetDateTime="2024-02-31")))
    with store.read() as connection:
        person = gathered(connection, SITE, {"Patient/zq-7"}, {"none"})
        numbers = connection.execute(select(quarantine.c.seq).order_by(quarantine.c.seq)).scalars().all()
    assert person.quarantined == {numbers[0]}


def test_every_table_is_emptied_of_a_person_or_says_why_not() -> None:
    decided = set(KEPT) | set(OWN_WAY)
    left = [one.name for one in metadata.sorted_tables if one.name not in decided and "site" not in one.c]
    assert left == []
    undecided = [
        one.name
        for one in metadata.sorted_tables
        if one.name not in decided and not {"key", "patient"} & {*one.c.keys()}
    ]
    assert undecided == []
    assert decided <= set(metadata.tables)


def test_the_audit_says_that_it_was_done_and_names_nobody(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    with store.read() as connection:
        row = connection.execute(select(audit).order_by(audit.c.seq.desc())).first()
    assert row is not None
    assert row.act == "purge"
    assert json.loads(row.counts)["removed"] > 0


def test_texts_of_an_answer_do_not_tell_who_is_forgotten(hospital: Hospital, store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use")
    forget(store, pseudonym)
    answer = hospital.push({**she(version=3)})
    assert answer.status == 202
    assert not any(mark in " ".join(texts(answer)) for mark in MARKS)


def test_exports_that_hold_the_person_go_too_and_clients_are_told_to_delete(
    store: Store, pseudonym: str, tmp_path: Path
) -> None:
    say(store, pseudonym, "withdrew-use")
    desk = Desk(store, tmp_path)
    desk.trial.has(SITE, pseudonym, {"resourceType": "Patient", "id": "hers"})
    whole, others = desk.made(), desk.made(of_site("hospital-b"))
    made = forget(store, pseudonym).certificate
    assert made is not None
    assert (made["removed"]["export_job"], made["removed"]["export_known"]) == (1, 1)
    assert [path.name for path in desk.folder.iterdir()] == [others.job.id]
    gone = desk.look(whole.job.id)
    assert (gone.job.state, gone.told["output"]) == ("purged", [])
    for table in ("export_known", "export_subject", "export_job", "export_file"):
        with store.read() as connection:
            rows = connection.execute(select(metadata.tables[table])).all()
        assert pseudonym not in str(rows), table
    desk.trial.withheld = {pseudonym: "neo"}
    assert desk.made(since=whole.at).deleted() == ["Patient/hers"]
    del desk.trial.records[SITE][pseudonym]
    assert desk.made(since=whole.at).deleted() == ["Patient/hers"]
