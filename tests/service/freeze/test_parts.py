"""Parts: every row of the registry is told in the docs, counts what it writes, and shows no text that was sent."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from natars_fhir.domain.life import Event
from natars_fhir.service.freeze.cut import cut
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.service.freeze.parts import PARTS, LeftOutError, counts, open_issues, write_csv
from natars_fhir.store import patients
from natars_fhir.store import subjects as stored
from natars_fhir.store.engine import Store
from natars_fhir.store.subjects import Whose
from tests.doc_pages import DOCS, first_column, sections
from tests.service.freeze.frozen import AS_OF
from tests.service.hospital import NOW, Hospital, intake, mappings
from tests.service.remap.test_replay import ODD


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_part_is_told_in_the_docs() -> None:
    told = first_column(sections(DOCS / "freeze.md", "##")["What is in it"])
    assert [name.strip("` ") for cell in told for name in cell.split(",") if name.strip()] == list(PARTS)


def test_a_form_without_its_library_is_left_out_and_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with cut(store, intake(), mappings(), AS_OF) as now, pytest.raises(LeftOutError, match="extra `tables`"):
        PARTS["workbook"](tmp_path, now)
    assert not (tmp_path / "workbook").exists()


def test_every_file_has_as_many_rows_as_the_manifest_says(made: tuple[Path, Manifest]) -> None:
    folder, manifest = made
    for one in manifest.files:
        if one.name.endswith(".csv"):
            assert len(read(folder / one.name)) == one.rows, one.name
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {one.name for one in manifest.files} | {"manifest.json", "SHA256SUMS"}


def test_facts_are_counted_by_site_arm_and_concept_as_the_table_of_facts_has_them(
    made: tuple[Path, Manifest],
) -> None:
    rows = read(made[0] / "counts.csv")
    assert sum(int(row["facts"]) for row in rows if row["concept"] != "birth-date") == len(
        read(made[0] / "tables" / "facts.csv")
    )
    cycles = next(row for row in rows if row["concept"] == "neoadjuvant-cycle")
    assert (cycles["site"], cycles["arm"], cycles["subjects"], cycles["facts"]) == (
        "hospital-c", "The Neoadjuvant Therapy Group", "1", "3",
    )  # fmt: skip


def test_who_may_not_be_used_is_counted_by_site_and_arm(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        for key in patients.in_scope(connection, "hospital-c"):
            said = Event("withdrew-use", "2024-09-15", NOW, "office", "trial-office", "asked")
            stored.cause(connection, Whose("hospital-c", key, mappings().study.id), said)
    with cut(store, intake(), mappings(), AS_OF) as now:
        counts(tmp_path, now)
        PARTS["tables"](tmp_path, now)
    found = {(row["site"], row["arm"]): row["subjects"] for row in read(tmp_path / "tables" / "withheld.csv")}
    assert found["hospital-c", "The Neoadjuvant Therapy Group"] == "1"
    assert {row["site"] for row in read(tmp_path / "counts.csv")} == {"hospital-b"}


def test_what_was_not_understood_is_counted_and_not_shown(store: Store, tmp_path: Path) -> None:
    Hospital(store, "hospital-b").push(ODD)
    with cut(store, intake(), mappings(), AS_OF) as now:
        open_issues(tmp_path, now)
    rows = read(tmp_path / "gaps.csv")
    assert ("hospital-c", "code", "Observation", "2") in [
        (row["site"], row["what"], row["resource"], row["items"]) for row in rows
    ]
    assert ("hospital-b", "quarantine", "1") in [(row["site"], row["what"], row["items"]) for row in rows]
    assert list(rows[0]) == ["site", "what", "resource", "concept", "items", "times"]


@pytest.mark.parametrize(("value", "written"), [("=1+1", "'=1+1"), (None, ""), (3, "3")])
def test_no_cell_is_a_formula(tmp_path: Path, value: object, written: str) -> None:
    assert write_csv(tmp_path / "x.csv", ("a",), [(value,)]) == 1
    assert [row["a"] for row in read(tmp_path / "x.csv")] == [written]
