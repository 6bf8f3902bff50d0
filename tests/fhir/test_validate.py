"""Every problem of a document, in R4 and R5: word for word, each with its place, and never with a value."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import check_bytes
from natars_fhir.fhir.r5 import READ
from natars_fhir.fhir.second_look import readable_in
from natars_fhir.fhir.validate import has_type, validate
from natars_fhir.fhir.versions import Name
from tests.fhir.r5_samples import Sample, elements

Node = dict[str, Any]

PATIENT: Node = {"resourceType": "Patient", "id": "1"}
BORN_ON_30_FEBRUARY = PATIENT | {"birthDate": "1970-02-30"}
OBSERVATION: Node = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
PROCEDURE: Node = {"resourceType": "Procedure", "status": "completed", "subject": {"reference": "Patient/1"}}
OF_R4 = (
    "error structure Procedure.performedDateTime: 'performedDateTime' is an element of Procedure in R4, and not in R5."
)
NO_DAY = "This day is not in the calendar."


def bundle(*inner: Any, kind: str = "collection") -> Node:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in inner]}


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def raw_bundle(*inner: bytes) -> bytes:
    entries = b",".join(b'{"resource":' + one + b"}" for one in inner)
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + entries + b"]}"


def found(document: Any, **more: Any) -> list[Issue]:
    return validate(document if isinstance(document, bytes) else json.dumps(document).encode(), **more)


def told(document: Any, **more: Any) -> list[str]:
    return [f"{i.severity} {i.code} {i.expression}: {i.text}" for i in found(document, **more)]


@pytest.mark.parametrize("version", ["R4", "R4B", "R5", None])
@pytest.mark.parametrize(
    "sound", [PATIENT, OBSERVATION, bundle(PATIENT, OBSERVATION)], ids=lambda one: one["resourceType"]
)
def test_of_what_is_sound_nothing_is_told(sound: Node, version: Name | None) -> None:
    assert told(sound, version=version) == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(BORN_ON_30_FEBRUARY, [f"error value Patient.birthDate: {NO_DAY}"], id="a resource"),
        pytest.param(
            bundle(PATIENT, BORN_ON_30_FEBRUARY, OBSERVATION | {"status": 5}),
            [
                f"error value Bundle.entry[1].resource.birthDate: {NO_DAY}",
                "error structure Bundle.entry[2].resource.status: A string is expected here, not a number.",
            ],
            id="a Bundle, entry by entry",
        ),
        pytest.param(
            bundle(bundle(BORN_ON_30_FEBRUARY)),
            [f"error value Bundle.entry[0].resource.entry[0].resource.birthDate: {NO_DAY}"],
            id="a Bundle within a Bundle",
        ),
        pytest.param(
            {"resourceType": "Parameters", "parameter": [{"name": "a", "resource": bundle(BORN_ON_30_FEBRUARY)}]},
            [f"error value Parameters.parameter[0].resource.entry[0].resource.birthDate: {NO_DAY}"],
            id="a Bundle within Parameters",
        ),
        pytest.param(
            b"\xef\xbb\xbf" + json.dumps(BORN_ON_30_FEBRUARY).encode(),
            [
                "warning structure : The text starts with a byte order mark: send UTF-8 without one.",
                f"error value Patient.birthDate: {NO_DAY}",
            ],
            id="a byte order mark",
        ),
        pytest.param(
            raw_bundle(json.dumps(BORN_ON_30_FEBRUARY).encode(), deep(120)),
            [
                f"error value Bundle.entry[0].resource.birthDate: {NO_DAY}",
                "fatal too-long Bundle.entry[1].resource: Objects and arrays are nested more than 100 levels deep.",
            ],
            id="an entry that is too deep does not hide the others",
        ),
        pytest.param(
            raw_bundle(json.dumps(PATIENT).encode(), deep(99).replace(b'"a"', b'"resourceType":"Basic","a"', 1)),
            [
                "fatal too-long : Objects and arrays are nested more than 100 levels deep.",
                "error structure Bundle.entry[1].resource: An element is not among those of Basic in R4.",
                "error required Bundle.entry[1].resource.code: 'code' is required.",
            ],
            id="too deep only as a whole",
        ),
        pytest.param(
            b'{"resourceType":"Patient","id":"1","id":"2"}',
            [
                "error structure Patient.id: A name stands twice in one object; which one holds, nobody can say.",
            ],
            id="a name that stands twice",
        ),
        pytest.param(b"", ["fatal structure Resource: There is nothing here: the document is empty."], id="nothing"),
        pytest.param(
            b"<Patient/>", ["fatal not-supported Resource: This looks like XML; only FHIR's JSON is read."], id="XML"
        ),
        pytest.param(b'{"a":', ["fatal structure : This is not JSON: see line 1, column 6."], id="cut off"),
        pytest.param(b"[]", ["fatal structure : A resource is a JSON object, not an array."], id="an array"),
        pytest.param(b"{}", ["error required Resource: 'resourceType' is required."], id="no type"),
    ],
)
def test_problems_of_r4_are_told_word_for_word(document: Any, expected: list[str]) -> None:
    assert told(document) == expected


BUSY: Node = {"resourceType": "Practitioner", "active": 5}
NO_TYPE_OF_R5 = "error structure Resource: R5 has no resource type of this name."
NOBODY_KNOWS = "Zebra-4711"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(BORN_ON_30_FEBRUARY, [f"error value Patient.birthDate: {NO_DAY}"], id="a date"),
        pytest.param(
            PATIENT | {"birthDat": "1970", NOBODY_KNOWS: 1},
            [
                (
                    "error structure Patient.birthDat: 'birthDat' is not an element of Patient in R5; did you mean"
                    " 'birthDate'?"
                ),
                "error structure Patient: An element is not among those of Patient in R5.",
            ],
            id="unknown names, of which only the nearly right one is repeated",
        ),
        pytest.param(
            PROCEDURE | {"performedDateTime": "2024"},
            [OF_R4],
            id="an element of R4",
        ),
        pytest.param(
            PROCEDURE | {"status": "done", "occurrenceDateTime": "2024-02-30"},
            [
                (
                    "error code-invalid Procedure.status: This code is not one of completed,"
                    " entered-in-error, in-progress, not-done, on-hold, preparation, stopped, unknown."
                ),
                f"error value Procedure.occurrenceDateTime: {NO_DAY}",
            ],
            id="a required code, and a place by its name in R5",
        ),
        pytest.param(
            PATIENT | {"active": "true", "name": {"family": "x"}, "gender": 5, "telecom": [], "photo": [{}]},
            [
                "error structure Patient.active: true or false is expected here, not a string.",
                "error structure Patient.name: An array is expected here, not an object.",
                "error structure Patient.gender: A string is expected here, not a number.",
                "error structure Patient.telecom: An array has at least one entry.",
                "error structure Patient.photo[0]: An object has at least one element.",
            ],
            id="JSON types that the models alone would let pass",
        ),
        pytest.param(
            OBSERVATION | {"valueQuantity": '{"value": 1}'},
            ["error structure Observation.valueQuantity: An object is expected here, not a string."],
            id="a text that spells an object",
        ),
        pytest.param(
            OBSERVATION | {"valueQuantity": {"value": "80"}, "component": [{"valueString": "x"}]},
            [
                "error structure Observation.valueQuantity.value: A number is expected here, not a string.",
                "error required Observation.component[0].code: 'code' is required.",
            ],
            id="within elements",
        ),
        pytest.param(
            OBSERVATION | {"valueString": "a", "valueInteger": 1},
            [
                "error structure Observation: There is one and only one of a choice of types.",
                "error structure Observation.value: Only one of the choices of value[x] may be given.",
            ],
            id="two of a choice",
        ),
        pytest.param(
            bundle(PATIENT, OBSERVATION | {"contained": [{"resourceType": NOBODY_KNOWS}, BUSY, {}]}),
            [
                "error structure Bundle.entry[1].resource.contained[2]: An object has at least one element.",
                "error structure Bundle.entry[1].resource.contained[0]: R5 has no resource type of this name.",
                (
                    "error structure Bundle.entry[1].resource.contained[1].active: true or false is expected"
                    " here, not a number."
                ),
            ],
            id="resources within resources, each by itself",
        ),
        pytest.param(
            bundle(PATIENT, kind="transaction"),
            [
                (
                    "error invariant Bundle.entry[0].request: bdl-3: entry.request mandatory for"
                    " batch/transaction/history, otherwise prohibited."
                ),
            ],
            id="an invariant of the Bundle",
        ),
        pytest.param(
            {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": 5}, {"resource": {"id": "1"}}]},
            [
                "error structure Bundle.entry[0].resource: An object is expected here, not a number.",
                "error required Bundle.entry[1].resource: 'resourceType' is required.",
            ],
            id="entries that are no resources",
        ),
        pytest.param({"resourceType": NOBODY_KNOWS}, [NO_TYPE_OF_R5], id="no type of R5"),
        pytest.param({"resourceType": "Quantity"}, [NO_TYPE_OF_R5], id="a datatype"),
        pytest.param({"id": "1"}, ["error required Resource: A resource says its type in resourceType."], id="no type"),
        pytest.param(
            b'{"resourceType":"Patient","id":"1","id":"2"}',
            ["error structure Patient: A name stands twice in one object; which one holds, nobody can say."],
            id="a name that stands twice",
        ),
    ],
)
def test_problems_of_r5_are_told_word_for_word(document: Any, expected: list[str]) -> None:
    assert told(document, version="R5") == expected
    assert NOBODY_KNOWS not in "".join(told(document, version="R5"))


def test_the_content_tells_the_version_where_nobody_says_it() -> None:
    r5 = PROCEDURE | {"occurrenceDateTime": "2024-02-30"}
    assert [issue.expression for issue in found(r5)] == ["Procedure.occurrenceDateTime"]
    assert [issue.code for issue in found(r5, version="R4")] == ["structure"]


def test_at_the_level_readable_only_that_is_told_which_would_be_refused() -> None:
    unkempt = OBSERVATION | {"text": {"status": "generated", "div": "no XHTML"}, "subject": {"reference": "#nobody"}}
    assert {issue.code for issue in found(unkempt)} == {"structure", "invariant"}
    assert told(unkempt, level="readable") == []
    assert told(BORN_ON_30_FEBRUARY, level="readable") == told(BORN_ON_30_FEBRUARY)
    foreign = PATIENT | {"photo": [{"size": "1"}], "x": 1}
    assert len(told(foreign, level="readable", version="R5")) == 1


@pytest.mark.parametrize(("version", "kind", "has"), [
    ("R4", "Patient", True), ("R4", "Transport", False), ("R4B", "Patient", True), ("R5", "Transport", True),
    ("R5", "Media", False), ("R5", "Quantity", False), ("R5", "DomainResource", False), ("R5", "../x", False),
])  # fmt: skip
def test_the_types_of_a_version_are_known(version: Name, kind: str, has: bool) -> None:
    assert has_type(version, kind) is has


SAMPLES = {
    "contained": [PATIENT],
    **{key: [{"url": "x", "valueCode": "y"}] for key in ("extension", "modifierExtension")},
}
JUNK = st.sampled_from(
    [None, 5, True, "x", [], {}, [[]], [None], [5], {"coding": 3}, {"resourceType": "Patient"}, 2**70]
)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(sorted(READ - {"Bundle"})), junk=JUNK, data=st.data())
def test_nonsense_in_r5_never_raises_and_what_would_be_refused_is_told(
    kind: str, junk: Any, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(set(elements(kind, kind)))))
    full: Node = {"resourceType": kind, name: copy.deepcopy(SAMPLES.get(name)) or Sample().element(kind, name)}
    spots: list[tuple[Any, Any]] = [(full, name)]
    for holder, key in spots:
        inner = holder[key]
        keys = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
        spots += [(inner, each) for each in keys]
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = junk
    issues = found(full, version="R5")
    assert all(issue.expression.startswith((kind, "Resource")) for issue in issues)
    _, refusing = readable_in("R5", json.dumps(full).encode())
    assert any(i.severity == "error" for i in issues) >= any(i.severity == "error" for i in refusing)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=40), version=st.sampled_from(["R4", "R5", None]))
def test_any_bytes_are_answered(raw: bytes, version: Name | None) -> None:
    issues = found(raw, version=version)
    assert all(issue.text for issue in issues)
    value, _ = check_bytes(raw)
    assert issues or value
