"""The fast decode, the second look, and what is let go."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.check import check_bytes
from natars_fhir.fhir.decode import Decoded, Decoder
from natars_fhir.fhir.r4.primitives import exact
from natars_fhir.fhir.r4.structs import Observation, Patient

DECODE = Decoder(["Observation", "Patient", "MedicationAdministration", "DocumentReference"])
CODE: dict[str, Any] = {"text": "x"}
SOUND: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": CODE}
REASON = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}


def decoded(**elements: Any) -> Decoded:
    """An Observation with these elements, decoded."""
    return DECODE(json.dumps(SOUND | elements).encode())


def problems(found: Decoded) -> list[tuple[str, str, str]]:
    return [(issue.severity, issue.code, issue.expression) for issue in found.issues]


@pytest.mark.parametrize("wrap", [bytes, memoryview, msgspec.Raw])
def test_a_sound_resource_is_its_struct(wrap: Any) -> None:
    found = DECODE(wrap(json.dumps(SOUND).encode()))
    strict: Any = msgspec.convert(SOUND, Observation, dec_hook=exact)
    for name in Observation.__struct_fields__:
        assert getattr(found.resource, name, None) == getattr(strict, name)
    assert found == Decoded("Observation", found.resource)


def test_the_type_may_stand_last() -> None:
    assert DECODE(b'{"id": "1", "resourceType": "Patient"}').kind == "Patient"


def test_a_type_that_no_view_reads_is_let_go_unchecked() -> None:
    assert DECODE(b'{"resourceType": "Claim", "nonsense": 1}') == Decoded("Claim", let_go=True)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b'{"resourceType": "Zebra"}', ("error", "structure"), id="no type of R4"),
        pytest.param(b"{}", ("error", "required"), id="no type"),
        pytest.param(b'{"resourceType": 7}', ("error", "structure"), id="type is a number"),
        pytest.param(b"[]", ("error", "structure"), id="array"),
        pytest.param(b"null", ("error", "structure"), id="null"),
        pytest.param(b"", ("fatal", "structure"), id="nothing"),
        pytest.param(b'{"resourceType": "Patient"', ("fatal", "structure"), id="cut off"),
        pytest.param(b'{"resourceType": "Claim", "a": tru}', ("fatal", "structure"), id="unread and not JSON"),
        pytest.param(b'{"resourceType": "Patient", "id": NaN}', ("fatal", "structure"), id="NaN"),
        pytest.param(b'{"resourceType": "Patient", "language": "\\ud800"}', ("fatal", "structure"), id="half a pair"),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, ("fatal", "too-long"), id="very deep"),
    ],
)
def test_what_is_no_resource_is_told(raw: bytes, expected: tuple[str, str]) -> None:
    found = DECODE(raw)
    assert (found.kind, found.resource, found.let_go) == ("", None, False)
    assert [problem[:2] for problem in problems(found)] == [expected]


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        pytest.param({"status": "done"}, ("error", "code-invalid", "Observation.status"), id="code"),
        pytest.param(
            {"effectiveDateTime": "2023-02-29"}, ("error", "value", "Observation.effectiveDateTime"), id="day"
        ),
        pytest.param(
            {"valueQuantity": {"value": "1"}}, ("error", "structure", "Observation.valueQuantity.value"), id="1"
        ),
    ],
)
def test_the_walker_tells_what_is_wrong(elements: dict[str, Any], expected: tuple[str, str, str]) -> None:
    found = decoded(**elements)
    assert (found.kind, found.resource) == ("Observation", None)
    assert expected in [
        (severity, code, place.replace("value[x]", "valueQuantity")) for severity, code, place in problems(found)
    ]


def test_every_problem_is_told_at_once() -> None:
    assert len(decoded(status="done", note=[], effectiveDateTime="soon").issues) >= 3


@pytest.mark.parametrize(
    "depth",
    [pytest.param(150, id="deeper than the walker goes"), pytest.param(3000, id="deeper than the decoder goes")],
)
def test_deep_nesting_is_told(depth: int) -> None:
    nested = b'{"url":"u","extension":[' * depth + b'{"url":"u","x":1}' + b"]}" * depth
    found = DECODE(b'{"resourceType":"Patient","extension":[' + nested + b"]}")
    assert found.resource is None
    assert [code for _, code, _ in problems(found)] == ["too-long"]


def test_other_encodings_are_told() -> None:
    found = DECODE('{"resourceType": "Patient", "name": [{"text": "张"}]}'.encode("gb18030"))
    assert found.resource is None
    assert "UTF-8" in found.issues[0].text


@pytest.mark.parametrize("number", ["1e99999999999999999999", "1" * 5000, "1e400000000"])
def test_a_monstrous_number_is_told(number: str) -> None:
    found = DECODE(json.dumps(SOUND)[:-1].encode() + f', "valueQuantity": {{"value": {number}}}}}'.encode())
    assert found.resource is None
    assert [code for _, code, _ in problems(found)] == ["value"]


def test_a_nul_character_is_left_out_and_told() -> None:
    found = decoded(valueString="a\0b")
    assert found.resource.valueString == "ab"
    assert problems(found) == [("warning", "value", "Observation")]


def test_a_text_of_nothing_but_nul_characters_is_absent_and_told() -> None:
    found = decoded(valueQuantity={"value": 3, "unit": "\0"})
    assert found.resource.valueQuantity.unit is None
    assert problems(found) == [("warning", "value", "Observation")]


def test_an_escaped_backslash_is_no_nul_character() -> None:
    found = decoded(valueString="a\\u0000")
    assert (found.resource.valueString, found.issues) == ("a\\u0000", ())


class TestWhatTheWalkerLetsPass:
    """What the Structs refuse and FHIR allows becomes a Struct all the same."""

    def test_siblings_and_placeholders_of_repeated_primitives(self) -> None:
        text = {
            "resourceType": "Patient",
            "name": [{"given": ["A", None], "_given": [None, REASON]}, {"_given": [REASON]}],
        }
        found = DECODE(json.dumps(text).encode())
        assert found.issues == ()
        assert [name.given for name in found.resource.name] == [["A"], None]

    def test_a_list_of_placeholders_is_absent(self) -> None:
        text = {"resourceType": "Patient", "name": [{"given": [None], "_given": [REASON]}]}
        assert DECODE(json.dumps(text).encode()).resource.name[0].given is None

    def test_the_sibling_of_a_choice(self) -> None:
        found = decoded(_effectiveDateTime=REASON)
        assert (found.resource.effectiveDateTime, found.issues) == (None, ())

    def test_an_exotic_extension_keeps_its_url(self) -> None:
        (extension,) = decoded(extension=[{"url": "u", "valueCount": {"value": 1}}]).resource.extension
        assert extension.url == "u"

    def test_a_contained_resource_of_a_type_that_is_not_read(self) -> None:
        device, patient = {"resourceType": "Device", "id": "d"}, {"resourceType": "Patient", "id": "p"}
        found = decoded(contained=[device, patient], device={"reference": "#d"}, subject={"reference": "#p"})
        assert [type(it) for it in found.resource.contained] == [Patient]

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            pytest.param(" aGk h\r\nAAA=", "aGkhAAA=", id="lines that break within a group of four"),
            pytest.param("aGkh\r\nAAA=", "aGkh\r\nAAA=", id="lines of whole groups"),
        ],
    )
    def test_base64_in_lines(self, written: str, read: str) -> None:
        attachment = {"contentType": "text/plain", "data": written}
        report = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": attachment}]}
        found = DECODE(json.dumps(report).encode())
        assert (found.resource.content[0].attachment.data, found.issues) == (read, ())

    def test_decimals_stay_exact(self) -> None:
        raw = json.dumps(SOUND | {"_effectiveDateTime": REASON})[:-1] + ', "valueQuantity": {"value": 1.50}}'
        assert str(DECODE(raw.encode()).resource.valueQuantity.value) == "1.50"

    def test_prose_that_is_masked_costs_nothing_else(self) -> None:
        assert decoded(note=[{"_text": REASON}]).resource.note is None

    @pytest.mark.parametrize(
        ("resource", "place"),
        [
            pytest.param({"_status": REASON, "status": None}, "Observation.status", id="a required primitive"),
            pytest.param(
                {"resourceType": "DocumentReference", "_status": REASON, "content": [{"attachment": {"url": "u"}}]},
                "DocumentReference.status",
                id="of another type",
            ),
            pytest.param(
                {
                    "resourceType": "MedicationAdministration",
                    "status": "completed",
                    "medicationCodeableConcept": CODE,
                    "subject": {"reference": "Patient/1"},
                    "_effectiveDateTime": REASON,
                },
                "MedicationAdministration",
                id="a required choice",
            ),
        ],
    )
    def test_what_is_absent_with_a_reason_cannot_become_facts(self, resource: dict[str, Any], place: str) -> None:
        whole = resource if "resourceType" in resource else SOUND | resource
        found = DECODE(json.dumps({name: value for name, value in whole.items() if value is not None}).encode())
        assert found.resource is None
        assert problems(found) == [("warning", "required", place)]


LENIENT = Decoder(["Observation", "Patient"], lambda raw: (json.loads(raw, parse_float=Decimal), []))


@pytest.mark.parametrize(
    ("elements", "code", "place"),
    [
        pytest.param({"status": "done"}, "code-invalid", ".status", id="code"),
        pytest.param({"zzz": 1}, "structure", "", id="unknown element"),
        pytest.param({"code": None}, "structure", ".code", id="null"),
        pytest.param({"note": [{}]}, "required", ".note[0].text", id="required"),
        pytest.param({"note": [{"text": "a"}, 7]}, "structure", ".note[1]", id="JSON type"),
        pytest.param({"note": []}, "value", ".note", id="empty array"),
        pytest.param({"effectiveDateTime": "soon"}, "value", ".effectiveDateTime", id="form"),
        pytest.param({"valueInteger": 2**40}, "value", ".valueInteger", id="range"),
        pytest.param({"valueInteger": 1, "valueString": "a"}, "structure", "", id="choice"),
        pytest.param({"valueQuantity": {"value": "1"}}, "value", ".valueQuantity.value", id="decimal"),
    ],
)
def test_a_refusal_that_nobody_else_explains_is_explained(elements: dict[str, Any], code: str, place: str) -> None:
    found = LENIENT(json.dumps(SOUND | elements).encode())
    assert found.resource is None
    assert problems(found) == [("error", code, f"Observation{place}")]


def test_no_issue_repeats_a_value() -> None:
    name = "QX7value"
    for elements in ({"status": name}, {name: 1}, {"effectiveDateTime": name}, {"id": name + "_"}):
        for decode in (DECODE, LENIENT):
            for issue in decode(json.dumps(SOUND | elements).encode()).issues:
                assert name not in issue.text + issue.expression


NAMES = [
    "status",
    "_status",
    "code",
    "text",
    "coding",
    "valueString",
    "valueQuantity",
    "value",
    "contained",
    "note",
    "id",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("a2 -", max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
def test_there_is_always_a_resource_or_a_reason(elements: dict[str, Any]) -> None:
    found = decoded(**elements)
    assert found.resource is not None or found.issues


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
def test_what_the_fast_way_accepts_the_walker_accepts(elements: dict[str, Any]) -> None:
    raw = json.dumps(SOUND | elements).encode()
    refused = Decoder(["Observation"], lambda _: (None, [Issue("error", "structure", "Observation", "refused")]))
    if refused(raw).resource is not None:
        assert [issue for issue in check_bytes(raw, "readable")[1] if issue.severity in ("error", "fatal")] == []
