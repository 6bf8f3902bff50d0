"""ODM 1.3.2: valid by its schema, read again by odmlib, whole, and without a date of a subject."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.export.cdisc.odm import NAME, write_odm
from natars_fhir.export.cdisc.rows import rows_of
from tests.export.cdisc_made import SUBJECTS, by_map

pytest.importorskip("odmlib", reason="the extra `tables` is not installed")
DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odm")
    counts = write_odm(folder, by_map(), SUBJECTS, DAY, "abc123")
    assert counts["DM"] == len(SUBJECTS)
    return folder / NAME


@pytest.fixture(scope="module")
def read(written: Path) -> Any:
    from odmlib.loader import ODMLoader
    from odmlib.odm_loader import XMLODMLoader

    loader = ODMLoader(XMLODMLoader())
    loader.open_odm_document(str(written))
    return loader.root()


def test_the_schema_and_the_rules_of_odm_are_kept(written: Path, read: Any) -> None:
    from odmlib.odm_parser import ODMSchemaValidator
    from odmlib.oid_generator import create_oid_checker

    ODMSchemaValidator(standard="odm", version="1.3.2").validate_file(str(written))
    assert read.verify_order()
    assert read.verify_oids(create_oid_checker("odm_1_3_2"))


def test_every_row_and_value_is_read_back(read: Any) -> None:
    for one in read.ClinicalData[0].SubjectData:
        (subject,) = [each for each in SUBJECTS if each.pseudonym == one.SubjectKey]
        assert one.SiteRef.LocationOID == f"LOC.{subject.site}"
        found = sorted(
            (
                event.StudyEventOID,
                getattr(event, "StudyEventRepeatKey", None) or "0",
                group.ItemGroupOID,
                len(group.ItemData),
            )
            for event in one.StudyEventData
            for form in event.FormData
            for group in form.ItemGroupData
        )
        assert found == sorted(
            (row.event.oid, str(row.event.cycle), f"IG.{row.dataset}", _items(row.dataset, row.values))
            for row in rows_of(by_map(), subject)
        )


def _items(dataset: str, values: dict[str, Any]) -> int:
    apart = {"STUDYID", "DOMAIN", "USUBJID", "SUBJID", "SITEID"}
    return sum(value is not None and name not in apart for name, value in values.items())


def test_a_value_is_an_item_of_its_type_and_of_its_code_list(read: Any) -> None:
    plan = read.Study[0].MetaDataVersion[0]
    kinds = {one.OID: one for one in plan.ItemDef}
    lists = {one.OID: {item.CodedValue for item in one.CodeListItem} for one in plan.CodeList}
    seen = set()
    for item in _values(read):
        kind = kinds[item.ItemOID]
        seen.add(kind.Name)
        {"text": str, "integer": int, "double": float}[kind.DataType](item.Value)
        if getattr(kind, "CodeListRef", None) is not None:
            assert item.Value in lists[kind.CodeListRef.CodeListOID], (kind.OID, item.Value)
    assert {"LBTESTCD", "LBSTRESN", "AGE", "EPOCH", "AVAL"} <= seen


def _values(read: Any) -> list[Any]:
    return [
        item
        for one in read.ClinicalData[0].SubjectData
        for event in one.StudyEventData
        for form in event.FormData
        for group in form.ItemGroupData
        for item in group.ItemData
    ]


def test_visits_are_study_events_and_sites_are_locations(read: Any) -> None:
    events = {one.OID: (one.Type, one.Repeating) for one in read.Study[0].MetaDataVersion[0].StudyEventDef}
    assert events["SE.VISIT.1-d"] == events["SE.VISIT.7-d"] == ("Scheduled", "Yes")
    assert [(one.Name, one.LocationType) for one in read.AdminData[0].Location] == [
        ("hospital-a", "Site"), ("hospital-b", "Site"),
    ]  # fmt: skip


def test_everything_is_described_in_both_languages(read: Any) -> None:
    plan = read.Study[0].MetaDataVersion[0]
    for one in (*plan.StudyEventDef, *plan.FormDef, *plan.ItemGroupDef, *plan.ItemDef):
        texts = {text.lang: text._content for text in one.Description.TranslatedText}
        assert set(texts) == {"en", "zh"}
        assert re.search(r"[\u4e00-\u9fff]", texts["zh"]), one.OID
    (tests,) = [one for one in plan.CodeList if one.OID == "CL.LBTESTCD"]
    decoded = {one.CodedValue: [text._content for text in one.Decode.TranslatedText] for one in tests.CodeListItem}
    assert decoded["HGB"] == ["Hemoglobin", "血红蛋白"]


def test_no_date_of_a_subject_is_in_it(written: Path) -> None:
    data = written.read_text("utf-8").partition("<ClinicalData")[2]
    assert data
    assert not re.search(r"\b(19|20)\d\d-\d\d", data)
    assert not re.search(r"Patient/|Observation/|1965", data)


def test_the_same_subjects_in_any_order_are_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_odm(tmp_path, by_map(), tuple(reversed(SUBJECTS)), DAY, "abc123")
    assert (tmp_path / NAME).read_bytes() == written.read_bytes()
