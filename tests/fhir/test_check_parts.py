"""The walker's parts, where a table of resources would hide what is meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.fhir.check import check
from natars_fhir.fhir.checking import narrative, parsing
from natars_fhir.fhir.checking.invariants import ELSEWHERE, INVARIANTS, NOT_CHECKED
from natars_fhir.fhir.checking.narrative import XHTML, xhtml
from natars_fhir.fhir.checking.parsing import MOST_LEVELS, Repeated, parse, too_deep
from natars_fhir.fhir.checking.predicates import not_after
from natars_fhir.fhir.checking.primitives import PRIMITIVES
from natars_fhir.fhir.checking.spelling import edits, nearest
from natars_fhir.fhir.definitions.tables import r4

NAMES = ["status", "subject", "valueQuantity", "valueString", "id", "code", "name"]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("valuQuantity", "valueQuantity"),
        ("statsu", "status"),
        ("nmae", "name"),
        ("Subject", "subject"),
        ("cod", "code"),
        ("Li", None),
        ("x", None),
        ("", None),
        ("patient name", None),
        ("na\nme", None),
        ("status; DROP", None),
        ("completely", None),
        ("s" * 100, None),
    ],
)
def test_the_nearest_name_is_within_two_edits_and_half_of_it(name: str, right: str | None) -> None:
    assert nearest(name, NAMES) == right


@given(st.text(max_size=8), st.text(max_size=8))
def test_edits_are_the_same_both_ways_and_none_only_for_equals(left: str, right: str) -> None:
    assert edits(left, right) == edits(right, left)
    assert (edits(left, right) == 0) == (left == right)


def test_every_invariant_of_r4_is_kept_or_named_as_not_checked() -> None:
    rows = [
        (kind, key)
        for kind, elements in r4().types.items()
        for element in elements.values()
        for key, _, _ in element.invariants
    ]
    covered = INVARIANTS.keys() | ELSEWHERE
    left = {
        f"{kind}|{key}" if key.startswith("inv-") else key
        for kind, key in rows
        if not key.endswith("-0") and key not in covered and f"{kind}|{key}" not in covered
    }
    assert left == NOT_CHECKED
    assert {key.rpartition("|")[2] for key in covered} - {key for _, key in rows} == {"ext-1"}


def test_keys_that_end_in_0_all_ask_for_a_usable_name() -> None:
    said = {
        human
        for elements in r4().types.values()
        for element in elements.values()
        for key, _, human in element.invariants
        if key.endswith("-0")
    }
    assert len(said) == 1
    assert said.pop().startswith("Name should be usable as an identifier")


def test_every_primitive_type_of_r4_has_its_rule() -> None:
    assert PRIMITIVES.keys() == r4().primitives


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        ("2024", "2024-01-01", True),
        ("2024-02", "2024-01-31", False),
        ("2024-03-15", "2024-03", True),
        ("2024-03-15", "2024-03-15T08:00:00+08:00", True),
        ("2024-03-01T09:00:00Z", "2024-03-01T10:00:00+08:00", False),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", True),
        (None, "2024", True),
        ("2024", None, True),
    ],
)
def test_a_start_contradicts_an_end_only_where_both_are_known_so_far(
    start: str | None, end: str | None, holds: bool
) -> None:
    assert not_after(start, end) is holds


@pytest.mark.parametrize("levels", [1, MOST_LEVELS])
def test_depth_up_to_the_limit_is_read(levels: int) -> None:
    assert parse(b"[" * levels + b"]" * levels)[1] is None


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * (MOST_LEVELS + 1) + b"]" * (MOST_LEVELS + 1),
        b'{"a":' * (MOST_LEVELS + 1) + b"1" + b"}" * (MOST_LEVELS + 1),
        b"[" * 100_000,
        b'{"b":"}","a":' * 100_000,
    ],
    ids=["arrays", "objects", "unclosed", "hidden-by-braces-in-strings"],
)
def test_deeper_text_is_refused_before_it_can_hurt(raw: bytes) -> None:
    value, issue = parse(raw)
    assert value is None
    assert issue is not None
    assert (issue.severity, issue.code) == ("fatal", "too-long")


def test_brackets_in_strings_are_no_depth() -> None:
    assert not too_deep(json.dumps({"text": "[{" * 500 + '\\"' + "}" * 3}).encode())


def test_a_text_beyond_the_size_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MOST_BYTES", 10)
    assert parse(b'{"resourceType":"Patient"}')[1] is not None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff", "The text is not UTF-8: see byte 1."),
        ('{"a":"中'.encode("gb18030"), "The text is not UTF-8: see byte 7."),
        (b'{"a":\n  }', "This is not JSON: see line 2, column 3."),
        (b'{"a":' + b"1" * 5000 + b"}", "A number has more digits than can be read."),
        (b'["NaN",\n NaN]', "NaN and Infinity are not JSON numbers: see line 2, column 2."),
    ],
    ids=["no-utf-8", "gb18030", "not-json", "digits", "nan"],
)
def test_a_text_that_is_no_json_is_refused_with_its_place(raw: bytes, said: str) -> None:
    issue = parse(raw)[1]
    assert issue is not None
    assert issue.text == said


def test_names_that_stand_twice_stay_visible() -> None:
    value: Any = parse(b'{"a":1,"b":2,"a":3}')[0]
    assert isinstance(value, Repeated)
    assert (value, value.names) == ({"a": 3, "b": 2}, ("a",))


def test_decimals_keep_every_digit() -> None:
    assert str(parse(b"[1.500]")[0]) == "[Decimal('1.500')]"


def test_an_array_of_nothing_but_problems_ends() -> None:
    patient = {"resourceType": "Patient", "name": [{"given": [1] * 200_000}]}
    issues = check(patient)
    assert 50_000 < len(issues) < 50_010
    assert (issues[-1].severity, issues[-1].code) == ("error", "too-costly")


TAGS = (
    '<div>|</div>|<p>|</p>|<br/>|<img alt="x"/>|<script>|<!-- c -->|<p title="a|">|<p id="1" id="2">|<a href="data:">'
)
WORDS = "'|<|>|]]>|<![CDATA[|&lt;|&|x|肿瘤|<?x y?>| |\n|\x00|\ufffe"
PIECES = st.sampled_from([f'<div xmlns="{XHTML}">', *TAGS.split("|"), *WORDS.split("|")])


@given(st.lists(PIECES, max_size=8), st.booleans())
def test_a_narrative_is_judged_by_its_tags_as_it_is_as_a_whole(pieces: list[str], wrapped: bool) -> None:
    text = "".join(pieces)
    text = f'<div xmlns="{XHTML}">{text}</div>' if wrapped else text
    by_tags = xhtml(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrative, "_apart", lambda value: (value, ""))
        assert by_tags == xhtml(text)


@pytest.mark.parametrize("levels", [MOST_LEVELS - 1, MOST_LEVELS, MOST_LEVELS + 1])
def test_depth_is_counted_exactly(levels: int) -> None:
    assert too_deep(b"[" * levels + b"]" * levels) == (levels > MOST_LEVELS)
