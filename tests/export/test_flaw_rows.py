"""Flaws as a table: by pseudonym, in both languages."""

from __future__ import annotations

from natars_fhir.export.flaw_rows import flaws
from tests.domain.endpoints.course import BORN, OPERATED, grew
from tests.export.made import B, D, subject


def test_a_row_a_flaw_under_the_subjects_pseudonym() -> None:
    (row,) = flaws([D])
    assert (row.site, row.subject, row.flaw, row.severity) == ("hospital-a", "dddd", "death-undated", "error")
    assert row.text == "The patient is dead, and no day of death can be used."
    assert row.text_zh == "患者已死亡，但无可用死亡日期。"
    assert "." in row.place


def test_one_of_whom_nothing_is_wrong_has_no_row() -> None:
    assert list(flaws([B])) == []


def test_rows_are_in_the_order_in_which_flaws_are_found() -> None:
    made = subject("x", *[one for one in OPERATED if one is not BORN], grew(None), grew(-20))
    assert [row.flaw for row in flaws([made])] == ["progression-undated", "progression-before-surgery"]
