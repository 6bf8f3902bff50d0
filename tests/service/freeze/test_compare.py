"""Comparing two freezes of one store: who changed, what, and why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from natars_fhir.domain.life import Event
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from natars_fhir.service.freeze.compare import Changed, Difference, compare
from natars_fhir.service.freeze.cut import gone_mark
from natars_fhir.service.freeze.loaded import Loaded, loaded
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.service.freeze.shown import lines
from natars_fhir.service.freeze.write import Wanted, freeze
from natars_fhir.service.remap.remap import remap
from natars_fhir.store import patients
from natars_fhir.store import subjects as stored
from natars_fhir.store.audit import EVERYWHERE, Act
from natars_fhir.store.engine import Store
from natars_fhir.store.subjects import Whose
from tests.service.export.test_endpoints import CASES
from tests.service.freeze.frozen import (
    AS_OF,
    LATER,
    PERSON,
    PROGRESSION,
    SURGERY,
    freeze_of,
    send,
    send_later_progression,
    told,
)
from tests.service.hospital import NOW, intake, mappings
from tests.ward import FOLDER


@pytest.fixture(scope="session")
def before(made: tuple[Path, Manifest]) -> Loaded:
    return loaded(made[0])


def after(store: Store, tmp_path: Path) -> Loaded:
    return loaded(freeze_of(store, tmp_path / "after")[0])


def only(found: Difference) -> Changed:
    (one,) = found.subjects
    return one


def test_the_same_is_no_difference(before: Loaded) -> None:
    assert not compare(before, before)


def test_who_came_into_scope_after_the_first_freeze_is_not_said_to_have_been_there(before: Loaded) -> None:
    name = min(before.endpoints)
    rest = {key: value for key, value in before.endpoints.items() if key != name}
    found = compare(replace(before, endpoints=rest, gone={gone_mark(name): ("left-scope", "")}), before)
    assert (only(found).status, only(found).why) == ("new", ("was-left-scope",))
    assert any("new (in scope by now, not before)" in line for line in lines(found, "en"))
    assert any("新增 (此前不在研究范围)" in line for line in lines(found, "zh"))


def test_a_later_progression_is_told_with_the_decisions_that_differ(
    before: Loaded, store: Store, tmp_path: Path
) -> None:
    send_later_progression(store)
    found = compare(before, after(store, tmp_path))
    one = only(found)
    assert (one.site, one.status, one.why, found.settings) == ("hospital-c", "changed", ("data",), ())
    free = next(value for value in one.values if value.parameter == "PFS")
    assert (free.before["days"], free.after["days"], free.after["status"]) == (184, 212, "event")
    assert [step["en"] for step in (*free.removed, *free.added)] == [
        "The first progression after that day: progression (day 184), so the event is on day 184",
        "The first progression after that day: progression (day 212), so the event is on day 212",
    ]
    changed = {(fact.concept, fact.why): (fact.added, fact.removed, fact.changed) for fact in one.facts}
    assert changed["progression", "data"] == (0, 0, 1)


def test_an_event_that_was_wrong_becomes_a_censoring(before: Loaded, store: Store, tmp_path: Path) -> None:
    send(store, {**told(PROGRESSION), "status": "entered-in-error"})
    one = only(compare(before, after(store, tmp_path)))
    free = next(value for value in one.values if value.parameter == "PFS")
    assert (free.before["status"], free.after["status"], free.after["reason"]) == ("event", "censored", "alive")
    changed = {fact.concept: (fact.added, fact.removed, fact.changed, fact.why) for fact in one.facts}
    assert changed["progression"] == (0, 1, 0, "data")


def test_other_bytes_that_say_the_same_are_no_difference(before: Loaded, store: Store, tmp_path: Path) -> None:
    send(store, {**told(PROGRESSION), "language": "zh"})
    assert not compare(before, after(store, tmp_path))


def test_a_flaw_that_is_new_is_told_by_its_name(before: Loaded, store: Store, tmp_path: Path) -> None:
    send(store, {**told(PERSON), "birthDate": "2025-01-01"})
    one = only(compare(before, after(store, tmp_path)))
    assert "surgery-before-birth" in [issue["flaw"] for issue in one.issues_new]
    assert [fact.concept for fact in one.facts] == ["birth-date"]


def test_who_withdrew_the_use_of_data_is_gone_and_counted_by_arm(before: Loaded, store: Store, tmp_path: Path) -> None:
    (name,) = (name for name, one in before.endpoints.items() if one["site"] == "hospital-c")
    with store.write() as connection:
        for key in patients.in_scope(connection, "hospital-c"):
            said = Event("withdrew-use", "2024-09-15", NOW, "office", "trial-office", "asked")
            stored.cause(connection, Whose("hospital-c", key, mappings().study.id), said)
    later = after(store, tmp_path)
    found = compare(before, later)
    assert (only(found).subject, only(found).status, only(found).why) == (name, "gone", ("withdrawn",))
    assert ("hospital-c The Neoadjuvant Therapy Group", "0", "1") in [tuple(row) for row in found.withheld]
    everything = "".join(path.read_text("utf-8-sig") for path in (tmp_path / "after").rglob("*") if path.is_file())
    assert name not in everything  # only who has the earlier freeze knows who is meant
    back = only(compare(later, before))
    assert (back.status, back.why) == ("new", ("was-withdrawn",))


def test_who_is_joined_to_another_record_is_told_by_whose_name_it_goes(
    before: Loaded, store: Store, tmp_path: Path
) -> None:
    """A second record with a number of its own says that it is the same person: the lesser number is used."""
    patient = told(PERSON)
    number = {**patient["identifier"][0], "value": "00000000"}
    other = {"resourceType": "Patient", "id": "c-000", "identifier": [number], "gender": patient["gender"]}
    link = [{"other": {"reference": f"Patient/{PERSON}"}, "type": "seealso"}]
    send(store, {**other, "link": link})
    found = {one.status: one for one in compare(before, after(store, tmp_path)).subjects}
    assert {status: one.why for status, one in found.items()} == {"gone": ("merged",), "new": ("first-seen",)}
    assert found["gone"].now == found["new"].subject


def test_who_has_no_operation_and_no_allocation_is_no_longer_enrolled(
    before: Loaded, store: Store, tmp_path: Path
) -> None:
    allocation = {**told("c-191-subject-12"), "assignedArm": None, "actualArm": None}
    kept = {name: value for name, value in allocation.items() if value is not None}
    send(store, {**told(SURGERY), "status": "entered-in-error"}, {**kept, "status": "candidate"})
    one = only(compare(before, after(store, tmp_path)))
    assert (one.status, one.why) == ("gone", ("no-longer-enrolled",))


def test_what_another_mapping_reads_otherwise_is_told_as_the_mappings_doing(
    before: Loaded, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("natars_fhir.mapping.files.load_words", lambda *_: mappings().words)  # they take the time
    folder = Path(shutil.copytree(FOLDER, tmp_path / "mappings"))
    site = folder / "sites" / "hospital-c.toml"
    site.write_text("".join(line for line in site.read_text("utf-8").splitlines(True) if '"ihc-mdm2"' not in line))
    changed = load(folder)
    for name in CASES:
        reader = DocumentReader(compiled(changed, name))
        remap(store, replace(intake(), study=changed.study), reader, LATER)
    made = freeze(store, intake(), changed, Wanted(tmp_path / "to", "", AS_OF), Act(EVERYWHERE, LATER, "freeze"))
    found = compare(before, loaded(made[0]))
    assert [row.name for row in found.settings] == ["mapping", "mappings/sites/hospital-c.toml"]
    assert [(fact.concept, fact.why, fact.removed) for fact in only(found).facts] == [("ihc-mdm2", "mapping", 1)]
