"""What somebody may map a gap to: only what becomes a line that loads."""

from __future__ import annotations

import pytest

from natars_fhir.mapping.heard import choices
from natars_fhir.mapping.heard.choices import Chosen
from natars_fhir.mapping.heard.gaps import Gap
from natars_fhir.mapping.overlay import overlaid
from natars_fhir.mapping.site import SiteMapping, compiled
from natars_fhir.mapping.terms.crosswalk import Target
from natars_fhir.mapping.terms.site_file import merged
from tests.ward import mappings

SITE, LIS = "hospital-b", "http://his.hospital-b.example/lis"
CODE, ANSWER = Gap("code", "Observation", LIS, "X1"), Gap("code", "Observation", LIS, "X2", "ihc-mdm2")
UNIT = Gap("unit", "Observation", "platelets", "万/微升")
NAME, WORDS = Gap("text", "Observation", "", "中性粒细胞（急诊）"), Gap("text", "Observation", "ecog", "一般情况可")


def mapping() -> SiteMapping:
    return compiled(mappings(), SITE)


def test_an_answer_is_first_an_answer_and_a_unit_nothing_else() -> None:
    assert choices.parts(CODE)[0] == "asked"
    assert choices.parts(ANSWER)[0] == "value"
    assert choices.parts(UNIT) == ("unit",)


def test_a_name_asks_for_a_concept_and_nothing_else() -> None:
    here = mapping()
    assert (choices.parts(NAME), "anc" in choices.concepts(mappings(), here, "asked")) == (("asked",), True)
    assert all(choices.mappable(one) for one in (CODE, ANSWER, UNIT, NAME, WORDS))
    assert not choices.mappable(WORDS._replace(item=""))
    assert choices.fault(mappings(), here, NAME, Chosen("says", "metastasis", "present")) == "part"
    text = merged("", [choices.row(here, NAME, Chosen("asked", "anc", "", "急诊"))]).lstrip()
    assert text == '[texts]\n"中性粒细胞（急诊）" = "anc"   # 急诊\n'
    overlaid(mappings(), {SITE: text})


def test_values_are_those_of_what_was_asked() -> None:
    here = mapping()
    assert "positive" in choices.values(mappings(), here, ANSWER, "value", "")
    assert "present" not in choices.values(mappings(), here, ANSWER, "value", "")
    assert "10*9/L" in choices.values(mappings(), here, UNIT, "unit", "")
    assert choices.values(mappings(), here, CODE, "says", "metastasis") == ("present", "absent", "suspected")
    assert "anlotinib" in choices.values(mappings(), here, CODE, "says", "antineoplastic-drug")
    assert choices.values(mappings(), here, CODE, "says", "anc") == ()


def test_a_code_can_say_a_value_only_of_concepts_that_have_words() -> None:
    assert "anc" not in choices.concepts(mappings(), mapping(), "says")
    assert "anc" in choices.concepts(mappings(), mapping(), "asked")


@pytest.mark.parametrize("part", choices.PARTS)
def test_every_choice_that_is_offered_loads(part: str) -> None:
    here, lines = mapping(), ""
    for gap in (CODE, ANSWER):
        names = choices.concepts(mappings(), here, part) or [""]
        for concept in (names[0], names[-1]):
            for value in (choices.values(mappings(), here, gap, part, concept) or [""])[:2]:
                told = Chosen(part, concept, value, "x")
                assert choices.fault(mappings(), here, gap, told) == ""
                lines = merged("", [choices.row(here, gap, told)])
                overlaid(mappings(), {SITE: lines})
    assert lines


def test_a_remark_is_one_line_that_can_be_read() -> None:
    row = choices.row(mapping(), CODE, Chosen("asked", "anc", "", 'a\n"X9" = "wbc"\x00\u202e' + "b" * 200))
    assert len(row.remark) == 80
    assert row.remark.isprintable()


def test_a_hint_stands_in_the_form() -> None:
    assert choices.chosen(Target("says", "metastasis", "present"), "转移") == Chosen(
        "says", "metastasis", "present", "转移"
    )
    assert choices.chosen(Target("unit", "cm"), "") == Chosen("unit", "", "cm", "")
    assert choices.chosen(None, "钾") == Chosen(remark="钾")
