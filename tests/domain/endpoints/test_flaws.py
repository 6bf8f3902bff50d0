"""Flaws: each has its name, and is said in both languages without a value."""

from __future__ import annotations

import re

import pytest

from natars_fhir.domain.endpoints.flaws import FLAWS, flaw
from natars_fhir.domain.issue import Issue
from tests.doc_pages import DOCS, first_column, sections
from tests.domain.trial_patients import fact

FACT = fact("index-surgery", "present", "2024-03-10")


@pytest.mark.parametrize("name", list(FLAWS))
def test_a_flaw_is_said_in_both_languages_with_the_same_fill(name: str) -> None:
    _, en, zh = FLAWS[name]
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert ("{0}" in en) == ("{0}" in zh)
    found = flaw(name, FACT, "index-surgery")
    assert isinstance(found, Issue)
    assert (found.name, found.code, found.expression) == (name, "business-rule", FACT.path)
    assert "2024" not in found.text + found.zh


def test_a_concept_is_named_in_the_readers_language() -> None:
    found = flaw("act-before-consent", FACT, "allocation")
    assert (found.text, found.zh) == (
        "An act of the trial (allocation) is dated before consent to it.", "研究行为（入组）日期早于知情同意。",
    )  # fmt: skip


def test_every_name_is_told_in_the_docs() -> None:
    told = first_column(sections(DOCS / "endpoints.md", "##")["Data quality"])
    assert {cell.strip("`") for cell in told} == set(FLAWS)
