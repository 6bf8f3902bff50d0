"""The record out of the store as FHIR: whole, linked, valid by every judge, and nothing in it that names anybody."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.domain.life import Event
from natars_fhir.service.export.exported import TYPES, Asked, Line, exported
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store import patients
from natars_fhir.store import subjects as stored
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.subjects import Whose
from tests.domain.endpoints.course import NEO, SURGERY_ONLY
from tests.emit.judged import faults
from tests.service.hospital import FIXTURES, KEY, NOW, Hospital, intake, mappings
from tests.service.planted import planted

AS_OF = date(2025, 6, 1)
CASES = {
    "hospital-b": FIXTURES / "hospital-b" / "from-operation-to-follow-up",
    "hospital-c": FIXTURES / "hospital-c" / "from-allocation-to-progression",
}
SITES = tuple(mappings().sites[name] for name in CASES)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two hospitals' subjects, for tests that only read."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('exported') / 'store.db'}")
    for site, case in CASES.items():
        Hospital(store, site).push((case / "bundle.json").read_bytes())
    yield store
    store.close()


@pytest.fixture(scope="module")
def sown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One subject, in whose record strings are planted."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('planted') / 'store.db'}")
    assert Hospital(store, "hospital-c").push(planted()[0]).status == 200
    yield store
    store.close()


def asked(*sites: str, **more: Any) -> Asked:
    return Asked(tuple(mappings().sites[name] for name in sites) or SITES, AS_OF, **more)


def out(store: Store, question: Asked | None = None, **more: Any) -> list[Line]:
    return list(exported(store, intake(), question or asked(), **more))


def read(lines: list[Line]) -> list[dict[str, Any]]:
    return [json.loads(line.raw) for line in lines]


def test_studies_come_first_and_then_subject_by_subject(filled: Store) -> None:
    lines = out(filled)
    assert [line.id for line in lines[:3]] == ["natars", "natars-hospital-b", "natars-hospital-c"]
    subjects = [line.subject for line in lines]
    assert subjects[:3] == ["", "", ""]
    assert [one for n, one in enumerate(subjects[3:]) if one != subjects[2 + n]] == [*dict.fromkeys(subjects[3:])]
    assert {line.kind for line in lines} == {*TYPES}


def test_nothing_of_these_hospitals_is_left_out(filled: Store) -> None:
    told: list[Issue] = []
    out(filled, told=told.append)
    assert told == []


def test_the_same_store_gives_the_same_bytes(filled: Store) -> None:
    assert out(filled) == out(filled)
    backwards = Asked(SITES[::-1], AS_OF)
    assert out(filled, backwards) == out(filled)


def test_a_line_tells_its_type_id_and_subject(filled: Store) -> None:
    lines = out(filled)
    for line, one in zip(lines, read(lines), strict=True):
        assert (line.kind, line.id) == (one["resourceType"], one["id"])
        assert b"\n" not in line.raw
    assert len({(line.kind, line.id) for line in lines}) == len(lines)


def test_every_judge_finds_every_resource_valid(filled: Store) -> None:
    """One of each type and kind of value: the judges are slow."""
    seen: set[tuple[str, ...]] = set()
    for one in read(out(filled)):
        values = [name for name in one if name.startswith(("value", "data", "effective", "component", "deceased"))]
        if (shape := (one["resourceType"], *sorted(values))) not in seen:
            seen.add(shape)
            assert faults(one) == [], one["resourceType"]
    assert {kind for kind, *_ in seen} == {*TYPES}


@pytest.mark.parametrize("kinds", [{"Patient"}, {"Observation", "Provenance"}, {"ResearchStudy"}, {"Basic"}])
def test_only_the_types_that_are_asked_for_come(filled: Store, kinds: set[str]) -> None:
    whole = out(filled)
    assert out(filled, asked(types=frozenset(kinds))) == [line for line in whole if line.kind in kinds]


def test_only_the_subjects_that_are_asked_for_come(filled: Store) -> None:
    whole = out(filled)
    name = whole[-1].subject
    found = out(filled, asked(subjects=frozenset({name})))
    assert found == [line for line in whole if line.subject in ("", name)]


def test_of_another_site_nothing_comes(filled: Store) -> None:
    assert {line.kind for line in out(filled, asked("hospital-a"))} == {"ResearchStudy"}


def test_another_key_gives_other_ids_and_other_days(filled: Store) -> None:
    here = intake()
    other = Intake(here.study, b"another key of 16 bytes", here.canonical_base, plan=here.plan)
    there = list(exported(filled, other, asked(types=frozenset({"Procedure"}))))
    own = out(filled, asked(types=frozenset({"Procedure"})))
    assert {line.id for line in own}.isdisjoint(line.id for line in there)
    days = [[one["performedDateTime"] for one in read(lines)] for lines in (own, there)]
    assert days[0] != days[1]


def test_without_a_plan_there_is_no_export(filled: Store) -> None:
    with pytest.raises(ValueError, match="needs the plan"):
        list(exported(filled, Intake(mappings().study, KEY, "https://natars.example/fhir"), asked()))


def test_progress_is_told_patient_by_patient(filled: Store) -> None:
    seen: list[tuple[int, int]] = []
    out(filled, seen=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    seen.clear()
    out(
        filled,
        asked(subjects=frozenset({out(filled)[-1].subject})),
        seen=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(0, 1), (1, 1)]


# ── consent, as it is at the time of the export ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def pushed(store: Store) -> Store:
    for site, case in CASES.items():
        Hospital(store, site).push((case / "bundle.json").read_bytes())
    return store


def say(store: Store, cause: str, day: str, site: str = "hospital-c", at: datetime = NOW) -> None:
    with store.write() as connection:
        for key in patients.in_scope(connection, site):
            said = Event(cause, day, at, "office", "trial-office", "asked")
            stored.cause(connection, Whose(site, key, mappings().study.id), said)


def test_whose_use_of_data_was_withdrawn_is_left_out_and_counted_by_site_and_arm(pushed: Store) -> None:
    say(pushed, "withdrew-use", "2024-09-15")
    counted: Counter[tuple[str, str]] = Counter()

    def withheld(site: str, arm: str) -> None:
        counted[site, arm] += 1

    lines = out(pushed, withheld=withheld)
    assert {one["study"]["reference"] for one in read(lines) if one["resourceType"] == "ResearchSubject"} == {
        "ResearchStudy/natars-hospital-b"
    }
    assert counted == {("hospital-c", NEO): 1, ("hospital-c", ""): 2}


def test_who_left_follow_up_keeps_what_was_before_and_is_censored(pushed: Store) -> None:
    say(pushed, "withdrew-follow-up", "2024-09-15")
    found = read(out(pushed, asked("hospital-c")))
    coded = {one["code"]["coding"][-1]["code"]: one for one in found if one["resourceType"] == "Observation"}
    assert {"progression", "last-known-alive"}.isdisjoint(coded)
    assert "resection-margin" in coded
    status = [each["extension"] for each in coded["PFS"]["extension"]]
    assert any(name["valueCode"] == "status" and value["valueCode"] == "censored" for name, value in status)
    (subject,) = [one for one in found if one["resourceType"] == "ResearchSubject"]
    assert subject["status"] == "off-study"


def test_since_a_moment_only_those_come_of_whom_something_changed(pushed: Store) -> None:
    later, much_later = datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 4, 2, tzinfo=UTC)
    assert {line.subject for line in out(pushed, asked(since=later))} == {""}
    say(pushed, "withdrew-follow-up", "2024-09-15", at=much_later)
    changed = out(pushed, asked(since=later))
    assert {line.subject for line in changed} - {""} == {line.subject for line in out(pushed, asked("hospital-c"))} - {
        ""
    }
    assert out(pushed, asked(since=datetime(2020, 1, 1, tzinfo=UTC))) == out(pushed)


def test_what_came_before_a_moment_and_is_dated_after_it_counts_too(filled: Store) -> None:
    """The last contact of a subject is of March 2025, and came the year before."""
    assert {line.subject for line in out(filled, asked("hospital-c", since=datetime(2025, 2, 1, tzinfo=UTC)))} > {""}
    assert {line.subject for line in out(filled, asked("hospital-c", since=datetime(2025, 4, 1, tzinfo=UTC)))} == {""}


# ── nothing that names anybody ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("texts", [False, True], ids=["without texts", "with texts"])
def test_of_what_was_planted_in_every_place_nothing_comes_out(sown: Store, texts: bool) -> None:
    told: list[Issue] = []
    lines = out(sown, asked("hospital-c", texts=texts), told=told.append)
    whole = "\n".join(json.dumps(one, ensure_ascii=False) for one in read(lines))
    whole += "\n".join(f"{issue.expression} {issue.text}" for issue in told)
    assert len(planted()[1]) >= 200
    assert {what for text, what in planted()[1].items() if text in whole} == set()
    own = ("hospital-c.example", "c-191", "MRN0000191", "Casey", "DiagnosticReport/")
    assert [one for one in own if one in whole] == []
    assert [issue for issue in told if issue.severity != "information"] == []


def test_the_facts_of_that_record_come_out_all_the_same(sown: Store) -> None:
    found = read(out(sown, asked("hospital-c")))
    coded = {one["code"]["coding"][-1]["code"] for one in found if "code" in one}
    assert {"ihc-mdm2", "ihc-cdk4", "ihc-stat6", "ihc-ki67", "histology", "biopsy", "index-surgery", "PFS"} <= coded


def test_texts_come_only_where_they_are_asked_for_and_say_what_they_said(sown: Store) -> None:
    own = asked("hospital-c", types=frozenset(TYPES[1:]))
    assert not any("note" in one for one in read(out(sown, own)))
    noted = [one for one in read(out(sown, replace(own, texts=True))) if "note" in one]
    texts = {note["text"] for one in noted for note in one["note"]}
    assert any("MDM2(+)" in text for text in texts)
    assert any("去分化脂肪肉瘤" in text for text in texts)
    for one in noted:
        assert [label["code"] for label in one["meta"]["security"]] == ["PSEUDED", "REDACTED"]


def test_intervals_between_events_are_those_of_the_hospital(filled: Store) -> None:
    found = read(out(filled, asked("hospital-c")))
    coded = {
        one["code"]["coding"][-1]["code"]: one for one in found if one["resourceType"] in ("Procedure", "Observation")
    }
    surgery, grew = (
        date.fromisoformat(coded["index-surgery"]["performedDateTime"]),
        date.fromisoformat(coded["progression"]["effectiveDateTime"]),
    )
    assert grew - surgery == date(2025, 2, 20) - date(2024, 8, 20)
    assert coded["PFS"]["valueQuantity"]["value"] == (grew - surgery).days
    assert surgery != date(2024, 8, 20)
    assert SURGERY_ONLY not in json.dumps(found[3:])
