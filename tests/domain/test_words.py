"""Every word that a sentence may have to say is there in both languages."""

from __future__ import annotations

import re

import pytest

from natars_fhir.domain.words import WORDS
from tests import ward

DRUGS = sorted({one.name for one in (*ward.mappings().drugs.drug, *ward.mappings().drugs.group)})


@pytest.mark.parametrize("name", DRUGS)
def test_a_drug_is_called_by_a_chinese_name_in_chinese(name: str) -> None:
    assert re.search("[\u4e00-\u9fff]", WORDS["zh"].get(name, name))


def test_a_planned_visit_is_called_by_a_chinese_name_in_chinese() -> None:
    conventions = ward.mappings().study.conventions
    assert {one.name for one in conventions.visits} <= WORDS["zh"].keys()
