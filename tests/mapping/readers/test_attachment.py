"""Attachments and narratives: every form in which a report's words come, and what is told where they cannot be read."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.mapping.quote import quote
from tests.ward import LOINC, SNOMED, concept, observation, read, reader, resource, told
from tests.ward import raw as raw_of

TEXT = "（腹膜后）平滑肌肉瘤，免疫组化：MDM2(-)，CDK4(-)。"
FACTS = {"histology LMS", "primary-site retroperitoneum", "ihc-mdm2 negative", "ihc-cdk4 negative"}
PATHOLOGY = concept(LOINC, "22637-3")
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def rich(text: str, head: str = r"\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}\f0 ") -> bytes:
    """RTF as Word writes it for Chinese: the bytes of GBK, escaped."""
    body = "".join(one if one.isascii() else "".join(f"\\'{octet:02x}" for octet in one.encode("gbk")) for one in text)
    return rf"{{\rtf1{head}{body}\par}}".encode()


def in_numbers(text: str) -> bytes:
    """RTF as LibreOffice and the Mac write it: characters by their numbers, with a stand-in."""
    numbers = ((one, ord(one) - 65536 if ord(one) > 32767 else ord(one)) for one in text)
    return rb"{\rtf1\ansi\uc1 " + "".join(o if o.isascii() else f"\\u{n}?" for o, n in numbers).encode() + b"}"


def sent(raw: bytes, kind: str | None) -> dict[str, Any]:
    form = {"data": base64.b64encode(raw).decode()} | ({"contentType": kind} if kind else {})
    return resource(
        "DiagnosticReport", status="final", code=PATHOLOGY, effectiveDateTime="2024-05-01", presentedForm=[form]
    )


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        pytest.param(TEXT.encode(), "text/plain", id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), "text/plain", id="UTF-8 with its mark"),
        pytest.param(TEXT.encode("utf-16"), "text/plain", id="UTF-16 with its mark"),
        pytest.param(TEXT.encode("gb18030"), "text/plain; charset=GB18030", id="GB18030"),
        pytest.param(TEXT.encode("gbk"), 'text/plain; charset="GBK"', id="GBK"),
        pytest.param(f"镕{TEXT}".encode("gbk"), "text/plain;charset=gb2312", id="GB2312, with a character of GBK"),
        pytest.param(TEXT.encode("big5hkscs", "replace").replace(b"?", b""), "text/plain; charset=big5", id="Big5"),
        pytest.param(f"<p>{TEXT}</p>".encode(), "text/html", id="HTML"),
        pytest.param(f"<p>{TEXT}</p>".encode("gbk"), "text/html; charset=gbk", id="HTML, its charset in the type"),
        pytest.param(f'<meta charset="gb2312"><p>{TEXT}</p>'.encode("gbk"), "text/html", id="HTML, its charset within"),
        pytest.param(
            f'<META http-equiv=Content-Type content="text/html; charset=GBK"><p>{TEXT}</p>'.encode("gbk"),
            "text/html",
            id="HTML, as older pages say it",
        ),
        pytest.param(
            f'<?xml version="1.0" encoding="GB18030"?><p>{TEXT}</p>'.encode("gb18030"),
            "application/xhtml+xml",
            id="XHTML",
        ),
        pytest.param(rich(TEXT), "text/rtf", id="RTF"),
        pytest.param(rich(TEXT), "application/rtf", id="RTF as an application's"),
        pytest.param(rich(TEXT), "application/msword", id="RTF as a document of Word"),
        pytest.param(rich(TEXT), None, id="RTF without a type"),
        pytest.param(rich(TEXT, r"\ansi\ansicpg936 "), "text/rtf", id="RTF without fonts"),
        pytest.param(in_numbers(TEXT), "text/rtf", id="RTF in numbers"),
        pytest.param(rf"{{\rtf1\ansi\ansicpg936 {TEXT}}}".encode("gbk"), "text/rtf", id="RTF with bytes as they are"),
        pytest.param(rf"{{\rtf1\ansi {TEXT}}}".encode(), "text/rtf; charset=utf-8", id="RTF, its charset in the type"),
        pytest.param(
            rich(TEXT).replace(b"\\par", b"\\'e9F\\par"), "text/rtf", id="RTF, half of a character as a letter"
        ),
    ],
)
def test_the_words_are_read_in_whatever_form_they_come(raw: bytes, kind: str | None) -> None:
    found = read(sent(raw, kind))
    assert found.issues == ()
    if "big5" not in (kind or ""):  # of another script, and so of other words
        assert set(told(sent(raw, kind))) == FACTS


NO_CHARSET = "An attachment that declares no charset and is not UTF-8: it is not read. Declare it in contentType."
OTHER_CHARSET = "An attachment that is not in the charset that it declares: it is not read."


@pytest.mark.parametrize(
    ("raw", "kind", "place", "text"),
    [
        pytest.param(TEXT.encode("gbk"), "text/plain", ".data", NO_CHARSET, id="GBK, undeclared"),
        pytest.param(f"<p>{TEXT}</p>".encode("gbk"), "text/html", ".data", NO_CHARSET, id="HTML in GBK, undeclared"),
        pytest.param(rich(TEXT, r"\ansi "), "text/rtf", ".data", NO_CHARSET, id="RTF, no code page"),
        pytest.param(TEXT.encode("gbk"), "text/plain; charset=utf-8", ".data", OTHER_CHARSET, id="not UTF-8"),
        pytest.param(TEXT.encode("gbk"), "text/plain; charset=iso-8859-1", ".data", OTHER_CHARSET, id="not Latin-1"),
        pytest.param(
            rich(TEXT, r"\ansi\ansicpg1252 "),
            "text/rtf",
            ".data",
            OTHER_CHARSET,
            id="RTF, another code page than it says",
        ),
        pytest.param(
            TEXT.encode(),
            "text/plain; charset=klingon",
            ".data",
            "An attachment in a charset that is not known here: it is not read.",
            id="an unknown charset",
        ),
        pytest.param(
            b"{\\rtf1\\u99999999 x}",
            "text/rtf",
            ".data",
            "An attachment of rich text that cannot be taken apart: it is not read.",
            id="RTF that is none",
        ),
        pytest.param(
            b"%PDF", "application/pdf", ".contentType", "An attachment that is not text: it is not read.", id="PDF"
        ),
        pytest.param(
            TEXT.encode(), None, ".contentType", "An attachment that is not text: it is not read.", id="no type"
        ),
    ],
)
def test_what_cannot_be_read_is_told_and_never_guessed(raw: bytes, kind: str | None, place: str, text: str) -> None:
    reading = read(sent(raw, kind))
    assert reading.facts == ()
    assert [(i.expression, i.text) for i in reading.issues] == [
        (f"DiagnosticReport.presentedForm[0]{place}", text),
    ]


def test_accents_of_a_western_language_are_no_sign_of_another_charset() -> None:
    text = "Léiomyosarcome rétropéritonéal, à distance. MDM2 négatif (-)"
    assert read(sent(text.encode("latin-1"), "text/plain; charset=iso-8859-1")).issues == ()


def test_a_very_long_rich_text_is_read_in_its_time() -> None:
    fields = b"{\\field{\\*\\fldinst{ HYPERLINK " * 20_000
    reading = read(sent(b"{\\rtf1\\ansi " + fields + b"}", "text/rtf"))
    assert reading.facts == ()


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_told(raw: bytes) -> None:
    for kind in ("text/plain", "text/html", "text/rtf", "text/plain; charset=gbk"):
        read(sent(b"{\\rtf1" + raw, kind))
        read(sent(raw, kind))


# DomainResource.text


RESULTS = {"result": [{"reference": "Observation/1"}]}
PDF = {"presentedForm": [{"contentType": "application/pdf", "data": "eA=="}]}


def narrative(text: str = TEXT, status: str = "additional") -> dict[str, Any]:
    return {"status": status, "div": f"<div {XHTML}><p>{text}</p></div>"}


@pytest.mark.parametrize(
    ("elements", "facts"),
    [
        pytest.param({"text": narrative()}, FACTS, id="all that there is"),
        pytest.param({"text": narrative(status="generated")}, FACTS, id="generated, from nothing else"),
        pytest.param({"text": narrative(status="generated"), **RESULTS}, set(), id="generated from results"),
        pytest.param({"text": narrative(status="additional"), **RESULTS}, FACTS, id="beside results"),
        pytest.param({"text": narrative(), "conclusion": "平滑肌肉瘤"}, {"histology LMS"}, id="beside a conclusion"),
        pytest.param({"text": narrative(), **PDF}, FACTS, id="beside a form that is not read"),
        pytest.param({"text": narrative(status="empty")}, set(), id="empty, by its own word"),
    ],
)
def test_a_reports_narrative_is_read_where_nothing_else_says_anything(
    elements: dict[str, Any], facts: set[str]
) -> None:
    assert set(told(resource("DiagnosticReport", status="final", code=PATHOLOGY, **elements))) == facts


def test_a_section_of_a_report_as_an_observation_is_read_so_too() -> None:
    assert set(told(observation(PATHOLOGY, text=narrative()))) == FACTS
    assert told(observation(PATHOLOGY, text=narrative(), valueBoolean=True)) == []
    assert told(observation(concept(LOINC, "8302-2"), text=narrative())) == []


def test_the_words_are_found_again_in_the_narrative() -> None:
    report = resource("DiagnosticReport", status="final", code=PATHOLOGY, text=narrative("（腹膜后）<b>平滑肌</b>肉瘤"))
    ((reading, found),) = reader().resources(raw_of(report))
    (fact,) = (fact for fact in reading.facts if fact.concept == "histology")
    assert (fact.path, fact.span is not None) == ("DiagnosticReport.text.div", True)
    assert "«平滑肌肉瘤»" in quote(fact.evidence, found)


@pytest.mark.parametrize("code", [None, {"id": "x"}], ids=["no code", "a code that says nothing"])
def test_a_condition_of_a_narrative_alone_is_shown_and_never_decides(code: Any) -> None:
    found = told(resource("Condition", code=code, text=narrative("腹膜后平滑肌肉瘤")))
    assert "histology LMS hedged" in found
    assert told(resource("Condition", code={"text": "x"}, text=narrative())) == []


@pytest.mark.parametrize(
    ("elements", "place"),
    [
        ({"resourceType": "Procedure", "status": "completed"}, "Procedure.text"),
        (
            {"resourceType": "MedicationAdministration", "status": "completed", "effectiveDateTime": "2024",
             "medicationCodeableConcept": {"id": "x"}},
            "MedicationAdministration.text",
        ),
        ({"resourceType": "MedicationStatement", "status": "active", "medicationCodeableConcept": {"id": "x"}},
         "MedicationStatement.text"),
    ],
)  # fmt: skip
def test_of_others_the_narrative_alone_is_told(elements: dict[str, Any], place: str) -> None:
    kind = elements.pop("resourceType")
    reading = read(resource(kind, text=narrative("多柔比星"), **elements))
    assert reading.facts == ()
    assert [(issue.code, issue.expression) for issue in reading.issues] == [("not-supported", place)]


def test_a_narrative_beside_what_is_said_in_elements_changes_nothing() -> None:
    plain = observation("ihc-mdm2", valueCodeableConcept=concept(SNOMED, "10828004"))
    assert told({**plain, "text": narrative("MDM2(-)", "generated")}) == told(plain)
