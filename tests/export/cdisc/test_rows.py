"""Rows of CDISC's datasets: what stands where, under which term, on which study day; and what stays out."""

from __future__ import annotations

import re
from typing import Any

import pytest

from natars_fhir.export.cdisc.rows import ONCE, Row, rows_of, without_place
from tests.domain.endpoints.course import BORN
from tests.domain.trial_patients import fact
from tests.export.cdisc_made import FULL, SUBJECTS, by_map
from tests.export.made import ALLOCATED_EARLY, A, D, subject

ROWS: list[Row] = list(rows_of(by_map(), FULL))


def of(dataset: str, **asked: Any) -> dict[str, Any]:
    (found,) = [
        row.values for row in ROWS if row.dataset == dataset and all(row.values[n] == v for n, v in asked.items())
    ]
    return found


def test_a_subject_is_one_row_of_dm() -> None:
    row = of("DM")
    assert (row["USUBJID"], row["SITEID"], row["AGE"], row["AGEU"], row["SEX"]) == (
        "eeee", "hospital-a", 58, "YEARS", "M",
    )  # fmt: skip
    assert (row["ARMCD"], row["ARM"], row["DTHFL"]) == ("NEOADJUVANT", "The Neoadjuvant Therapy Group", None)
    assert [next(rows_of(by_map(), one)).values["DTHFL"] for one in (A, D)] == ["Y", "Y"]


@pytest.mark.parametrize(
    ("dataset", "asked", "told"),
    [
        ("LB", {"LBDY": -1}, {"LBTESTCD": "NEUT", "LBCAT": "HEMATOLOGY", "LBSTRESN": 3.1, "LBSTRESU": "10^9/L"}),
        ("LB", {"LBORRES": "<1"}, {"LBSTRESN": None, "LBDY": None, "EPOCH": "TREATMENT"}),
        ("MI", {"MITESTCD": "MDM2"}, {"MISTRESC": "POSITIVE", "MIORRES": "positive", "MISTAT": None, "MIDY": -13}),
        ("MI", {"MITESTCD": "CDK4"}, {"MISTRESC": None, "MIORRES": None, "MISTAT": "NOT DONE"}),
        ("MI", {"MITESTCD": "FNCLCC"}, {"MISTRESC": "2 TO 3", "MISTRESN": None}),
        ("MI", {"MITESTCD": "HISTOL"}, {"MISTRESC": "DDLPS", "EPOCH": "SCREENING"}),
        ("GF", {}, {"GFTESTCD": "MDM2AMP", "GFSTRESC": "DETECTED"}),
        ("TR", {}, {"TRTESTCD": "LDIAM", "TRSTRESN": 18.5, "TRSTRESU": "cm"}),
        ("TU", {"TUTESTCD": "TUMIDENT"}, {"TUSTRESC": "PRIMARY", "TULOC": "RETROPERITONEUM"}),
        ("TU", {"TUTESTCD": "METASTAS"}, {"TUSTRESC": "N", "TULOC": None}),
        ("RS", {"RSTESTCD": "OVRLRESP"}, {"RSSTRESC": "SD", "EPOCH": "FOLLOW-UP", "RSDY": 159}),
        ("RS", {"RSTESTCD": "ASACLASS"}, {"RSSTRESN": 2.0}),
        ("MH", {"MHTERM": "MYOCARDIAL INFARCTION"}, {"MHOCCUR": "N", "MHSTDY": -1}),
        ("MH", {"MHTERM": "SEVERE INFECTION"}, {"MHOCCUR": "U", "MHSTDY": None, "EPOCH": None}),
        ("EX", {}, {"EXTRT": "DOXORUBICIN", "EXSTDY": 4, "EPOCH": "TREATMENT"}),
        ("CM", {"CMTRT": "IMATINIB"}, {"CMOCCUR": "Y", "EPOCH": "SCREENING"}),
        ("CM", {"CMTRT": "DOXORUBICIN"}, {"CMOCCUR": "U"}),
        ("PR", {"PRTRT": "RADICAL RESECTION OF THE SARCOMA"}, {"PROCCUR": "Y", "PRSTDY": 69}),
        ("PR", {"PRTRT": "RESECTION OF ANOTHER ORGAN"}, {"PROCCUR": "Y", "PRLOC": "KIDNEY"}),
        ("DS", {"DSDECOD": "ALLOCATED"}, {"DSSTDY": 1, "DSCAT": "PROTOCOL MILESTONE"}),
        ("SS", {}, {"SSSTRESC": "ALIVE", "SSORRES": "ALIVE", "SSDY": 244}),
        ("VS", {}, {"VSTESTCD": "BSA", "VSSTRESU": "m2"}),
        ("EG", {}, {"EGTESTCD": "QTCAG", "EGSTRESU": "msec"}),
        ("CV", {}, {"CVTESTCD": "LVEF", "CVSTRESN": 61.0}),
    ],
)
def test_a_fact_stands_in_its_dataset(dataset: str, asked: dict[str, Any], told: dict[str, Any]) -> None:
    row = of(dataset, **asked)
    assert {name: row[name] for name in told} == told


def test_adverse_events_and_complications_stand_apart_in_ae() -> None:
    event, surgical = [row.values for row in rows_of(by_map(), A) if row.dataset == "AE"]
    assert (event["AEDECOD"], event["AETOXGR"], event["AESER"], event["AECDGRAD"]) == (
        "Neutrophil count decreased", "3", "Y", None,
    )  # fmt: skip
    assert (surgical["AECAT"], surgical["AETOXGR"], surgical["AECDGRAD"]) == (
        "POSTOPERATIVE COMPLICATION", None, "IIIb",
    )  # fmt: skip


def test_times_to_event_are_adtte() -> None:
    row = next(row.values for row in rows_of(by_map(), A) if row.dataset == "ADTTE" and row.values["PARAMCD"] == "PFS")
    assert (row["AVAL"], row["CNSR"], row["EVNTDESC"], row["STARTDY"], row["ADY"]) == (200, 0, "progression", 69, 269)


def test_rows_are_numbered_within_a_subject_and_a_dataset_by_their_day() -> None:
    for dataset in {row.dataset for row in ROWS} - {"DM", "ADTTE"}:
        rows = [row.values for row in ROWS if row.dataset == dataset]
        assert [row[f"{dataset}SEQ"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row.values["LBORRES"] for row in ROWS if row.dataset == "LB"] == ["3.1", "0.8", "<1"]


@pytest.mark.parametrize(
    ("dataset", "asked", "oid", "cycle"),
    [
        ("DM", {}, "SE.SUBJECT", 0),
        ("LB", {"LBORRES": "3.1"}, "SE.SCREENING", 0),
        ("LB", {"LBORRES": "0.8"}, "SE.VISIT.1-d", 1),
        ("LB", {"LBORRES": "<1"}, "SE.UNDATED", 0),
        ("EX", {}, "SE.CYCLE", 1),
        ("DS", {"DSDECOD": "ALLOCATED"}, "SE.BEFORE-SURGERY", 0),
        ("PR", {"PRLOC": "KIDNEY"}, "SE.SURGERY", 0),
        ("RS", {"RSTESTCD": "OVRLRESP"}, "SE.FOLLOW-UP", 0),
    ],
)
def test_a_row_belongs_to_a_study_event(dataset: str, asked: dict[str, Any], oid: str, cycle: int) -> None:
    (found,) = [
        row.event for row in ROWS if row.dataset == dataset and all(row.values[n] == v for n, v in asked.items())
    ]
    assert found == (oid, cycle)
    assert ONCE.oid == "SE.SUBJECT"


@pytest.mark.parametrize(
    "out",
    [
        fact("ihc-cd34", "positive", "2024-01-10", cellScope="internal-control"),
        fact("ihc-ki67", "positive", "2024-01-10", standing="pending"),
        fact("ihc-er", "pending", "2024-01-10"),
        fact("histology", "王五 13800138000", "2024-01-10"),
        fact("birth-date", "1965-03-02"),
        fact("consent", "refused", "2023-01-01"),
        fact("gene-variant", "x", "2024-01-10"),
    ],
    ids=lambda one: f"{one.concept} {one.standing}",
)
def test_what_is_not_final_not_the_tumours_or_no_word_is_in_no_dataset(out: Any) -> None:
    before = [row.values for row in rows_of(by_map(), subject("x", BORN, ALLOCATED_EARLY))]
    after = [row.values for row in rows_of(by_map(), subject("x", BORN, ALLOCATED_EARLY, out))]
    assert after == before


def test_what_is_later_than_the_end_of_consent_is_in_no_dataset() -> None:
    withdrawn = fact("consent", "withdrawn", "2024-02-01", reference="Consent/2")
    late = fact("adverse-event", "anaemia", "2024-02-02")
    rows = list(rows_of(by_map(), subject("x", BORN, ALLOCATED_EARLY, withdrawn, late)))
    assert [row for row in rows if row.dataset == "AE"] == []
    assert "WITHDRAWAL BY SUBJECT" in {row.values.get("DSDECOD") for row in rows}


def test_no_row_holds_a_date_or_a_reference() -> None:
    for one in SUBJECTS:
        for row in rows_of(by_map(), one):
            assert not re.search(r"(19|20)\d\d-\d\d|/\d|Patient|Observation", " ".join(map(str, row.values.values())))


def test_values_are_of_the_type_that_the_map_says() -> None:
    kinds = {"string": str, "integer": int, "double": float}
    variables = {
        one.name: {each.named(one.name): kinds[each.type] for each in by_map().plan.variables(one)}
        for one in by_map().plan.dataset
    }
    for one in SUBJECTS:
        for row in rows_of(by_map(), one):
            for name, value in row.values.items():
                assert value is None or type(value) is variables[row.dataset][name], (row.dataset, name)


def test_a_concept_without_a_place_is_counted() -> None:
    strange = subject("x", BORN, ALLOCATED_EARLY, fact("ferritin", "high", "2024-01-10"))
    assert without_place(by_map(), [strange, FULL]) == {"ferritin": 1}
