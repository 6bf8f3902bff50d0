"""A line follows whatever happens to a patient, and the counts above the list are those of the log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from natars_fhir.service.people.moves import Said, move
from natars_fhir.service.screening.daily import rescreen_due
from natars_fhir.service.worklist.log import log_of
from natars_fhir.service.worklist.worklist_page import fill, found, listed, yesterday
from natars_fhir.store import worklist
from natars_fhir.store.engine import Store
from natars_fhir.store.worklist import Asked, Line
from tests.service.hospital import NOW, Hospital, condition, intake, mappings, patient, transaction
from tests.service.spoken import INVESTIGATOR, WHOLE, HospitalA, answers, hear, item, push_case, site
from tests.service.subjects import say, sign

LATER = NOW + timedelta(days=3)


@pytest.fixture
def hospital(store: Store) -> Hospital:
    made = HospitalA(store)
    push_case(made)
    return made


def lines(store: Store) -> dict[str, Line]:
    with store.read() as connection:
        return {one.key: one for one in worklist.page(connection, "hospital-a", Asked(), 0, 99)}


def of_log(store: Store) -> tuple[object, ...]:
    counts = log_of(store, mappings().study, "hospital-a", NOW).consort
    excluded_by = {name: count for name, count in counts.excluded_by.items() if name != "died or withdrew"}
    return (
        counts.looked_at, counts.in_scope, counts.excluded, counts.undetermined, counts.candidate, counts.eligible,
        counts.allocated, counts.off_study, counts.left, excluded_by,
    )  # fmt: skip


def of_list(store: Store) -> tuple[object, ...]:
    told = listed(store, "hospital-a", Asked(), 1, NOW).counts
    at = {name: told.places.get(name, 0) for name in ("excluded", "undetermined", "candidate", "eligible", "left")}
    off = told.places.get("off-study", 0)
    return (
        told.known, told.in_scope, at["excluded"], at["undetermined"], at["candidate"], at["eligible"],
        told.places.get("allocated", 0) + off, off, at["left"], dict(told.bars),
    )  # fmt: skip


def test_a_line_says_where_the_patient_stands_and_for_what_a_person_is_waited_for(hospital: Hospital) -> None:
    line = lines(hospital.store)[WHOLE]
    assert (line.place, line.verdict, line.bars, line.open, line.waits) == ("candidate", "candidate", (), (), ("sign",))
    assert line.number == "BA0000102"
    assert line.changed == line.came == NOW


def test_a_statement_changes_the_line_and_brings_no_data(hospital: Hospital, store: Store) -> None:
    hear(store, answers(item("I-15", "no", "MDT of 14 June"), authored="2024-06-18T09:00:00+08:00"), LATER)
    line = lines(store)[WHOLE]
    assert (line.place, line.bars, line.verdict) == ("excluded", ("I-15",), "candidate")
    assert (line.changed, line.came) == (LATER, NOW)
    hear(store, answers(status="completed", of=WHOLE, by=INVESTIGATOR), NOW)
    assert of_list(store) == of_log(store)


def test_a_signature_moves_the_patient_to_the_eligible(hospital: Hospital, store: Store) -> None:
    hear(store, answers(status="completed", by=INVESTIGATOR))
    assert (lines(store)[WHOLE].place, lines(store)[WHOLE].waits) == ("eligible", ())
    assert of_list(store) == of_log(store)


def test_an_arm_moves_the_patient_to_the_allocated(hospital: Hospital, store: Store) -> None:
    sign(store)
    assert say(store, lines(store)[WHOLE].pseudonym, "allocated", arm="neoadjuvant", day="2024-06-15").status == 201
    assert lines(store)[WHOLE].place == "allocated"
    assert of_list(store) == of_log(store)


def test_the_same_again_leaves_when_the_findings_changed(hospital: Hospital, store: Store) -> None:
    hospital.push(patient("7"))
    hospital.push(transaction(patient("7", version=2), condition("c7", of="Patient/7")), LATER)
    hospital.push(patient("7", version=3, maritalStatus={"text": "married"}), LATER + timedelta(hours=1))
    line = lines(store)["Patient/7"]
    assert (line.changed, line.came) == (LATER, LATER + timedelta(hours=1))
    rescreen_due(store, intake(), site(), LATER + timedelta(days=9))
    assert lines(store)["Patient/7"] == line


def test_who_leaves_the_scope_leaves_the_list_and_is_counted_there(hospital: Hospital, store: Store) -> None:
    hospital.push(transaction(patient("7"), condition("c7", of="Patient/7", version=1)))
    assert "Patient/7" in lines(store)
    gone = {"coding": [{"code": "entered-in-error"}]}
    hospital.push(condition("c7", of="Patient/7", version=2, verificationStatus=gone))
    assert "Patient/7" not in lines(store)
    assert listed(store, "hospital-a", Asked(), 1, NOW).counts.places["left"] == 1
    assert of_list(store) == of_log(store)


def test_two_who_turn_out_to_be_one_have_one_line(hospital: Hospital, store: Store) -> None:
    for ident in ("7", "8"):
        hospital.push(transaction(patient(ident), condition(f"c{ident}", of=f"Patient/{ident}")))
    assert {"Patient/7", "Patient/8"} <= lines(store).keys()
    link = {"other": {"reference": "Patient/7"}, "type": "replaces"}
    hospital.push(patient("8", version=2, link=[link]))
    assert len({"Patient/7", "Patient/8"} & lines(store).keys()) == 1
    assert of_list(store) == of_log(store)


def test_whose_data_may_not_be_used_is_counted_and_not_shown(hospital: Hospital, store: Store) -> None:
    pseudonym = lines(store)[WHOLE].pseudonym
    move(store, intake(), site(), pseudonym, Said("withdrew-use", INVESTIGATOR, reason="asked to"), NOW)
    assert WHOLE not in lines(store)
    assert listed(store, "hospital-a", Asked(), 1, NOW).counts.hidden == 1
    assert found(store, site(), "BA0000102", NOW) == ()
    assert of_list(store) == of_log(store)


def test_what_is_new_since_yesterday_stands_beside_the_line(hospital: Hospital, store: Store) -> None:
    (row,) = listed(store, "hospital-a", Asked(), 1, NOW).rows
    assert [one.act for one in row.news] == ["push"]
    (row,) = listed(store, "hospital-a", Asked(), 1, LATER).rows
    assert row.news == ()
    hear(store, answers(item("I-15", "no", "MDT"), authored="2024-06-18T09:00:00+08:00"), LATER)
    (row,) = listed(store, "hospital-a", Asked(), 1, LATER).rows
    assert next(one.told() for one in row.news).endswith("candidate → ineligible")


def test_a_page_that_there_is_not_is_the_last_one(hospital: Hospital, store: Store) -> None:
    for asked in (0, 1, 99):
        here = listed(store, "hospital-a", Asked(), asked, NOW)
        assert (here.page, here.pages, len(here.rows)) == (1, 1, 1)
    empty = listed(store, "hospital-a", Asked(place="eligible"), 5, NOW)
    assert (empty.page, empty.total) == (1, 0)


@pytest.mark.parametrize("number", ["BA0000102", "0102", "a-102", "Patient/a-102"])
def test_a_patient_is_found_by_number_or_key(hospital: Hospital, number: str) -> None:
    assert [row.line.key for row in found(hospital.store, site(), number, NOW)] == [WHOLE]


def test_a_store_that_knew_no_lines_is_given_them(hospital: Hospital, store: Store) -> None:
    before = lines(store)
    with store.write() as connection:
        worklist.drop(connection, "hospital-a", [WHOLE])
    assert fill(store, intake(), site(), LATER) == 1
    assert lines(store) == before
    assert fill(store, intake(), site(), LATER) == 0


def test_yesterday_begins_at_midnight_in_beijing() -> None:
    assert yesterday(NOW).isoformat() == "2024-06-14T00:00:00+08:00"
