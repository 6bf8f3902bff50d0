"""What `$validate` answers: 200 with every problem, or the word that there is none; else why the request is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from natars_fhir.fhir.check import check
from natars_fhir.fhir.versions import Name
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.validation import MOST_ISSUES, validated
from tests.service.hospital import Node, born_on_30_february, bundle, patient

ALL_WELL = ["information informational : No issues found."]
NO_DAY = "This day is not in the calendar."


def answer(body: Any, kind: str = "", *asked: str, most: int = 100) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    given = validated(raw, "R4", most, kind, asked)
    assert check(given.body) == []
    return given


def told(given: Answer) -> list[str]:
    return [
        f"{i['severity']} {i['code']} {''.join(i.get('expression', []))}: {i['diagnostics']}"
        for i in given.body["issue"]
    ]


def parameters(*named: tuple[str, Any]) -> Node:
    def one(name: str, value: Any) -> Node:
        return {"name": name, "resource" if isinstance(value, dict) else "valueCode": value}

    return {"resourceType": "Parameters", "parameter": [one(name, value) for name, value in named]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(patient(), ALL_WELL, id="a sound resource"),
        pytest.param(parameters(("resource", patient())), ALL_WELL, id="a sound resource in Parameters"),
        pytest.param(born_on_30_february(), [f"error value Patient.birthDate: {NO_DAY}"], id="a problem"),
        pytest.param(
            parameters(("resource", born_on_30_february())),
            [f"error value Patient.birthDate: {NO_DAY}"],
            id="a problem in Parameters, its place told from the resource",
        ),
        pytest.param(
            bundle("batch", patient(), born_on_30_february(), patient("3", gender="m")),
            [
                f"error value Bundle.entry[1].resource.birthDate: {NO_DAY}",
                (
                    "error code-invalid Bundle.entry[2].resource.gender:"
                    " This code is not one of female, male, other, unknown."
                ),
            ],
            id="a Bundle, entry by entry",
        ),
        pytest.param(
            parameters(("mode", "create"), ("profile", "urn:p"), ("resource", patient()), ("planted", "x")),
            [
                *ALL_WELL,
                (
                    "information not-supported Parameters.parameter:"
                    " The mode is not looked at: a resource is checked by itself, as for a creation."
                ),
                (
                    "information not-supported Parameters.parameter:"
                    " Profiles are not checked: the resource is held against the standard alone."
                ),
                "information not-supported Parameters.parameter: Of the parameters only the resource is looked at.",
            ],
            id="parameters that are not supported are told, and not repeated",
        ),
    ],
)
def test_every_problem_is_told_with_200(body: Any, expected: list[str]) -> None:
    given = answer(body)
    assert (given.status, told(given)) == (200, expected)


def test_parameters_of_the_query_are_told_too() -> None:
    assert told(answer(patient(), "", "mode", "planted")) == [
        *ALL_WELL,
        "information not-supported : The mode is not looked at: a resource is checked by itself, as for a creation.",
        "information not-supported : Of the parameters only the resource is looked at.",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"", "fatal structure Resource: There is nothing here: the document is empty.", id="nothing"),
        pytest.param(
            b"<Patient/>", "fatal not-supported Resource: This looks like XML; only FHIR's JSON is read.", id="XML"
        ),
        pytest.param(b"[]", "error structure Resource: A resource is a JSON object.", id="an array"),
        pytest.param(b"{}", "error required Resource: A resource says its type in resourceType.", id="no type"),
        pytest.param(
            parameters(("mode", "delete")),
            "error required Parameters.parameter: One parameter «resource», the resource to check, is expected.",
            id="Parameters without a resource",
        ),
        pytest.param(
            parameters(("resource", patient()), ("resource", patient())),
            "error required Parameters.parameter: One parameter «resource», the resource to check, is expected.",
            id="Parameters with two",
        ),
        pytest.param(
            {"resourceType": "Parameters", "parameter": 7},
            "error structure Parameters: These Parameters cannot be read.",
            id="Parameters that are none",
        ),
    ],
)
def test_a_request_that_holds_no_resource_is_refused(body: Any, expected: str) -> None:
    given = answer(body)
    assert (given.status, told(given)) == (400, [expected])


def test_no_json_is_refused_and_told_where() -> None:
    given = answer(b'{"resourceType": "Patient",')
    assert given.status == 400
    assert given.body["issue"][0]["severity"] == "fatal"


def test_the_resource_is_of_the_type_that_the_address_names() -> None:
    assert answer(patient(), "Patient").status == 200
    assert answer(parameters(("resource", patient())), "Patient").status == 200
    given = answer(patient(), "Observation")
    assert (given.status, told(given)) == (
        400,
        ["error invalid Resource: The resource is not of the type that the address names."],
    )


def test_a_bundle_of_too_many_entries_is_refused() -> None:
    given = answer(bundle("collection", patient("1"), patient("2"), patient("3")), most=2)
    assert (given.status, given.body["issue"][0]["code"]) == (413, "too-long")


def test_of_very_many_problems_the_rest_is_counted() -> None:
    given = answer(patient(name=[0] * (MOST_ISSUES + 7)))
    assert len(given.body["issue"]) == MOST_ISSUES + 1
    assert told(given)[-1] == "error too-long : 7 more problems are not listed: mend these first."


NAMES = (
    "resourceType",
    "resource",
    "parameter",
    "part",
    "name",
    "entry",
    "contained",
    "type",
    "id",
    "meta",
    "extension",
)
WORDS = st.sampled_from(
    ["Patient", "Bundle", "Parameters", "resource", "Extension", "x", "", "batch", "http://x", "1970"]
)
VERSIONS: st.SearchStrategy[Name] = st.sampled_from(["R4", "R5"])
JUNK = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@whatever(kind=st.sampled_from(["Patient", "Bundle", "Parameters", "ResearchSubject"]), junk=JUNK, version=VERSIONS)
def test_whatever_comes_is_answered(kind: str, junk: Any, version: Name) -> None:
    body = {"resourceType": kind, **(junk if isinstance(junk, dict) else {"entry": junk, "parameter": junk})}
    for document in (body, {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": body}]}, junk):
        given = validated(json.dumps(document).encode(), version, 100)
        assert given.status in (200, 400, 413)
        assert given.body["issue"]
