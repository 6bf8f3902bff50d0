"""Lineage: marks that say nothing, and that tell the same thing in every freeze."""

from __future__ import annotations

import csv
from pathlib import Path

from natars_fhir.service.freeze.cut import cut, gone_mark
from natars_fhir.service.freeze.lineage import FACT, SOURCE, facts, gone, sources
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.store import forgetting
from natars_fhir.store.engine import Store
from tests.service.freeze.frozen import AS_OF, PERSON, PROGRESSION, send, told
from tests.service.hospital import NOW, intake, mappings


def rows(store: Store) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]], list[tuple[str, ...]]]:
    with cut(store, intake(), mappings(), AS_OF) as now, now.store.read() as connection:
        return set(facts(connection, now)), set(sources(connection, now)), gone(connection, now)


def test_every_fact_is_of_a_resource_that_is_told(store: Store) -> None:
    found, known, _ = rows(store)
    where = {row[SOURCE.index("source")] for row in known}
    assert {row[FACT.index("source")] for row in found} <= where
    assert all(len(mark) == 16 and int(mark, 16) >= 0 for row in found for mark in row[3:6])


def test_a_resource_that_told_no_fact_is_told_too(store: Store) -> None:
    """So that a mapping that reads it one day is known for what changed."""
    code = {"coding": [{"system": "https://fhir.hospital-c.example/CodeSystem/pathology", "code": "NOT-MAPPED"}]}
    before = {row for row in rows(store)[1] if row[1] == ""}
    send(store, {**told(PROGRESSION), "id": "c-191-obs-99", "code": code})
    found, known, _ = rows(store)
    (fresh,) = {row for row in known if row[1] == ""} - before
    assert fresh[SOURCE.index("source")] not in {row[FACT.index("source")] for row in found}


def test_other_bytes_change_the_source_and_another_value_what_is_said(store: Store) -> None:
    before = {row[3]: row for row in rows(store)[0] if row[2] == "progression" and row[0] == "hospital-c"}
    send(store, {**told(PROGRESSION), "language": "zh"})
    same = {row[3]: row for row in rows(store)[0] if row[2] == "progression" and row[0] == "hospital-c"}
    send(store, {**told(PROGRESSION), "effectiveDateTime": "2025-03-20", "meta": {"versionId": "10"}})
    after = {row[3]: row for row in rows(store)[0] if row[2] == "progression" and row[0] == "hospital-c"}
    (name,) = before
    assert set(same) == set(after) == {name}
    assert (same[name][4] == before[name][4], same[name][5] == before[name][5]) == (True, False)
    assert after[name][4] != before[name][4]


def test_who_was_purged_or_went_by_another_name_is_told_by_mark_alone(store: Store) -> None:
    with store.write() as connection:
        forgetting.bury(connection, "hospital-b", "0123456789abcdef", ["h1", "h2"], NOW)
    found = {row[0]: row[1:] for row in rows(store)[2]}
    assert found[gone_mark("0123456789abcdef")] == ("purged", "")
    assert sorted(why for why, _ in found.values()) == ["purged", "renamed", "renamed"]


def test_the_pseudonym_of_before_there_was_a_number_is_told(store: Store, made: tuple[Path, Manifest]) -> None:
    """The number is gone from the record: the subject goes by its reference, and the freeze before knew that name."""
    with (made[0] / "gone.csv").open(encoding="utf-8-sig", newline="") as file:
        marks = {row["mark"]: (row["why"], row["now"]) for row in csv.DictReader(file)}
    patient = told(PERSON)
    send(store, {name: value for name, value in patient.items() if name != "identifier"})
    with cut(store, intake(), mappings(), AS_OF) as now:
        (one,) = (one for one in now.subjects if one.site == "hospital-c")
    assert marks[gone_mark(one.pseudonym)][0] == "renamed"
