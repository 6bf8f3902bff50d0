"""Laws of the walker: it never fails, never repeats a value, and judges an entry as it judges the resource alone."""

from __future__ import annotations

import copy
import gzip
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.fhir.check import check, check_bytes
from natars_fhir.fhir.checking.compiler import _names
from natars_fhir.fhir.checking.spelling import nearest
from natars_fhir.fhir.definitions.tables import r4

CASES = Path(__file__).with_name("check_cases")
SYNTHEA = Path(__file__).parents[3] / "shared" / "data" / "synthea-r4-bundles.ndjson.gz"
CANARY = "Zhang-13800138000-x7"


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CASES / name).read_text(encoding="utf-8"))
    return cases


RESOURCES = [case["resource"] for case in _cases("valid.json") if "resource" in case]
WRONG = [case["resource"] for case in _cases("invalid.json") if "resource" in case]

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a tree."""
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [place for key, value in pairs for place in [(node, key), *_places(value)]]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_resource_the_walker_answers(data: st.DataObject) -> None:
    resource = copy.deepcopy(data.draw(st.sampled_from(RESOURCES)))
    container, key = data.draw(st.sampled_from(_places(resource)))
    container[key] = data.draw(_JSON)
    for issue in check(resource):
        assert issue.text.endswith((".", "?"))  # a question asks for the right name
        assert issue.expression


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_the_bytes_are_the_walker_answers(raw: bytes) -> None:
    resource, issues = check_bytes(raw)
    assert resource is not None or issues


@pytest.mark.parametrize("original", [*RESOURCES, *WRONG], ids=itertools.count())
def test_no_value_is_ever_repeated(original: dict[str, Any]) -> None:
    """Every text and every name, one after the other, becomes a patient's word."""
    for number in range(len(_places(original))):
        resource = copy.deepcopy(original)
        container, key = _places(resource)[number]
        if isinstance(container, dict) and number % 3 == 0:
            container[CANARY] = container.pop(key)
        else:
            container[key] = CANARY
        for issue in check(resource):
            assert CANARY not in issue.text + issue.expression


def _standards_own() -> set[str]:
    """The words that a sentence may have from R4: names of types and elements, codes, and its invariants' own words."""
    elements = [element for one in r4().types.values() for element in one.values()]
    rules = [human for element in elements for _, _, human in element.invariants]
    codes = [code for codes in r4().value_sets.values() for code in codes]
    return {"NaN", "Infinity", *_names(), *r4().types, *codes, *re.findall(r"\w+", " ".join(rules))}


def test_no_word_or_number_of_any_case_stands_in_an_issue_of_it() -> None:
    own = _standards_own()
    for case in [*_cases("invalid.json"), *_cases("valid.json")]:
        raw = case["text"] if "text" in case else json.dumps(case["resource"], ensure_ascii=False)
        words = set(re.findall(r"[^\W_][\w.:/-]{2,}", raw)) - own
        for issue in check_bytes(raw.encode("utf-8", "surrogatepass"))[1]:
            told = set(re.findall(r"[^\W_][\w.:/-]*", f"{issue.text} {issue.expression.replace('.', ' ')}"))
            assert words & told <= {word for word in words if nearest(word, own)}, case["id"]


@pytest.mark.parametrize("index", range(len(RESOURCES)))
def test_an_entry_is_judged_as_the_resource_alone(index: int) -> None:
    resource = {**RESOURCES[index], "status": "nonsense", "zzzzzz": 1}
    alone = [(issue.code, issue.expression.partition(".")[2], issue.text) for issue in check(resource)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}
    inside = [
        (issue.code, issue.expression.removeprefix("Bundle.entry[0].resource").removeprefix("."), issue.text)
        for issue in check(bundle)
    ]
    assert inside == alone


@pytest.mark.parametrize("bundles", [8])
def test_synthetic_hospital_bundles_pass_without_a_word(bundles: int) -> None:
    if not SYNTHEA.exists():
        pytest.skip("the Synthea bundles do not stand beside this clone (../shared/data)")
    with gzip.open(SYNTHEA) as lines:
        for _, line in zip(range(bundles), lines, strict=False):
            assert check_bytes(line)[1] == []
