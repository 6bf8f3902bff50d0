"""Identifiers are the same for the same patient, unrelated for any other, and tell nothing without the key."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.domain.record import Patient
from natars_fhir.emit.identity import identity, keyed
from tests.emit.trial import BASE, KEY, MRN, PATIENT

SAME = identity(PATIENT, "natars", KEY, BASE, MRN)


def test_the_same_patient_has_the_same_identity_every_time() -> None:
    again = identity(PATIENT, "natars", bytes(KEY), BASE, MRN)
    assert again == SAME
    assert again.issues == ()
    assert again.primary == (MRN, "0040017")


def test_the_identity_rests_on_the_primary_identifier_alone() -> None:
    moved = Patient("hospital-a", "Patient/9", (("urn:new", "1"), (MRN, "0040017")))
    assert (identity(moved, "natars", KEY, BASE, MRN).id, SAME.identifier["value"]) == (SAME.id, SAME.pseudonym)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(identity(PATIENT, "other", KEY, BASE, MRN), id="trial"),
        pytest.param(identity(replace(PATIENT, site="hospital-b"), "natars", KEY, BASE, MRN), id="site"),
        pytest.param(identity(PATIENT, "natars", KEY[::-1], BASE, MRN), id="key"),
        pytest.param(identity(PATIENT, "natars", KEY, BASE, "urn:other"), id="primary system"),
        pytest.param(identity(PATIENT, "natars", KEY, BASE, ""), id="no primary system"),
    ],
)
def test_another_trial_site_key_or_identifier_is_another_identity(other: object) -> None:
    assert {other.id, other.pseudonym}.isdisjoint({SAME.id, SAME.pseudonym})  # type: ignore[attr-defined]


def test_another_kind_of_output_has_another_id_and_the_same_pseudonym() -> None:
    form = identity(PATIENT, "natars", KEY, BASE, MRN, kind="QuestionnaireResponse")
    assert form.id != SAME.id
    assert form.identifier == SAME.identifier == {"system": f"{BASE}/NamingSystem/subject", "value": SAME.pseudonym}


@pytest.mark.parametrize(
    ("identifiers", "code"),
    [
        pytest.param((), "informational", id="none"),
        pytest.param((("urn:other", "7"),), "informational", id="none of the primary system"),
        pytest.param(((MRN, "1"), (MRN, "2")), "multiple-matches", id="several"),
    ],
)
def test_a_doubtful_primary_identifier_is_told_without_a_value(
    identifiers: tuple[tuple[str, str], ...], code: str
) -> None:
    who = identity(Patient("hospital-a", "Patient/40017", identifiers), "natars", KEY, BASE, MRN)
    (issue,) = who.issues
    assert (issue.code, issue.expression) == (code, "Patient.identifier")
    assert not re.search(r"\d", issue.text)


def test_the_order_of_several_primary_identifiers_does_not_matter() -> None:
    one, other = ((MRN, "1"), (MRN, "2")), ((MRN, "2"), (MRN, "1"))
    ids = {identity(Patient("a", "Patient/1", pairs), "natars", KEY, BASE, MRN).id for pairs in (one, other)}
    assert len(ids) == 1


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_keyed_ids_are_legal_and_keep_their_parts_apart(one: list[str], other: list[str]) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", keyed(KEY, *one))
    assert (keyed(KEY, *one) == keyed(KEY, *other)) == (one == other)


def test_the_id_is_the_published_function_of_its_parts() -> None:
    """It must never change: hospitals hold these ids."""
    assert keyed(KEY, "natars", "hospital-a", "ResearchSubject", "identifier", MRN, "0040017") == SAME.id
    assert SAME.id == "6239fda4a2f49fa37af20ae4ad9d904b"


@pytest.mark.parametrize("key", [b"", b"short"])
def test_a_key_that_could_be_guessed_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="bytes"):
        keyed(key, "natars")
