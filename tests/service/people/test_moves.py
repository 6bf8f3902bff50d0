"""What people cause of a subject is kept and followed, refused with its reason, and told to the site."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from natars_fhir.domain.study import Officer
from natars_fhir.fhir.check import check
from natars_fhir.service.people.moves import Said, allocate, decline, move
from natars_fhir.service.people.subjects import as_json, history, kept_until, may_be_used
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.audit import audit
from natars_fhir.store.tables.subject import subject_move
from tests.service.hospital import NOW, Hospital, condition, intake, mappings, transaction
from tests.service.spoken import WHOLE, HospitalA, push_case, texts
from tests.service.subjects import ASSISTANT, SIGNER, SITE, known, letters, only, say, sign

TODAY = "2024-06-15"


@pytest.fixture
def hospital(store: Store) -> Hospital:
    found = HospitalA(store)
    push_case(found)
    return found


@pytest.fixture
def pseudonym(hospital: Hospital, store: Store) -> str:
    return only(store).pseudonym


def state(store: Store, pseudonym: str) -> str:
    found = known(store, pseudonym)
    assert found is not None
    return found.way.state


def test_a_subject_is_found_by_its_pseudonym_at_its_own_site_alone(store: Store, pseudonym: str) -> None:
    found = known(store, pseudonym)
    assert found is not None
    assert (found.site, found.way.state, found.arm) == (SITE, "screening", None)
    assert known(store, "0" * 32) is None
    other = mappings().sites["hospital-b"]
    assert allocate(store, intake(), other, pseudonym, ("neoadjuvant", None, SIGNER), NOW).status == 404


def test_an_allocation_is_refused_before_the_signature_and_kept_after_it(store: Store, pseudonym: str) -> None:
    refused = say(store, pseudonym, "allocated", arm="neoadjuvant")
    assert (refused.status, texts(refused)) == (422, ["This needs first: an investigator's signature."])
    sign(store)
    assert state(store, pseudonym) == "eligible"
    kept = say(store, pseudonym, "allocated", arm="neoadjuvant", day=TODAY)
    assert (kept.status, texts(kept)) == (201, ["Kept: the subject is on-study now."])
    subject = known(store, pseudonym)
    assert subject is not None
    assert subject.arm is not None
    assert (subject.arm.slug, subject.outcome.screening.phase) == ("neoadjuvant", "allocated")
    told = letters(store, "ResearchSubject")[-1]
    assert (told["status"], told["assignedArm"]) == ("on-study", "The Neoadjuvant Therapy Group")
    assert check(told) == []
    again = say(store, pseudonym, "allocated", arm="surgery-only")
    assert (again.status, texts(again)) == (409, ["This stands already."])


@pytest.mark.parametrize(
    ("said", "status", "text"),
    [
        ({"arm": "none"}, 422, "names an arm of the trial: neoadjuvant, surgery-only"),
        ({"arm": ""}, 422, "names an arm of the trial"),
        ({"arm": "neoadjuvant", "by": "somebody"}, 403, "neither on the site's delegation list"),
        ({"arm": "neoadjuvant", "day": "2024-06-16"}, 422, "from the future"),
        ({"arm": "neoadjuvant", "day": "2022-12-31"}, 403, "neither on the site's delegation list"),
    ],
)
def test_what_cannot_be_an_allocation_is_refused_and_nothing_is_kept(
    store: Store, pseudonym: str, said: dict[str, Any], status: int, text: str
) -> None:
    sign(store)
    answer = say(store, pseudonym, "allocated", **said)
    assert answer.status == status
    assert text in texts(answer)[0]
    assert state(store, pseudonym) == "eligible"


def test_people_of_the_trial_office_may_allocate_and_may_not_open_a_screening(store: Store, pseudonym: str) -> None:
    sign(store)
    here = replace(intake(), study=replace(intake().study, office=(Officer("办公室丙（虚构）"),)))
    site = mappings().sites[SITE]
    opened = move(store, here, site, pseudonym, Said("opened", "办公室丙（虚构）", reason="x"), NOW)
    assert (opened.status, texts(opened)) == (403, ["To say this is for: coordinator, investigator."])
    told = move(store, here, site, pseudonym, Said("allocated", "办公室丙（虚构）", arm="surgery-only"), NOW)
    assert told.status == 201


def test_a_move_needs_its_reason_and_a_cause_of_the_trial_file(store: Store, pseudonym: str) -> None:
    assert texts(say(store, pseudonym, "opened", reason=" ")) == ["This needs its reason."]
    assert texts(say(store, pseudonym, "nonsense")) == ["No person can say this: it follows from the data."]
    assert texts(say(store, pseudonym, "died")) == ["No person can say this: it follows from the data."]
    assert texts(say(store, pseudonym, "completed")) == ["A subject who is screening cannot be moved by this."]


def test_the_site_hears_the_whole_way_with_days_and_causes(store: Store, pseudonym: str) -> None:
    sign(store)
    say(store, pseudonym, "submitted", by=ASSISTANT)
    say(store, pseudonym, "allocated", arm="neoadjuvant")
    told = letters(store, "ResearchSubject")[-1]
    steps = [{one["url"]: one for one in entry["extension"]} for entry in told["extension"]]
    shown = [step["subjectState"]["valueCodeableConcept"]["coding"][0]["code"] for step in steps]
    assert shown[-4:] == ["screening", "eligible", "pending-on-study", "on-study"]
    assert [step["startDate"]["valueDateTime"] for step in steps[1:]] == [
        step["endDate"]["valueDateTime"] for step in steps[:-1]
    ]
    assert "endDate" not in steps[-1]
    assert "分组" in json.dumps(steps[-1], ensure_ascii=False) or "入组" in json.dumps(steps[-1], ensure_ascii=False)
    assert told["period"]["start"] == steps[0]["startDate"]["valueDateTime"]


@pytest.mark.parametrize("what", ["treatment", "follow-up"])
def test_who_withdraws_from_treatment_or_follow_up_is_censored_that_day(
    store: Store, pseudonym: str, what: str
) -> None:
    sign(store)
    say(store, pseudonym, "allocated", arm="surgery-only", day="2024-06-10")
    assert say(store, pseudonym, f"withdrew-{what}", day="2024-06-14").status == 201
    subject = known(store, pseudonym)
    assert subject is not None
    assert (kept_until(subject), may_be_used(subject)) == (date(2024, 6, 14), True)
    told = letters(store, "ResearchSubject")[-1]
    assert (told["status"], told["period"]["end"]) == ("off-study", "2024-06-14")


def test_after_the_use_of_data_is_withdrawn_only_the_end_is_told(
    hospital: Hospital, store: Store, pseudonym: str
) -> None:
    assert say(store, pseudonym, "withdrew-use").status == 201
    subject = known(store, pseudonym)
    assert subject is not None
    assert (subject.way.state, may_be_used(subject), kept_until(subject)) == ("withdrawn", False, None)
    told = letters(store, "ResearchSubject")[-1]
    assert told["status"] == "withdrawn"
    assert not {"consent", "assignedArm", "extension", "period"} & set(told)
    before = {kind: len(letters(store, kind)) for kind in ("ResearchSubject", "Task", "ResearchStudy")}
    push_case(hospital)
    hospital.push(transaction(condition("lung", "肺癌", of=WHOLE)))
    assert before == {kind: len(letters(store, kind)) for kind in before}


def test_a_withdrawal_that_was_a_mistake_is_struck_out_and_stays_in_the_history(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "withdrew-use")
    day_after = NOW + timedelta(days=1)
    answer = say(store, pseudonym, "corrected", now=day_after, strikes="withdrew-use")
    assert texts(answer) == ["Kept: the subject is screening now."]
    subject = known(store, pseudonym, day_after)
    assert subject is not None
    assert may_be_used(subject)
    with store.read() as connection:
        events, stood, _ = history(connection, subject)
    assert [one.cause for one in events if one.by] == ["withdrew-use", "corrected"]
    assert [one.state for one in stood][-2:] == ["withdrawn", "screening"]


def test_an_allocation_that_was_a_mistake_is_struck_out_of_the_record_too(store: Store, pseudonym: str) -> None:
    sign(store)
    say(store, pseudonym, "allocated", arm="neoadjuvant")
    say(store, pseudonym, "corrected", strikes="allocated", now=NOW + timedelta(hours=1))
    subject = known(store, pseudonym)
    assert subject is not None
    assert (subject.way.state, subject.arm, subject.outcome.screening.phase) == ("eligible", None, "screening")
    assert say(store, pseudonym, "allocated", arm="surgery-only", now=NOW + timedelta(hours=2)).status == 201
    assert letters(store, "ResearchSubject")[-1]["assignedArm"] == "The Surgery only Group"


def test_a_correction_of_the_record_leads_the_way_anew(hospital: Hospital, store: Store, pseudonym: str) -> None:
    surgery = {
        "resourceType": "Procedure",
        "id": "op-1",
        "status": "completed",
        "subject": {"reference": "Patient/a-102"},
        "performedDateTime": "2024-06-12",
        "code": {
            "coding": [{"system": "https://his.hospital-a.example/fhir/CodeSystem/operations", "code": "PW-RPS-01"}]
        },
    }
    sign(store)
    say(store, pseudonym, "allocated", arm="surgery-only", day="2024-06-10")
    hospital.push(transaction(surgery))
    assert state(store, pseudonym) == "follow-up"
    hospital.push(transaction({**surgery, "status": "entered-in-error", "meta": {"versionId": "2"}}))
    assert state(store, pseudonym) == "on-study"
    statuses = [one["status"] for one in letters(store, "ResearchSubject")]
    assert statuses[-3:] == ["on-study", "follow-up", "on-study"]


def test_an_act_leaves_a_row_of_the_audit_that_names_nobody(store: Store, pseudonym: str) -> None:
    say(store, pseudonym, "opened")
    say(store, pseudonym, "a patient's name")
    with store.read() as connection:
        rows = connection.execute(select(audit.c.act, audit.c.counts, audit.c.status)).all()
    acts = [row.act for row in rows][-2:]
    assert acts == ["subject opened", "subject"]
    assert SIGNER not in str(rows)
    assert pseudonym not in str(rows[-1].counts)


def test_a_request_is_declined_once_and_not_without_a_reason(store: Store, pseudonym: str) -> None:
    site = mappings().sites[SITE]
    assert decline(store, intake(), site, pseudonym, "somebody", "no", NOW).status == 403
    assert decline(store, intake(), site, "0" * 32, SIGNER, "no", NOW).status == 404


def test_a_subject_as_json_holds_no_value_of_the_patient(store: Store, pseudonym: str) -> None:
    found = known(store, pseudonym)
    assert found is not None
    told = as_json(found)
    assert (told["pseudonym"], told["state"], told["arm"], told["mayBeUsed"]) == (pseudonym, "screening", None, True)
    assert "A-102" not in json.dumps(told)
    assert "a-102" not in json.dumps(told)


def test_the_same_verdict_is_noticed_once(hospital: Hospital, store: Store, pseudonym: str) -> None:
    push_case(hospital)
    push_case(hospital)
    with store.read() as connection:
        rows = connection.execute(select(subject_move.c.cause)).scalars().all()
    assert len(rows) == len([one for at, one in enumerate(rows) if at == 0 or rows[at - 1] != one])
