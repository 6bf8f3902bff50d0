"""Nothing goes out that no rule lets out; what stays is told by its place, and never by what it says."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from natars_fhir.export.allowed import Filter, compiled, told
from natars_fhir.export.mask import Mask
from natars_fhir.export.pseudonym import export_keys, keyed_id

KEYS = export_keys(b"0123456789abcdef", "natars")
WORDS = frozenset({"Observation", "Patient", "final", "ResearchStudy/natars", "urn:code"})
TABLES = {
    "Observation": {
        "id": "keyed",
        "status": "word",
        "identifier": "Identifier",
        "subject": "Reference",
        "partOf": "Reference",
        "effectiveDateTime": "day",
        "issued": "as-of",
        "valueInteger": "number",
        "hash": "digest",
        "note": "Note",
        "category": "word",
        "title": "trial",
        "performer": "out",
        "component": "Part",
    },
    "Identifier": {"value": "name"},
    "Reference": {"reference": "reference"},
    "Note": {"text": "text"},
    "Part": {"code": "word", "part": "Part"},
}
P1 = keyed_id(KEYS, "aaaa", "Patient", "p1")
PARTS = [{"code": "final", "part": {"code": "final"}}]
FILTER = compiled(TABLES, ("Observation",))


def mask(**more: Any) -> Mask:
    return Mask(KEYS, WORDS, "aaaa", 10, "2030-01-01T00:00:00+08:00", **more)


def kept(element: str, value: Any, seen: Mask | None = None) -> Any:
    made = FILTER({"resourceType": "Observation", element: value}, seen or mask())
    assert made is not None
    made.pop("resourceType")
    return made


@pytest.mark.parametrize(
    ("element", "value", "made"),
    [
        ("status", "final", {"status": "final"}),
        ("status", "韩梅梅", {}),
        ("status", 7, {}),
        ("status", {"x": "final"}, {}),
        ("category", ["final", "韩梅梅"], {"category": ["final"]}),
        ("category", ["韩梅梅"], {}),
        ("id", "c-17", {"id": keyed_id(KEYS, "aaaa", "Observation", "c-17")}),
        ("identifier", [{"value": "aaaa"}], {"identifier": [{"value": "aaaa"}]}),
        ("identifier", [{"value": "4711"}], {}),
        ("subject", {"reference": "Patient/p1"}, {"subject": {"reference": f"Patient/{P1}"}}),
        ("subject", {"reference": "ResearchStudy/natars"}, {"subject": {"reference": "ResearchStudy/natars"}}),
        ("subject", {"reference": "ResearchStudy/韩"}, {}),
        ("subject", {"reference": "https://hospital.example/Patient/1"}, {}),
        ("subject", {"reference": "#contained"}, {}),
        ("subject", {"reference": "urn:uuid:4711"}, {}),
        ("subject", "Patient/p1", {}),
        ("effectiveDateTime", "2024-06-15", {"effectiveDateTime": "2024-06-05"}),
        ("issued", "2024-06-15T08:30:00Z", {"issued": "2030-01-01T00:00:00+08:00"}),
        ("valueInteger", 3, {"valueInteger": 3}),
        ("valueInteger", Decimal("1.50"), {"valueInteger": Decimal("1.50")}),
        ("valueInteger", "13800138000", {}),
        ("hash", "0123abcd", {"hash": "0123abcd"}),
        ("hash", "韩梅梅", {}),
        ("note", [{"text": "free text"}], {}),
        ("performer", [{"display": "韩梅梅"}], {}),
        ("title", "as the trial file has it", {"title": "as the trial file has it"}),
        ("component", PARTS, {"component": PARTS}),
        ("contained", [{"resourceType": "Patient", "id": "1"}], {}),
        ("component", [{"resourceType": "韩梅梅"}], {}),
    ],
)  # fmt: skip
def test_what_a_rule_makes_of_a_value(element: str, value: Any, made: Any) -> None:
    assert kept(element, value) == made


def test_a_date_that_cannot_be_moved_and_stay_true_is_said_to_be_masked() -> None:
    seen = mask()
    made = kept("effectiveDateTime", "2024", seen)
    assert [*made] == ["_effectiveDateTime"]
    assert made["_effectiveDateTime"]["extension"][0]["valueCode"] == "masked"
    assert seen.left == {("Observation.effectiveDateTime", "day"): 1}


def test_an_element_without_a_rule_stays_and_is_told_by_its_place_alone() -> None:
    seen = mask()
    assert kept("bodySite", {"text": "韩梅梅"}, seen) == {}
    assert kept("韩梅梅", 1, seen) == {}
    assert seen.left == {("Observation.bodySite", "rule"): 1, ("Observation", "rule"): 1}
    assert not any("韩" in f"{issue.expression}{issue.text}" for issue in told(seen.left))


def test_a_resource_without_a_table_stays() -> None:
    seen = mask()
    assert FILTER({"resourceType": "Patient", "id": "1"}, seen) is None
    assert FILTER({"resourceType": "韩梅梅"}, seen) is None
    assert seen.left == {("Patient", "rule"): 1, ("Resource", "rule"): 1}


def test_a_text_is_cut_only_after_it_was_scrubbed() -> None:
    seen = mask(scrub=lambda text: text.replace("13800138000", "[number]"))
    (said,) = kept("note", [{"text": "x" * 494 + "13800138000" + "y" * 90}], seen)["note"]
    assert said["text"] == "x" * 494 + "[numbe"


def test_text_goes_out_where_it_was_asked_for_and_scrubbed() -> None:
    seen = mask(scrub=lambda text: text.replace("韩梅梅", "[name]"))
    assert kept("note", [{"text": "韩梅梅: well"}], seen) == {"note": [{"text": "[name]: well"}]}


def test_what_stayed_is_told_each_place_once_and_how_often() -> None:
    left = Counter({("Observation.status", "word"): 3, ("Observation", "check"): 1, ("Patient.x", "day"): 1})
    found = told(left)
    assert [(one.expression, one.severity, one.code) for one in found] == [
        ("Observation", "error", "invariant"),
        ("Observation.status", "warning", "suppressed"),
        ("Patient.x", "information", "suppressed"),
    ]
    assert found[1].text.endswith("3 times.")


def test_constants_are_known_by_what_they_are_and_no_equal_node_is_taken_for_one() -> None:
    constant = {"code": "final"}
    made = compiled(TABLES, ("Observation",), WORDS, {"Part": [constant, {"code": "韩梅梅"}]})
    seen = mask()
    assert made({"resourceType": "Observation", "component": [constant]}, seen) == {
        "resourceType": "Observation",
        "component": [{"code": "final"}],
    }
    assert made({"resourceType": "Observation", "component": [{"code": "韩梅梅"}]}, seen) == {
        "resourceType": "Observation"
    }
    assert isinstance(made, Filter)


def test_a_rule_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        compiled({"Observation": {"id": "perhaps"}}, ("Observation",))
