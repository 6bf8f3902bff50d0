"""A list that is empty because nothing is known to be there says so; a list that is empty otherwise says nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ward import OWN, concept, resource, told

EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


def a_list(code: str = "second-malignancy", reason: str | None = "nilknown", **elements: Any) -> dict[str, Any]:
    empty = {"emptyReason": concept(EMPTY, reason)} if reason else {}
    said = {"status": "current", "mode": "working", "code": concept(OWN, code), "date": "2024-05-01", **empty}
    return resource("List", **(said | elements))


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        pytest.param(a_list(), ["second-malignancy absent"], id="nothing known"),
        pytest.param(a_list("antineoplastic-drug"), ["antineoplastic-drug none"], id="no drug"),
        pytest.param(a_list(reason="notasked"), [], id="nobody asked"),
        pytest.param(a_list(reason="unavailable"), [], id="not at hand"),
        pytest.param(a_list(reason=None), [], id="no reason"),
        pytest.param(a_list(status="retired"), [], id="an old list"),
        pytest.param(a_list(status="entered-in-error"), [], id="in error"),
        pytest.param(
            a_list(entry=[{"item": {"reference": "Condition/1"}}], reason=None), [], id="a list with something in it"
        ),
        pytest.param(a_list("tumour-size"), [], id="of what is no yes or no"),
        pytest.param(a_list(code="x"), [], id="of another question"),
    ],
)
def test_a_list_says(sent: dict[str, Any], facts: list[str]) -> None:
    assert told(sent) == facts


def test_a_list_in_r5s_words_is_read_alike() -> None:
    sent = a_list() | {"subject": [{"reference": "Patient/p1"}]}
    assert told(sent) == ["second-malignancy absent"]
