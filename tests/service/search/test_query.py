"""What a search asks, understood as a whole or refused."""

from __future__ import annotations

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.service.search.query import MOST, PAGE, Query, parameters, understood

KNOWN = parameters("Condition", about_patients=True)


def asked(*pairs: tuple[str, str], strict: bool = False) -> Query:
    found = understood("Condition", pairs, KNOWN, strict=strict)
    assert isinstance(found, Query)
    return found


def test_every_type_is_searched_by_id_identifier_and_date_and_a_patients_by_patient() -> None:
    assert parameters("Medication", about_patients=False) == ("_id", "_lastUpdated", "identifier")
    assert set(KNOWN) == {"_id", "_lastUpdated", "identifier", "patient", "subject"}
    assert {"status", "study", "individual", "patient"} <= set(parameters("ResearchSubject", about_patients=True))


def test_values_are_alternatives_and_names_are_not() -> None:
    found = asked(("_id", "a,b"), ("_id", "c"), ("patient", "1"))
    assert found.values("_id") == [("a", "b"), ("c",)]
    assert found.values("patient", "subject") == [("1",)]
    assert found.asked == (("_id", "a,b"), ("_id", "c"), ("patient", "1"))


@pytest.mark.parametrize(("count", "kept"), [("", PAGE), ("0", 0), ("7", 7), ("501", MOST), ("999999999", MOST)])
def test_a_page_is_as_long_as_is_asked_within_a_limit(count: str, kept: int) -> None:
    assert asked(*([("_count", count)] if count else [])).count == kept


def test_what_is_not_known_does_not_count_or_is_refused() -> None:
    assert asked(("name", "x"), ("_sort", "y")).asked == ()
    assert isinstance(understood("Condition", [("name", "x")], KNOWN, strict=True), Issue)
    assert asked(("_id", "x"), ("_format", "json"), ("_pretty", "true"), ("_count", "3"), strict=True).count == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_id:exact", "x"),
        ("identifier", "x"),
        ("identifier", "a|b,c"),
        ("_count", "-1"),
        ("_count", "٣"),
        ("_lastUpdated", "x"),
        ("_id", "a\0b"),
        ("patient", "\0"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_what_cannot_be_understood_is_refused_without_its_value(name: str, text: str, strict: bool) -> None:
    found = understood("Condition", [(name, text)], KNOWN, strict=strict)
    assert isinstance(found, Issue)
    assert text not in found.text or text == "x"
