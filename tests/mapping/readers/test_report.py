"""Reports: conclusions by code, and texts in every form that a report sends them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.ward import ICD_O, LOINC, concept, line, observation, read, resource, told

PATHOLOGY = concept(LOINC, "22637-3")
CT = concept("http://terminology.hl7.org/CodeSystem/v2-0074", "CT")
TEXT = "（腹膜后）平滑肌肉瘤，免疫组化：MDM2(-)，CDK4(-)。"
FACTS = {"histology LMS", "primary-site retroperitoneum", "ihc-mdm2 negative", "ihc-cdk4 negative"}


def report(code: Any = PATHOLOGY, **elements: Any) -> dict[str, Any]:
    return resource(
        "DiagnosticReport", **{"status": "final", "code": code, "effectiveDateTime": "2024-05-01", **elements}
    )


def attachment(text: str, kind: str = "text/plain", charset: str = "utf-8", **more: Any) -> dict[str, Any]:
    return {"contentType": kind, "data": base64.b64encode(text.encode(charset)).decode(), **more}


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"conclusion": TEXT}, id="conclusion"),
        pytest.param({"presentedForm": [attachment(TEXT)]}, id="an attachment in UTF-8"),
        pytest.param({"presentedForm": [attachment(TEXT, "text/plain; charset=GB18030", "gb18030")]}, id="GB18030"),
        pytest.param({"presentedForm": [attachment(TEXT, 'text/plain;charset="gbk"', "gbk")]}, id="GBK in quotes"),
        pytest.param({"presentedForm": [attachment(f"<p><b>{TEXT}</b></p>", "text/html")]}, id="HTML"),
        pytest.param(
            {"presentedForm": [attachment("PDF", "application/pdf"), attachment(TEXT)]}, id="the text of two forms"
        ),
    ],
)
def test_a_text_is_read_in_whatever_form_it_comes(elements: dict[str, Any]) -> None:
    assert set(told(report(**elements))) == FACTS


@pytest.mark.parametrize(
    ("markup", "facts"),
    [
        pytest.param("<p>去分化<b>脂肪</b>肉瘤</p>", {"histology DDLPS"}, id="a tag within a word"),
        pytest.param(
            "<table><tr><td>MDM2(+)</td></tr><tr><td>CDK4(-)</td></tr></table>",
            {"ihc-mdm2 positive", "ihc-cdk4 negative"},
            id="a table",
        ),
        pytest.param("MDM2(+)&nbsp;Ki-67(&lt;5%)", {"ihc-mdm2 positive", "ihc-ki67 positive"}, id="entities"),
        pytest.param(
            "Ki-67(<5%)，MDM2(+)，<br>", {"ihc-mdm2 positive", "ihc-ki67 positive"}, id="a bare less-than sign"
        ),
        pytest.param(
            "<style>td { MDM2(+) }</style><!-- CDK4(+) --><p>STAT6(+)</p>", {"ihc-stat6 positive"}, id="hidden"
        ),
    ],
)
def test_markup_is_taken_off(markup: str, facts: set[str]) -> None:
    assert set(told(report(presentedForm=[attachment(markup, "text/html")]))) == facts


def test_a_span_finds_the_words_again() -> None:
    found = {line(fact): TEXT[fact.span[0] : fact.span[1]] for fact in read(report(conclusion=TEXT)).facts if fact.span}
    assert found["histology LMS"] == "平滑肌肉瘤"
    assert "MDM2" in found["ihc-mdm2 negative"]


@pytest.mark.parametrize(
    ("form", "code", "place"),
    [
        pytest.param(attachment("%PDF", "application/pdf"), "not-supported", ".contentType", id="PDF"),
        pytest.param({"data": "eA=="}, "not-supported", ".contentType", id="no type"),
        pytest.param({"contentType": "text/plain", "url": "Binary/1"}, "informational", "", id="elsewhere"),
        pytest.param(attachment(TEXT, charset="gb18030"), "value", ".data", id="another charset than it says"),
        pytest.param(attachment(TEXT, "text/plain; charset=klingon"), "value", ".data", id="an unknown charset"),
        pytest.param({"contentType": "text/plain", "data": "eA="}, "value", ".data", id="no base64"),
    ],
)
def test_a_form_that_is_not_read_is_told(form: dict[str, Any], code: str, place: str) -> None:
    reading = read(report(presentedForm=[form]))
    assert reading.facts == ()
    assert [(i.code, i.expression) for i in reading.issues] == [(code, f"DiagnosticReport.presentedForm[0]{place}")]


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        pytest.param("final", {""}, id="final"),
        pytest.param("appended", {""}, id="appended"),
        pytest.param("preliminary", {" pending"}, id="preliminary"),
        pytest.param("partial", {" pending"}, id="partial"),
        pytest.param("cancelled", set(), id="cancelled"),
        pytest.param("entered-in-error", set(), id="in error"),
    ],
)
def test_a_report_stands_as_its_status_says(status: str, standing: set[str]) -> None:
    found = set(told(report(status=status, conclusion=TEXT)))
    assert found == {fact + end for fact in FACTS for end in standing}


@pytest.mark.parametrize(
    ("elements", "basis"),
    [
        pytest.param({}, "tissue", id="pathology by code"),
        pytest.param({"code": {"text": "CT"}, "category": [CT]}, "imaging", id="imaging by category"),
        pytest.param({"code": {"text": "病理诊断报告"}}, "tissue", id="pathology by name"),
        pytest.param({"code": {"text": "腹部增强CT"}}, "imaging", id="imaging by name"),
        pytest.param({"code": {"text": "PET-CT"}}, "imaging", id="PET-CT"),
        pytest.param({"code": {"text": "Resection specimen, doctor's letter"}}, "diagnosis", id="«ct» within a word"),
        pytest.param({"code": {"text": "出院小结"}}, "diagnosis", id="neither"),
    ],
)
def test_a_type_bears_the_kind_of_report_it_rests_on(elements: dict[str, Any], basis: str) -> None:
    found = read(report(conclusion="平滑肌肉瘤", **elements)).facts
    assert {fact.said("basis") for fact in found if fact.concept == "histology"} == {basis}


def test_a_coded_conclusion_is_read() -> None:
    assert told(report(conclusionCode=[concept(ICD_O, "8858/3")])) == ["histology DDLPS"]


def test_the_same_said_by_code_and_text_counts_once() -> None:
    found = told(report(conclusionCode=[concept(ICD_O, "8890/3")], conclusion="平滑肌肉瘤"))
    assert found == ["histology LMS"]


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        pytest.param(PATHOLOGY, FACTS, id="a section of a report"),
        pytest.param(concept(LOINC, "8302-2"), set(), id="any other text"),
    ],
)
def test_a_section_told_as_an_observation_is_read_by_its_code(code: Any, facts: set[str]) -> None:
    assert set(told(observation(code, valueString=TEXT))) == facts


def test_a_report_of_a_sites_own_kind_is_read_as_that_kind() -> None:
    own = concept("http://his.hospital-b.example/report", "YX01")
    found = read(report(own, conclusion="腹膜后肿物，大小15×12cm"), "hospital-b").facts
    sizes = [fact for fact in found if fact.concept == "tumour-size"]
    assert [(line(fact), fact.said("method")) for fact in sizes] == [("tumour-size 15", "imaging")]


def test_a_report_that_says_nothing_costs_nothing() -> None:
    reading = read(report(conclusion="未见异常。"))
    assert (reading.facts, reading.issues) == ((), ())


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        pytest.param(concept(ICD_O, "8858/3", text="去分化脂肪肉瘤"), ["histology DDLPS"], id="the same"),
        pytest.param(
            concept(ICD_O, "8858/3", text="平滑肌肉瘤"), ["histology DDLPS", "histology LMS"], id="another type"
        ),
        pytest.param(
            concept(ICD_O, "8858/3", text="倾向去分化脂肪肉瘤"),
            ["histology DDLPS hedged"],
            id="words that doubt",
        ),
        pytest.param({"text": "平滑肌肉瘤"}, ["histology LMS"], id="words alone"),
    ],
)
def test_a_conclusion_is_read_with_its_own_words(code: Any, facts: list[str]) -> None:
    sent = resource("DiagnosticReport", status="final", code=concept(LOINC, "22637-3"), conclusionCode=[code])
    assert told(sent) == facts
