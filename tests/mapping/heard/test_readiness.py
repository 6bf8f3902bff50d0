"""Readiness: a plain mean of shares, told of patients in scope, with what to change in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from natars_fhir.domain.study import Need
from natars_fhir.mapping.heard.advice import advice
from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.mapping.heard.readiness import Element, Readiness, readiness
from natars_fhir.mapping.heard.suggest import suggester
from natars_fhir.mapping.heard.unmapped import Listed, listed
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.site_file import remarks
from natars_fhir.mapping.terms.translate import source_of
from tests import ward
from tests.doc_pages import DOCS, sections
from tests.ward import ICD_10, ICD_O, concept, observation, resource
from tests.write_docs import criteria

SITE = "hospital-b"
LIS = "http://his.hospital-b.example/lis"
MAPPING = compiled(ward.mappings(), SITE)
HINTS = suggester(MAPPING.lore, MAPPING.site, remarks(source_of(ward.mappings(), SITE)))
SIZE, STAIN, SEX = Need(("tumour-size",)), Need(("ihc-mdm2", "fish-mdm2"), ("DDLPS",)), Need(("sex",), helps=True)


def gap(what: Any, about: str, item: str, display: str = "", of: str = "", times: int = 1) -> Listed:
    (one,) = listed(MAPPING, HINTS, [(Gap(what, "Observation", about, item, of), display, times, "f", "f")])
    return one


def person(ident: str, histology: str | None, *more: dict[str, Any]) -> list[dict[str, Any]]:
    """A patient with a retroperitoneal tumour."""
    about = {"subject": {"reference": f"Patient/{ident}"}}
    made = [{"resourceType": "Patient", "id": ident, "birthDate": "1960-01-01"}]
    made.append({**resource("Condition", f"c{ident}", code=concept(ICD_10, "C48.0")), **about})
    if histology:
        made.append({**resource("Condition", f"h{ident}", code=concept(ICD_O, histology)), **about})
    return [*made, *({**one, **about, "id": f"{one['id']}-{ident}"} for one in more)]


DDLPS, LMS = "8858/3", "8890/3"
CM = observation("tumour-size", valueQuantity={"value": 12, "unit": "cm"})
ASA = observation("asa-class", valueInteger=2)


def told(people: list[list[dict[str, Any]]], needs: list[Need], gaps: list[Listed] | None = None) -> Readiness:
    found = ward.outcomes(*(ward.bundle(*one) for one in people), site=SITE)
    return readiness([(one.record, one.screening.in_scope) for one in found], needs, gaps or [], MAPPING.lore)


def test_the_figure_is_the_mean_of_the_shares_of_what_counts() -> None:
    stain = observation("ihc-mdm2", ident="s", valueString="（+）")
    found = told([person("1", DDLPS, CM, stain), person("2", DDLPS), person("3", LMS, CM)], [SIZE, STAIN, SEX])
    assert [(one.asked, one.read, one.missing) for one in found.elements] == [(3, 2, 1), (2, 1, 1), (3, 0, 3)]
    assert found.figure == pytest.approx((2 / 3 + 1 / 2) / 2)


def test_patients_out_of_scope_do_not_count() -> None:
    found = told([[{"resourceType": "Patient", "id": "9"}], person("1", LMS, CM)], [SIZE])
    assert (found.patients, found.in_scope, found.figure) == (2, 1, 1.0)


def test_without_anybody_in_scope_nothing_is_ready() -> None:
    assert told([[{"resourceType": "Patient", "id": "9"}]], [SIZE]).figure == 0.0


@pytest.mark.parametrize(
    ("more", "state"),
    [
        pytest.param([CM], "read", id="read"),
        pytest.param([{**CM, "status": "preliminary"}], "doubtful", id="preliminary"),
        pytest.param([], "missing", id="nothing"),
    ],
)
def test_an_element_is_told_in_one_word(more: list[dict[str, Any]], state: str) -> None:
    (one,) = told([person("1", LMS, *more)], [SIZE]).elements
    assert one.state == state


def test_of_some_patients_is_partly_and_of_no_histology_here_is_not_asked() -> None:
    found = told([person("1", LMS, CM), person("2", LMS)], [SIZE, STAIN])
    assert [one.state for one in found.elements] == ["partly", "not asked"]


UNIT = gap("unit", "tumour-size", "寸", times=3)
NAMED = gap("code", LIS, "Q7", "肿瘤最大径")
NEIGHBOUR = gap("code", LIS, "LIS0211", "视黄醇结合蛋白")


def test_what_came_and_was_not_read_and_what_may_mean_it_are_told_apart() -> None:
    needs = [SIZE, Need(("creatinine",))]
    size, creatinine = told([person("1", LMS)], needs, [UNIT, NAMED, NEIGHBOUR]).elements
    assert (size.unread, size.hints, size.state) == ((UNIT,), (NAMED,), "not understood")
    assert (creatinine.hints, creatinine.state) == ((), "missing")
    (named,) = told([person("1", LMS)], [SIZE], [NAMED]).elements
    assert named.state == "not mapped"


@pytest.mark.parametrize(
    ("concept_", "value", "word"),
    [
        pytest.param("birth-date", None, "a date", id="a date by its kind alone"),
        pytest.param("tumour-size", CM, "a number in cm", id="a number by its unit alone"),
        pytest.param("asa-class", ASA, "2", id="a step of a short scale"),
        pytest.param("histology", None, "LMS", id="a word of the trial's list"),
    ],
)
def test_values_are_counted_and_none_of_a_person_is_told(concept_: str, value: Any, word: str) -> None:
    (one,) = told([person("1", LMS, *([value] if value else []))], [Need((concept_,))]).elements
    assert one.values == {word: 1}


def element(asked: int = 4, read: int = 0, unread: tuple[Listed, ...] = (), hints: tuple[Listed, ...] = ()) -> Element:
    return Element(SIZE, asked, read, 0, {}, unread, hints)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        pytest.param(
            element(hints=(NAMED,)),
            '[codes."http://his.hospital-b.example/lis"] ⏎ "Q7" = "tumour-size"   # 肿瘤最大径',
            id="a line to copy",
        ),
        pytest.param(
            element(unread=(gap("unit", "tumour-size", "C M"),)), '[units] ⏎ "C M" = "cm"', id="a unit to copy"
        ),
        pytest.param(element(unread=(UNIT,)), "the unit «寸» (3 times) is not accepted", id="a unit like no other"),
        pytest.param(element(unread=(gap("unit", "tumour-size", ""),)), "without a unit", id="no unit"),
        pytest.param(element(unread=(gap("text", "tumour-size", "大"),)), "1 values in words", id="words"),
        pytest.param(element(unread=(gap("element", "tumour-size", "valueQuantity"),)), "cannot be", id="a shape"),
        pytest.param(
            element(), "told of 0/4 patients in scope: send «tumour size», for instance as loinc", id="nothing"
        ),
    ],
)
def test_what_to_change_is_told_in_both_languages(one: Element, said: str) -> None:
    (line, *_) = advice(one, MAPPING.lore)
    assert said in line.en
    assert re.search(r"[\u4e00-\u9fff]", line.zh)


def test_where_everything_is_read_nothing_has_to_change() -> None:
    assert advice(element(4, 4), MAPPING.lore) == []
    assert advice(element(0), MAPPING.lore) == []


def test_the_trial_needs_what_its_criteria_of_data_read() -> None:
    """What a criterion of `decided_by = "data"` reads, or something that answers in its place, is asked for."""
    needed = {name for need in ward.mappings().study.needs for name in need.any_of}
    told_of = sections(DOCS / "criteria.md", "###")
    instead = {"mdm2-cep12-ratio", "histologic-grade", "index-surgery", "neoadjuvant-cycle"}
    for row in criteria():
        reads = next((line for line in told_of[row["id"]].splitlines() if line.startswith("- **Reads**")), "")
        names = set(re.findall(r"`([^`]+)`", reads.partition("shown:")[0]))
        if row["decided_by"] == "data":
            assert names - instead <= needed, row["id"]
