"""Tables: what their rows say, that they hold no calendar date and no name, and that every column is explained."""

from __future__ import annotations

import re
from dataclasses import astuple
from decimal import Decimal

import pytest

from natars_fhir.domain.interval import Interval, number
from natars_fhir.domain.record import Fact
from natars_fhir.export import tables
from natars_fhir.export.dictionary import TABLES, dictionary
from tests.domain.endpoints.course import BORN, NEO, SURGERY_ONLY, complication, cycle, seen
from tests.domain.trial_patients import fact
from tests.export.made import ALLOCATED_EARLY, EVERYBODY, A, B, C, D, subject

MADE = {
    name: list(rows)
    for name, rows in tables.every(EVERYBODY, 102, {("hospital-b", NEO): 2, ("hospital-a", ""): 1}).items()
}
KINDS = {"text": str, "whole": int, "number": Decimal}


def test_a_row_a_subject_tells_the_registered_endpoints() -> None:
    first, second, third, fourth = MADE["subjects"]
    assert (first.arm, first.sex, first.age, first.sets) == (NEO, "female", 58, "ENROLLED TREATED-NEO OPERATED")
    assert (first.days_to_surgery, first.pfs_days, first.pfs_event, first.os_days, first.os_event) == (
        68, 200, 1, 400, 1,
    )  # fmt: skip
    assert (first.cycles, first.visits_due, first.visits_done, first.worst_grade_low) == (1, 2, 1, 3)
    assert (first.morbidity_30, first.morbidity_90, first.morbidity_365) == ("IIIb", "IIIb", "IIIb")
    assert (second.arm, second.pfs_event, second.os_days, second.morbidity_30) == (SURGERY_ONLY, 0, 800, "none")
    assert (third.never_operated, third.pfs_days, third.morbidity_30) == ("pending", None, "")
    assert (fourth.os_event, fourth.os_days, fourth.morbidity_30) == (1, None, "unknown")


@pytest.mark.parametrize(
    ("facts", "morbidity"),
    [
        ((complication(5, "II"),), ">=II"),
        ((complication(5, "II"), seen(31)), "II"),
        ((seen(31),), "none"),
        ((), "unknown"),
    ],
)
def test_morbidity_is_none_only_of_who_was_followed(facts: tuple[Fact, ...], morbidity: str) -> None:
    made = subject(
        "x", *[one for one in B.record.facts if one.concept not in ("last-known-alive", "disease-assessment")], *facts
    )
    (row,) = tables.by_subject([made])
    assert row.morbidity_30 == morbidity


def test_a_row_a_time_is_an_adtte_row() -> None:
    (row,) = [one for one in MADE["times"] if (one.subject, one.paramcd) == ("aaaa", "PFS")]
    assert (row.aval, row.cnsr, row.evntdesc, row.imputed) == (200, 0, "progression", "")
    assert row.derivation == "6.1 from-surgery; 6.2 progression"
    assert (row.param, row.avalu, row.startdy, row.ady) == ("Progression-free survival from surgery", "DAYS", 68, 268)
    assert {one.paramcd for one in MADE["times"]} == {"PFS", "OS", "PFS-TX", "PFS-ITT", "OS-ITT"}


def test_what_is_not_evaluable_has_no_value_and_is_not_censored() -> None:
    (row,) = [one for one in MADE["times"] if (one.subject, one.paramcd) == ("cccc", "OS")]
    assert (row.aval, row.cnsr, row.evntdesc, row.startdy, row.ady) == (None, None, "never-operated", None, None)
    (row,) = [one for one in MADE["times"] if (one.subject, one.paramcd) == ("dddd", "OS")]
    assert (row.aval, row.cnsr, row.evntdesc) == (None, 0, "death-undated")


def test_facts_are_dated_from_allocation_and_surgery() -> None:
    rows = {row.concept: row for row in MADE["facts"] if row.subject == "aaaa"}
    assert (rows["anc"].low, rows["anc"].high, rows["anc"].day_low, rows["anc"].day_high) == ("0.8", "0.8", 4, 4)
    assert (rows["clavien-dindo"].value, rows["clavien-dindo"].surgery_day_low) == ("IIIb", 5)
    assert rows["adverse-event"].detail == "grade=3; serious=yes"
    assert "birth-date" not in rows


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("R1", "R1"),
        ("4", "4"),
        ("42", ""),
        (NEO, NEO),
        ("2024-05-01", ""),
        ("13800138000", ""),
        ("王五", ""),
        ("=cmd()", ""),
        ("a" * 70, ""),
        (None, ""),
        (3, ""),
    ],
)
def test_only_words_of_the_trial_go_out(value: object, expected: str) -> None:
    assert tables.word(value) == expected


def test_a_partly_known_number_keeps_its_bounds_and_a_partly_known_day_is_not_told() -> None:
    """Where a month begins tells the date from which the days are counted."""
    told = fact("anc", Interval(None, number("1").high, high_open=True), "2024-02")
    row = next(row for row in tables.facts([subject("x", BORN, ALLOCATED_EARLY, told)]) if row.concept == "anc")
    assert (row.low, row.high, row.day_low, row.day_high) == ("", "<1", None, None)
    assert (row.number_low, row.number_high) == (None, Decimal(1))
    assert (row.surgery_day_low, row.surgery_day_high) == (None, None)


def test_visits_are_rows() -> None:
    first, second = MADE["visits"]
    assert (first.visit, first.standing, first.day_due, first.day_done, first.measured) == ("1-d", "done", 4, 4, "anc")
    assert (second.visit, second.standing, second.day_done, second.measured) == ("7-d", "missed", None, "")
    assert "lvef" in first.lacks.split()


def test_adverse_events_and_complications_stand_in_one_table() -> None:
    event, surgical = MADE["adverse-events"]
    assert (event.kind, event.term, event.grade, event.cycle) == (
        "adverse-event", "neutrophil-count-decreased", "3", 1,
    )  # fmt: skip
    assert (surgical.kind, surgical.term, surgical.grade, surgical.cycle) == ("clavien-dindo", "", "IIIb", None)
    assert surgical.surgery_day_low == 5


def test_enrolment_is_counted_by_site_and_month_against_the_plan() -> None:
    assert [astuple(row) for row in MADE["enrolment"]] == [
        ("hospital-a", "2024-01", 1, 1, 1, 102),
        ("hospital-b", "2024-01", 1, 1, 2, 102),
        ("hospital-a", "2024-03", 1, 2, 3, 102),
        ("hospital-b", "2024-03", 1, 2, 4, 102),
    ]


def test_those_left_out_are_counted_by_site_and_arm() -> None:
    assert [astuple(row) for row in MADE["withheld"]] == [("hospital-a", "", 1), ("hospital-b", NEO, 2)]


@pytest.mark.parametrize("name", [name for name in TABLES if name != "enrolment"])
def test_no_table_of_subjects_holds_a_calendar_date_or_a_reference(name: str) -> None:
    assert MADE[name]
    for row in MADE[name]:
        told = " ".join(map(str, astuple(row)))
        assert not re.search(r"(19|20)\d\d-\d\d|Patient/|Observation/|Procedure/", told), told


def test_what_is_later_than_the_withdrawal_of_consent_is_in_no_table() -> None:
    withdrawn = fact("consent", "withdrawn", "2024-02-01", reference="Consent/2")
    days = ("2024-01-20", "2024-02-01", "2024-02-02")
    events = [fact("adverse-event", "anaemia", day, reference=day) for day in days]
    made = subject("x", BORN, fact("consent", "given", "2024-01-01"), ALLOCATED_EARLY, withdrawn, *events)
    assert [row.day_low for row in tables.adverse_events([made])] == [18, 30]
    assert [row.day_low for row in tables.facts([made]) if row.concept == "adverse-event"] == [18, 30]


def test_ages_above_89_are_one_and_an_unsure_age_is_not_told() -> None:
    old = fact("birth-date", "1925-01-01")
    (row,) = tables.by_subject([subject("x", old, ALLOCATED_EARLY)])
    assert row.age == 90
    (row,) = tables.by_subject([subject("x", fact("birth-date", "1965"), ALLOCATED_EARLY)])
    assert row.age is None  # 58 or 59: who was born on 1 January is 59


def test_every_column_is_explained_once_in_both_languages() -> None:
    columns = dictionary()
    assert [(one.table, one.name) for one in columns] == [
        (table, name) for table, row in TABLES.items() for name in row.__dataclass_fields__
    ]
    for one in columns:
        assert one.kind in KINDS
        assert one.en
        assert re.search(r"[\u4e00-\u9fff]", one.zh), one.name
        assert one.derivation


@pytest.mark.parametrize("name", list(TABLES))
def test_every_value_is_of_the_type_that_the_dictionary_says(name: str) -> None:
    kinds = {one.name: one.kind for one in dictionary() if one.table == name}
    for row in MADE[name]:
        assert isinstance(row, TABLES[name])
        for column, kind in kinds.items():
            value = getattr(row, column)
            assert value is None or isinstance(value, KINDS[kind]), column


def test_an_event_of_a_cycle_is_told_by_its_day() -> None:
    late = fact("adverse-event", "anaemia", "2024-02-01")
    month = fact("adverse-event", "hypertension", "2024-01")
    made = subject("x", ALLOCATED_EARLY, cycle(1, "2024-01-05"), late, month)
    assert [(row.term, row.cycle) for row in tables.adverse_events([made])] == [("anaemia", 1), ("hypertension", None)]


def test_the_subjects_that_tests_share_are_as_they_should_be() -> None:
    assert [one.endpoints.never_operated is None for one in (A, B, C, D)] == [True, True, False, True]
