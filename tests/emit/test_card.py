"""A card says in one line why a patient may fit and what is missing, and its text makes no markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.domain.answer import UNKNOWN
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.people import with_people
from natars_fhir.domain.record import Patient
from natars_fhir.domain.request import Request
from natars_fhir.domain.screening import Screening
from natars_fhir.domain.sentence import Language
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion
from natars_fhir.emit.card import MOST, REASONS, Face, card, detail, escaped, summary
from tests.service.hospital import mappings

STUDY = mappings().study
OPEN = tuple(one for one in STUDY.criteria if one.wants)
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def screening(*criteria: Criterion) -> Screening:
    silent = Finding(UNKNOWN, "silent", Sentence("histology.silent"))
    found = tuple((one, silent) for one in criteria)
    return Screening(Patient("a", "Patient/1"), STUDY.id, date(2024, 6, 15), date(2024, 6, 15), True, found)


def part(found: Screening) -> PeoplesPart:
    return PeoplesPart(with_people(found, ()), None)


def asked(*criteria: Criterion) -> Request:
    return Request("requested" if criteria else "completed", tuple((one, "silent") for one in criteria))


@LANGUAGES
@pytest.mark.parametrize("count", range(len(OPEN) + 1))
def test_a_summary_has_fewer_than_140_characters_however_much_is_missing(language: Language, count: int) -> None:
    told = summary(screening(*OPEN[:count]), asked(*OPEN[:count]), STUDY, language)
    assert 0 < len(told) <= MOST
    assert told.startswith(STUDY.acronym)
    assert "\n" not in told


@given(st.lists(st.text(min_size=1, max_size=300), max_size=12), st.sampled_from(["en", "zh"]))
def test_a_summary_is_never_too_long(wants: list[str], language: str) -> None:
    criteria = tuple(replace(OPEN[0], wants={"en": one, "zh": one}) for one in wants)
    told = summary(screening(*criteria), asked(*criteria), STUDY, cast("Language", language))
    assert len(told) <= MOST


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "NATARS: this patient may fit. Missing: birth date; biopsy report with a definite type."),
        ("zh", "NATARS：该患者可能符合入组条件。尚缺：出生日期；明确类型的活检病理报告。"),
    ],
)
def test_what_is_missing_is_named_in_the_users_language(language: Language, told: str) -> None:
    assert summary(screening(*OPEN[:2]), asked(*OPEN[:2]), STUDY, language) == told


@LANGUAGES
def test_what_there_is_no_room_for_is_counted(language: Language) -> None:
    told = summary(screening(*OPEN), asked(*OPEN), STUDY, language)
    left = int(re.findall(r"\d+", told)[-1])
    shown = sum(one in told for one in dict.fromkeys(criterion.wants[language] for criterion in OPEN))
    assert left + shown >= len({criterion.wants[language] for criterion in OPEN})
    assert shown > 0


@LANGUAGES
def test_where_nothing_is_missing_a_person_decides(language: Language) -> None:
    told = summary(screening(), asked(), STUDY, language)
    assert told.endswith({"en": "an investigator decides.", "zh": "请研究者判断。"}[language])


@LANGUAGES
def test_the_detail_names_every_open_criterion_and_who_decides(language: Language) -> None:
    found = screening(*OPEN)
    told = detail(found, part(found), asked(*OPEN), language)
    assert [one.id for one in OPEN] == re.findall(r"^- \*\*(\S+)\*\*", told, flags=re.MULTILINE)
    assert {"en": "investigator's signature", "zh": "研究者签署"}[language] in told


@given(st.text())
def test_text_of_a_record_makes_neither_links_nor_html(text: str) -> None:
    told = escaped(text)
    assert "\n" not in told
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]`*_#|~!{}]", told)


@LANGUAGES
def test_a_card_has_the_fields_of_the_standard_and_no_empty_one(language: Language) -> None:
    found = screening(*OPEN)
    made = card(found, part(found), asked(*OPEN), STUDY, "u", Face(language, "https://b.example", "https://p.example"))
    assert set(made) == {"uuid", "summary", "detail", "indicator", "source", "overrideReasons", "links"}
    assert made["indicator"] == "info"
    assert made["source"]["url"].endswith(STUDY.registry_id)
    assert [one["code"] for one in made["overrideReasons"]] == list(REASONS)
    assert all(one["display"] for one in made["overrideReasons"])
    assert [link["type"] for link in made["links"]] == ["absolute", "absolute"]
    assert made["links"][1]["url"] == "https://p.example"


def test_without_pages_there_is_no_link_to_them() -> None:
    found = screening()
    made = card(found, part(found), asked(), STUDY, "u", Face("en", "https://b.example"))
    assert len(made["links"]) == 1
