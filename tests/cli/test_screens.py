"""Where commands write: a table hides nothing, however narrow the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from natars_fhir.cli.screens import Table

WORDS = "请发送「本研究知情同意」，例如使用代码"


@pytest.mark.parametrize("width", [140, 60, 24])
def test_chinese_without_spaces_is_broken_and_never_cut(width: int) -> None:
    written = io.StringIO()
    table = Table("数据项", "需要的改动")
    table.add_row("肿瘤突破膈肌" * 3, WORDS * 3)
    Console(file=written, width=width).print(table)
    told = written.getvalue()
    assert "…" not in told
    assert all(told.count(sign) >= 3 * WORDS.count(sign) for sign in set(WORDS))
