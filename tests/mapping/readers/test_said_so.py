"""An answer in words counts where people of the site said what it stands for: whole, and for one concept alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.heard import choices
from natars_fhir.mapping.heard.choices import Chosen
from natars_fhir.mapping.heard.gaps import Gap, gaps_of
from natars_fhir.mapping.heard.suggest import suggester
from natars_fhir.mapping.heard.unmapped import listed, open_still, row_of
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.schema import Code
from natars_fhir.mapping.site import SiteMapping, compiled
from natars_fhir.mapping.terms.crosswalk import Row, Target
from natars_fhir.mapping.terms.site_file import lines, merged, without
from natars_fhir.mapping.terms.translate import terminology
from natars_fhir.mapping.texts import answers_to
from tests import ward
from tests.ward import ICD_O, SNOMED, concept, line, mappings, observation

SITE = "hospital-b"
LINES = """
[answers.ihc-mdm2]
"见描述项" = "positive"   # 病理科
"见附页（3）" = "equivocal"

[answers.metastasis]
"待查" = "suspected"
"未及" = "absent"

[answers."mdt-resectability"]
"可行" = "yes"

[answers.fnclcc-grade]
"中" = "2"

[answers.asa-class]
"中等" = "3"

[answers.histology]
"平滑肌来源恶性" = "LMS"

[answers.resection-margin]
"净" = "R0"
"""


@cache
def mapping(text: str = LINES) -> SiteMapping:
    return compiled(overlaid(mappings(), {SITE: text}), SITE)


def told(sent: dict[str, Any], of: SiteMapping | None = None) -> list[str]:
    (reading,) = DocumentReader(of or mapping())(ward.raw(sent)).readings
    return [line(fact) for fact in reading.facts]


@pytest.mark.parametrize(
    ("name", "words", "fact"),
    [
        pytest.param("ihc-mdm2", "见描述项", "ihc-mdm2 positive", id="a stain"),
        pytest.param("ihc-mdm2", " 见附页(3)\n", "ihc-mdm2 equivocal", id="in another width"),
        pytest.param("ihc-mdm2", "见附页（3）", "ihc-mdm2 equivocal", id="a doubt"),
        pytest.param("metastasis", "待查", "metastasis suspected", id="perhaps there"),
        pytest.param("metastasis", "未及", "metastasis absent", id="not there"),
        pytest.param("mdt-resectability", "可行", "mdt-resectability yes", id="what people attest"),
        pytest.param("fnclcc-grade", "中", "fnclcc-grade 2", id="a grade"),
        pytest.param("asa-class", "中等", "asa-class 3", id="a class"),
        pytest.param("histology", "平滑肌来源恶性", "histology LMS", id="a type"),
        pytest.param("resection-margin", "净", "resection-margin R0", id="a value of its own"),
    ],
)
def test_words_are_read_as_what_people_said_that_they_stand_for(name: str, words: str, fact: str) -> None:
    plain = compiled(mappings(), SITE)
    for value in ({"valueString": words}, {"valueCodeableConcept": {"text": words}}):
        assert told(observation(name, **value)) == [fact]
        assert told(observation(name, **value), plain) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("ihc-cdk4", "见描述项", id="of another concept"),
        pytest.param("ihc-mdm2", "见描", id="a part of them"),
        pytest.param("ihc-mdm2", "见描述项2", id="more than them"),
        pytest.param("ihc-mdm2", "见描述项" * 20, id="a text"),
    ],
)
def test_no_others_are_however_near(name: str, words: str) -> None:
    assert told(observation(name, valueString=words)) == []


def test_they_go_before_what_is_read_in_the_words_and_behind_a_code_that_is_understood() -> None:
    own = mapping('[answers.ihc-mdm2]\n"阳性" = "equivocal"\n')
    assert told(observation("ihc-mdm2", valueString="阳性"), own) == ["ihc-mdm2 equivocal"]
    for system, facts in ((SNOMED, ["ihc-mdm2 negative"]), ("urn:x", ["ihc-mdm2 positive"])):
        value = concept(system, "260385009", text="见描述项")
        assert [one for one in told(observation("ihc-mdm2", valueCodeableConcept=value)) if "hedged" not in one][
            -1:
        ] == facts


def test_the_same_words_in_a_form_are_read_too() -> None:
    form = {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": "completed",
        "questionnaire": "urn:form",
        "subject": ward.SOMEBODY,
        "authored": "2024-05-01",
        "item": [{"linkId": "1", "answer": [{"valueString": "未及"}]}],
    }
    asked = mapping(f'[codes."urn:form"]\n"1" = "metastasis"\n{LINES}')
    assert told(form, asked) == ["metastasis absent"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[answers.ihc-mdm3]\n"x" = "positive"\n', "unknown concept «ihc-mdm3»"),
        ('[answers.ihc-mdm2]\n"x" = "positiv"\n', ":2: «x»: «ihc-mdm2» cannot be «positiv»"),
        ('[answers.anc]\n"低" = "1"\n', "«anc» is a number: its answers in words cannot be told one by one"),
        ('[answers.antineoplastic-drug]\n"x" = "doxorubicin"\n', "is a drug"),
        ('[answers.ihc-mdm2]\n"ＡＢ" = "positive"\n"ab " = "negative"\n', ":3: «ＡＢ» and «ab » are one text"),
        ('[answers.ihc-mdm2]\n" " = "positive"\n', "is no answer to anything"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(MappingError) as caught:
        overlaid(mappings(), {SITE: text})
    assert fault in str(caught.value)


def test_the_sites_own_file_may_say_it_and_the_desk_says_it_over_that() -> None:
    own = {"answers": {"ihc-mdm2": {"见图": "positive", "另见": "negative"}}}
    site = mappings().sites[SITE].model_copy(update=own)
    folder = replace(mappings(), sites={SITE: site})
    over = compiled(overlaid(folder, {SITE: '[answers.ihc-mdm2]\n"见图" = "equivocal"\n'}), SITE)
    sent = [observation("ihc-mdm2", valueString=words) for words in ("见图", "另见")]
    assert [told(one, compiled(folder, SITE)) for one in sent] == [["ihc-mdm2 positive"], ["ihc-mdm2 negative"]]
    assert [told(one, over) for one in sent] == [["ihc-mdm2 equivocal"], ["ihc-mdm2 negative"]]


def gap_of(sent: dict[str, Any], of: SiteMapping) -> list[Gap]:
    (reading,) = DocumentReader(of)(ward.raw(sent)).readings
    return [gap for gap, _ in gaps_of(reading, ward.raw(sent), of)]


def test_an_answer_in_words_is_a_gap_that_can_be_mapped_until_it_is() -> None:
    plain, sent = compiled(mappings(), SITE), observation("ihc-mdm2", valueString="见附页（3）")
    (gap,) = gap_of(sent, plain)
    assert (gap, choices.mappable(gap), choices.parts(gap)) == (
        Gap("text", "Observation", "ihc-mdm2", "见附页（3）"), True, ("value",)
    )  # fmt: skip
    assert "equivocal" in choices.values(mappings(), plain, gap, "value", "")
    assert choices.fault(mappings(), plain, gap, Chosen("value", "", "R0")) == "value"
    told_so = Chosen("value", "", "equivocal", "病理科")
    assert choices.fault(mappings(), plain, gap, told_so) == ""
    text = merged("", [choices.row(plain, gap, told_so)]).lstrip()
    assert text == '[answers."ihc-mdm2"]\n"见附页（3）" = "equivocal"   # 病理科\n'
    mapped = mapping(text)
    assert (open_still(plain, gap), open_still(mapped, gap), gap_of(sent, mapped)) == (True, False, [])


def test_of_a_number_no_answer_in_words_is_mapped() -> None:
    plain = compiled(mappings(), SITE)
    gap = Gap("text", "Observation", "anc", "偏低")
    assert choices.values(mappings(), plain, gap, "value", "") == ()
    assert choices.fault(mappings(), plain, gap, Chosen("value", "", "1")) == "value"


def test_a_hint_becomes_such_a_line() -> None:
    plain = compiled(mappings(), SITE)
    gap = Gap("text", "Observation", "ihc-mdm2", "（+）弥漫")
    (one,) = listed(plain, suggester(plain.lore, plain.site, {}), [(gap, "", 3, "", "")])
    assert one.hint is not None
    row = row_of(gap, one.hint, "")
    assert row is not None
    assert (row.code.system, row.target) == (answers_to("ihc-mdm2"), Target("value", "positive"))


def test_a_line_is_written_found_and_taken_out_again() -> None:
    table = answers_to("ihc-mdm2")
    row = Row(Code(system=table, code='见"图"'), Target("value", "positive"), "病理科")
    text = merged('[answers."ihc-mdm2"]\n"x" = "negative"\n', [row])
    assert [(one.table, one.code, one.value) for one in lines(text)] == [
        (table, "x", "negative"), (table, '见"图"', "positive")
    ]  # fmt: skip
    assert [one.code for one in lines(without(text, table, '见"图"'))] == ["x"]


def test_they_are_not_published_for_they_are_no_codes() -> None:
    said = str(terminology(overlaid(mappings(), {SITE: LINES}), SITE, "https://natars.example/fhir").maps)
    assert "见附页（3）" not in said
    assert ICD_O in said
