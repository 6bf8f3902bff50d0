"""Fragments leave out what was not said, and ids made of names are legal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.fhir import build


@pytest.mark.parametrize(
    ("made", "fragment"),
    [
        pytest.param(build.coding("s", "c"), {"system": "s", "code": "c"}, id="coding"),
        pytest.param(
            build.coding("s", "c", "d", "5.0.0"),
            {"system": "s", "version": "5.0.0", "code": "c", "display": "d"},
            id="coding with all",
        ),
        pytest.param(build.concept(build.coding("s", "c")), {"coding": [{"system": "s", "code": "c"}]}, id="concept"),
        pytest.param(build.concept(text="words"), {"text": "words"}, id="concept of words"),
        pytest.param(build.concept(), {}, id="concept of nothing"),
        pytest.param(build.identifier("s", "v"), {"system": "s", "value": "v"}, id="identifier"),
        pytest.param(build.period("2024-01"), {"start": "2024-01"}, id="open period"),
        pytest.param(build.reference("Patient", "1"), {"reference": "Patient/1"}, id="reference"),
        pytest.param(build.named("Organization", "A"), {"type": "Organization", "display": "A"}, id="by name"),
        pytest.param(
            build.identified("Patient", "s", "v"),
            {"type": "Patient", "identifier": {"system": "s", "value": "v"}},
            id="by identifier",
        ),
        pytest.param(build.extension("u", "Code", "c"), {"url": "u", "valueCode": "c"}, id="extension"),
        pytest.param(
            build.parts("u", build.extension("a", "Boolean", False)),
            {"url": "u", "extension": [{"url": "a", "valueBoolean": False}]},
            id="complex extension",
        ),
    ],
)
def test_a_fragment_holds_what_was_said(made: object, fragment: object) -> None:
    assert made == fragment


def test_a_zero_and_a_false_are_said() -> None:
    assert build.said({"a": 0, "b": False, "c": "", "d": [], "e": None, "f": {}}) == {"a": 0, "b": False}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("The Neoadjuvant Therapy Group", "the-neoadjuvant-therapy-group"),
        ("Phase 2/Phase 3", "phase-2-phase-3"),
        (" surgery only ", "surgery-only"),
    ],
)
def test_a_slug_can_be_read(text: str, made: str) -> None:
    assert build.slug(text) == made


@given(st.text())
def test_a_slug_is_a_legal_id_and_the_same_each_time(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", build.slug(text))
    assert build.slug(text) == build.slug(text)


def test_names_in_other_scripts_stay_apart() -> None:
    assert len({build.slug(name) for name in ("手术组", "新辅助组", "手术组 A", "手术组 B")}) == 4
