"""Whatever is sent to `$populate` is understood or refused, and never breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.web.questionnaire_asked import Form, asked
from natars_fhir.web.respond import Refusal

FORM = Form("natars-screening", "https://natars.example/fhir/Questionnaire/natars-screening", "1")
NAMES = [
    "subject",
    "canonical",
    "questionnaire",
    "questionnaireRef",
    "identifier",
    "context",
    "launchContext",
    "local",
    "x",
]
KEYS = [
    "name", "part", "resource", "valueReference", "valueString", "valueUri", "valueBoolean", "valueIdentifier",
    "reference", "identifier", "resourceType", "url", "version", "type", "value", "code", "id", "parameter",
]  # fmt: skip
WORDS = [*NAMES, "patient", "content", "Patient", "Patient/1", "Questionnaire", "Parameters", FORM.id, FORM.url, ""]
leaves = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text()
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
)
parameters = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(NAMES) | leaves}, optional=dict.fromkeys(KEYS[1:], anything)),
    max_size=5,
)


@given(anything | st.builds(lambda some: {"resourceType": "Parameters", "parameter": some}, parameters | anything),
       st.none() | st.just(FORM.id))  # fmt: skip
def test_anything_is_understood_or_refused(body: Any, ident: str | None) -> None:
    status, subject = _answered(body, ident)
    assert status in (200, 404, 422)
    assert status != 200 or isinstance(subject.get("reference"), str) or subject["identifier"]


def _answered(body: Any, ident: str | None) -> tuple[int, dict[str, Any]]:
    try:
        return 200, asked(body, FORM, ident).subject
    except Refusal as refused:
        return refused.status, {}


@pytest.mark.parametrize(
    ("subject", "understood"),
    [
        ({"reference": "Patient/1"}, True),
        ({"reference": "urn:uuid:4e9f3a60-0000-4000-8000-000000000000"}, True),
        ({"identifier": {"value": "7"}, "type": "Patient"}, True),
        ({"reference": "Patient/1", "type": "Group"}, False),
        ({"display": "somebody"}, False),
        ({}, False),
    ],
)
def test_a_subject_is_a_reference_to_a_patient(subject: Any, understood: bool) -> None:
    body = {"resourceType": "Parameters", "parameter": [{"name": "subject", "valueReference": subject}]}
    if understood:
        assert asked(body, FORM, FORM.id).subject == subject
    else:
        with pytest.raises(Refusal):
            asked(body, FORM, FORM.id)
