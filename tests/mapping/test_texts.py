"""What a test is called in words alone counts where people of the site said what it asks for: whole, in normal form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.heard.gaps import Gap, gaps_of
from natars_fhir.mapping.heard.unmapped import open_still
from natars_fhir.mapping.needles import needles
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.site import SiteMapping, compiled
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.mapping.terms.site_file import lines, merged, without
from natars_fhir.mapping.texts import TEST_NAMES, plain_text
from tests import ward
from tests.ward import mappings

SITE = "hospital-b"
NAME = "中性粒细胞绝对数(急诊)"
LINE = f'[texts]\n"{NAME}" = "anc"   # 急诊检验\n"ECOG（门诊）" = "ecog"\n'
CHARACTERS = mappings().words.characters


def mapping(text: str = LINE) -> SiteMapping:
    return compiled(overlaid(mappings(), {SITE: text}), SITE)


def sent(*codes: Any, **more: Any) -> dict[str, Any]:
    """A result without a code of its own; further ones are its components."""
    value = {"valueQuantity": {"value": 3, "unit": "10*9/L"}}
    parts = [{"code": one, **value} for one in codes[1:]]
    told = {"component": parts} if parts else value
    return ward.observation(codes[0], **told, **more)


def read(resource: dict[str, Any], of: SiteMapping | None = None) -> list[str]:
    document = DocumentReader(of or mapping())(ward.raw(ward.bundle(resource)))
    return [fact.concept for reading in document.readings for fact in reading.facts]


@pytest.mark.parametrize("name", [NAME, "中性粒细胞绝对数（急诊）", f"  {NAME}\n", "中性粒細胞絕對數（急診）"])
def test_a_result_that_is_called_so_is_read(name: str) -> None:
    assert read(sent({"text": name})) == ["anc"]


@pytest.mark.parametrize("name", ["中性粒细胞绝对数", f"{NAME}2", f"非{NAME}", "x", ""])
def test_one_that_is_called_otherwise_is_not_however_near(name: str) -> None:
    assert read(sent({"text": name})) == []


def test_a_component_is_read_by_its_name_too() -> None:
    assert read(sent({"text": "panel"}, {"text": NAME})) == ["anc"]


def test_a_code_that_is_understood_goes_before_the_words_and_one_that_is_not_goes_behind_them() -> None:
    coded = ward.concept("http://loinc.org", "777-3")
    assert read(sent({**coded, "text": NAME})) == ["platelets"]
    assert read(sent({**ward.concept("http://his.hospital-b.example/lis", "NEW"), "text": NAME})) == ["anc"]


def test_what_people_said_of_a_name_goes_before_a_stain_that_it_seems_to_name() -> None:
    stain = {"valueCodeableConcept": {"text": "阳性"}}
    own = mapping('[texts]\n"MDM2蛋白表达" = "ihc-cdk4"\n')
    told = ward.observation({"text": "MDM2蛋白表达"}, **stain)
    assert (read(told, compiled(mappings(), SITE)), read(told, own)) == (["ihc-mdm2"], ["ihc-cdk4"])


def test_without_a_line_nothing_is_read_of_it() -> None:
    assert read(sent({"text": NAME}), compiled(mappings(), SITE)) == []


def test_a_name_that_a_criterion_asks_for_is_not_let_go_before_it_is_read() -> None:
    plain = compiled(mappings(), SITE)
    assert plain.route(ward.raw(sent({"text": "ECOG（门诊）"}))) is not None
    assert mapping().route(ward.raw(sent({"text": "ECOG（门诊）"}))) is None


def test_a_name_that_can_put_a_patient_in_scope_is_searched_for_in_bulk() -> None:
    asks = mapping('[texts]\n"瘤种（会诊）" = "histology"\n')
    plain, more = (needles(one.lore, mappings().study) for one in (compiled(mappings(), SITE), asks))
    assert more.bare - plain.bare == {"瘤种(会诊)"}
    assert needles(mapping().lore, mappings().study).bare == plain.bare


def gaps(resource: dict[str, Any], of: SiteMapping) -> list[Gap]:
    raw = ward.raw(resource)
    document = DocumentReader(of)(ward.raw(ward.bundle(resource)))
    return [gap for reading in document.readings for gap, _ in gaps_of(reading, raw, of)]


def test_a_name_that_is_not_understood_is_a_gap_until_somebody_says_what_it_asks_for() -> None:
    plain = compiled(mappings(), SITE)
    assert gaps(sent({"text": NAME}), plain) == [gap := Gap("text", "Observation", "", NAME)]
    assert (open_still(plain, gap), open_still(mapping(), gap)) == (True, False)
    assert gaps(sent({"text": NAME}), mapping()) == []


def test_of_a_panel_the_part_is_told_that_is_not_understood() -> None:
    panel = sent(ward.concept("http://loinc.org", "777-3"), {"text": "某项"})
    assert Gap("text", "Observation", "", "某项") in gaps(panel, mapping())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[texts]\n"x" = "ancc"\n', "mapping desk of hospital-b:2: «x»: unknown concept «ancc»; did you mean «anc»"),
        ('[texts]\n"ＡＢ" = "anc"\n"ab " = "wbc"\n', "mapping desk of hospital-b:3: «ＡＢ» and «ab » are one text"),
        ('[texts]\n" " = "anc"\n', "is no name of anything"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(MappingError) as caught:
        overlaid(mappings(), {SITE: text})
    assert told in str(caught.value)


def test_the_sites_own_file_may_say_it_too() -> None:
    site = mappings().sites[SITE].model_copy(update={"texts": {NAME: "anc"}})
    told = compiled(replace(mappings(), sites={SITE: site}), SITE)
    assert read(sent({"text": NAME}), told) == ["anc"]


def test_a_line_is_written_found_and_taken_out_again() -> None:
    row = Row(Code(system=TEST_NAMES, code='急诊"ANC"'), Target("asked", "anc"), "急诊检验")
    text = merged("", [row]).lstrip()
    assert text.startswith("[texts]\n")
    assert [(one.table, one.code, one.value, one.remark) for one in lines(text)] == [
        (TEST_NAMES, '急诊"ANC"', "anc", "急诊检验")
    ]
    assert lines(without(text, TEST_NAMES, '急诊"ANC"')) == []
    assert compiled(overlaid(mappings(), {SITE: text}), SITE).lore.texts == {'急诊"anc"': "anc"}


@settings(max_examples=40)
@given(st.text(max_size=12))
def test_the_normal_form_stays_as_it_is(text: str) -> None:
    once = plain_text(text, CHARACTERS)
    assert plain_text(once, CHARACTERS) == once
    assert plain_text(f" {text}\n", CHARACTERS) == once
