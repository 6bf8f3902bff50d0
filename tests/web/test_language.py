"""Which language somebody prefers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.web.language import preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-CN", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.2, en;q=0.7", "en"),
        ("en;q=0, zh", "zh"),
        ("de, fr;q=0.5", "zh"),
        ("de, en;q=0.1", "en"),
        ("en;q=x, zh;q=0.1", "zh"),
        ("EN-gb", "en"),
    ],
)
def test_the_best_by_weight_is_preferred(header: str, language: str) -> None:
    assert preferred(header, "zh") == language


@given(st.text())
def test_whatever_is_sent_a_language_is_found(header: str) -> None:
    assert preferred(header, "zh") in ("zh", "en")
