"""What the generated Structs accept and refuse."""

import calendar
import json
import pickle
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.fhir.r4.primitives import Exact, Id, Numbers, exact, remembered, written
from natars_fhir.fhir.r4.structs import RESOURCE_TYPES, RESOURCES, Contained, Extension, Observation

DECODE = msgspec.json.Decoder(Contained, dec_hook=exact, float_hook=written).decode
CODE: dict[str, Any] = {"text": "x"}
SOUND: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": CODE}


def accepts(**elements: Any) -> bool:
    """Is an Observation with these elements accepted?"""
    return accepted(json.dumps(SOUND | elements))


def accepted(text: str) -> bool:
    try:
        DECODE(text)
    except (msgspec.ValidationError, ArithmeticError):
        return False
    return True


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({}, id="the least"),
        pytest.param({"contained": [{"resourceType": "Patient", "id": "p"}]}, id="contained"),
        pytest.param({"extension": [{"url": "u", "valueCode": "c"}]}, id="extension"),
        pytest.param({"dataAbsentReason": CODE}, id="a reason in the place of a value"),
    ],
)
def test_accepted(elements: dict[str, Any]) -> None:
    assert accepts(**elements)


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"status": "done"}, id="code outside the required value set"),
        pytest.param({"status": None}, id="null"),
        pytest.param({"statuss": "final"}, id="unknown element"),
        pytest.param({"_status": {"id": "a"}}, id="a sibling beside its value: it gets a second look"),
        pytest.param({"valueQuantity": {"value": 1.5, "_value": {"id": "a"}}}, id="a sibling in a part"),
        pytest.param({"note": []}, id="empty array"),
        pytest.param({"note": {"text": "x"}}, id="no array"),
        pytest.param({"valueString": ""}, id="empty string"),
        pytest.param({"valueString": "a", "valueInteger": 1}, id="two of a choice"),
        pytest.param({"valueString": "a", "dataAbsentReason": CODE}, id="value and reason for its absence (obs-6)"),
        pytest.param({"valueInteger": 1.0}, id="a decimal for an integer"),
        pytest.param({"valueInteger": 2**31}, id="more than 32 bits"),
        pytest.param({"valueInteger": True}, id="true for an integer"),
        pytest.param({"valueBoolean": "true"}, id="text for a boolean"),
        pytest.param({"contained": [{"resourceType": "Patient", "nam": 1}]}, id="a fault in a contained resource"),
        pytest.param({"component": [{"code": CODE}, {}]}, id="a part without what it must have"),
        pytest.param({"extension": [{"valueCode": "c"}]}, id="extension without url"),
        pytest.param({"id": "a_b"}, id="id with an underscore"),
        pytest.param({"id": "a" * 65}, id="long id"),
        pytest.param({"id": "a\n"}, id="id with a line feed at its end"),
    ],
)
def test_refused(elements: dict[str, Any]) -> None:
    assert not accepts(**elements)


@pytest.mark.parametrize("number", ["1.50", "15", "0.010", "-0.0", "1e3", "12345678901234567890.12345678901234567890"])
def test_a_decimal_stays_as_it_was_written(number: str) -> None:
    resource = DECODE(json.dumps(SOUND)[:-1] + f', "valueQuantity": {{"value": {number}}}}}')
    assert isinstance(resource, Observation)
    assert resource.valueQuantity is not None
    assert str(resource.valueQuantity.value) == str(Decimal(number))


@pytest.mark.parametrize("number", ['"1.50"', "true", "null", "[1.5]", "1e400000000", "1e99999999999999999999"])
def test_no_other_decimal_is_accepted(number: str) -> None:
    assert not accepted(json.dumps(SOUND)[:-1] + f', "valueQuantity": {{"value": {number}}}}}')


def test_a_number_that_comes_again_is_the_same_and_keeps_its_own_digits() -> None:
    first, again, other = (quantity(text) for text in ("1.50", "1.50", "1.5"))
    assert first is again
    assert (str(other), str(first)) == ("1.5", "1.50")
    assert [bytes(number.token) for number in (first, other)] == [b"1.50", b"1.5"]


def test_a_long_number_is_not_remembered_and_many_push_out_the_old() -> None:
    assert quantity("1.23456789012345") is not quantity("1.23456789012345")
    numbers = Numbers()
    made = [numbers[f"{number}.5"] for number in range(5_000)]
    assert len(numbers) < 5_000
    assert made[0] == numbers["0.5"]


def test_a_number_survives_being_sent_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(Exact("1.50")))  # noqa: S301 (made on this line)
    assert (type(sent), str(sent), bytes(sent.token)) == (Exact, "1.50", b"1.50")


def quantity(text: str) -> Exact:
    resource = DECODE(json.dumps(SOUND)[:-1] + f', "valueQuantity": {{"value": {text}}}}}')
    assert isinstance(resource, Observation)
    assert resource.valueQuantity is not None
    number = resource.valueQuantity.value
    assert isinstance(number, Exact)
    return number


@pytest.mark.parametrize("meta", [{"lastUpdated": "2024-03-01"}, {"versionId": "a b"}, {"lastUpdated": ""}])
def test_a_version_in_another_form_is_refused_each_time(meta: dict[str, str]) -> None:
    sound = {"versionId": "1", "lastUpdated": "2024-03-01T10:00:00Z"}
    for told, expected in [(sound, True), (sound | meta, False), (sound, True), (sound | meta, False), ({}, True)]:
        assert accepts(meta=told) == expected


def test_of_more_versions_than_are_remembered_each_is_looked_at() -> None:
    check = remembered(told=Id, other=Id)
    for number in range(5_000):
        check(Told(f"v{number}"))
        with pytest.raises(ValueError, match="form"):
            check(Told(f"v {number}"))
    check(Told("v0"))


@dataclass
class Told:
    told: str
    other: str | None = None


@pytest.mark.parametrize("text", ["2024", "2024-03", "2024-03-31", "2024-02-29", "2000-02-29", "0001-01-01"])
def test_a_date_is_accepted(text: str) -> None:
    assert accepts(effectiveDateTime=text)
    assert accepts(effectiveDateTime=f"{text}T23:59:60.123+08:00") == (len(text) == 10)


@pytest.mark.parametrize(
    "text",
    ["24", "0000", "2024-13", "2024-3-1", "2024-02-30", "2023-02-29", "1900-02-29", "2024-04-31", "2024-03-01\n"]
    + [f"2024-03-01{rest}" for rest in ("T10:00Z", " 10:00:00Z", "T10:00:00", "T24:00:00Z", "T10:00:00+0800")]
    + ["２０２４", "2024-03-01T10:00:00+15:00", "2024-03T10:00:00Z"],
)
def test_no_other_date_is_accepted(text: str) -> None:
    assert not accepts(effectiveDateTime=text)


@given(st.integers(1, 9999), st.integers(1, 12), st.integers(1, 31))
def test_a_day_is_accepted_when_the_calendar_has_it(year: int, month: int, day: int) -> None:
    real = day <= calendar.monthrange(year, month)[1]
    assert accepts(effectiveDateTime=f"{year:04}-{month:02}-{day:02}") == real


@pytest.mark.parametrize(
    ("element", "good", "bad"),
    [
        pytest.param("valueInstant", "2024-03-01T10:00:00Z", "2024-03-01", id="instant"),
        pytest.param("valueTime", "10:00:00.5", "10:00", id="time"),
        pytest.param("valueOid", "urn:oid:1.2.840", "urn:oid:1.02", id="oid"),
        pytest.param("valueUuid", f"urn:uuid:{'a' * 8}-1111-2222-3333-{'b' * 12}", "urn:uuid:1", id="uuid"),
        pytest.param("valueBase64Binary", " aGkh\r\nAAA=", "aGk", id="base64, in groups of four"),
        pytest.param("valueBase64Binary", "aGk=", "  ", id="base64 of nothing"),
        pytest.param("valuePositiveInt", 1, 0, id="positiveInt"),
        pytest.param("valueUnsignedInt", 0, -1, id="unsignedInt"),
    ],
)
def test_the_form_of_a_primitive(element: str, good: Any, bad: Any) -> None:
    assert accepts(extension=[{"url": "u", element: good}])
    assert not accepts(extension=[{"url": "u", element: bad}])


def test_a_long_text_of_blanks_costs_no_backtracking() -> None:
    assert not accepts(extension=[{"url": "u", "valueBase64Binary": "AAAA" * 20_000 + " " * 20_000 + "!"}])


def test_a_required_choice_must_be_there() -> None:
    given_drug = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
    }
    assert not accepted(json.dumps(given_drug | {"effectiveDateTime": "2024"}))
    assert accepted(json.dumps(given_drug | {"effectiveDateTime": "2024", "medicationCodeableConcept": CODE}))


def test_a_reserved_word_keeps_fhirs_name_in_json() -> None:
    text = '{"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}}'
    assert DECODE(text).class_.code == "IMP"  # type: ignore[union-attr]


def test_absent_is_none() -> None:
    resource = DECODE(json.dumps(SOUND))
    assert isinstance(resource, Observation)
    assert resource.subject is None


def test_every_type_is_named_after_itself() -> None:
    assert all(kind.__struct_config__.tag == name == kind.__name__ for name, kind in RESOURCES.items())
    assert RESOURCES.keys() <= RESOURCE_TYPES
    assert len(RESOURCE_TYPES) == 146


def test_an_exotic_extension_gets_its_second_look() -> None:
    assert "valueString" in Extension.__struct_fields__
    assert "valueTiming" not in Extension.__struct_fields__
