"""Ids and shifts are keyed: the same for one subject at every export, and another trial or key gives others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.export.pseudonym import MOST_DAYS, days_back, export_keys, keyed_id

KEY = b"0123456789abcdef"
KEYS = export_keys(KEY, "natars")
SUBJECTS = [f"{n:032x}" for n in range(200)]


def test_an_id_is_a_legal_fhir_id_that_does_not_hold_what_it_stands_for() -> None:
    made = keyed_id(KEYS, SUBJECTS[0], "Observation", "Observation/17")
    assert len(made) == 32
    assert int(made, 16) >= 0
    assert made == keyed_id(KEYS, SUBJECTS[0], "Observation", "Observation/17")


@pytest.mark.parametrize(
    "other",
    [
        (export_keys(b"fedcba9876543210", "natars"), SUBJECTS[0], "Observation", "17"),
        (export_keys(KEY, "another"), SUBJECTS[0], "Observation", "17"),
        (KEYS, SUBJECTS[1], "Observation", "17"),
        (KEYS, SUBJECTS[0], "Procedure", "17"),
        (KEYS, SUBJECTS[0], "Observation", "18"),
    ],
    ids=["another key", "another trial", "another subject", "another type", "another resource"],
)
def test_another_key_trial_subject_type_or_resource_has_another_id(other: tuple[object, ...]) -> None:
    assert keyed_id(*other) != keyed_id(KEYS, SUBJECTS[0], "Observation", "17")  # type: ignore[arg-type]


@given(st.text(max_size=40))
@settings(max_examples=50)
def test_a_shift_is_whole_days_back_and_never_none(subject: str) -> None:
    assert 1 <= days_back(KEYS, subject) <= MOST_DAYS
    assert days_back(KEYS, subject) == days_back(KEYS, subject)


def test_subjects_keys_and_trials_have_shifts_of_their_own() -> None:
    own = [days_back(KEYS, one) for one in SUBJECTS]
    assert len(set(own)) > 100
    for keys in (export_keys(b"fedcba9876543210", "natars"), export_keys(KEY, "another")):
        assert sum(a == days_back(keys, one) for a, one in zip(own, SUBJECTS, strict=True)) < 10


def test_the_key_of_the_days_is_not_the_key_of_the_ids() -> None:
    assert KEYS.ids != KEYS.days
    assert KEY not in (KEYS.ids, KEYS.days)
    assert "0123" not in repr(KEYS)


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        export_keys(b"short", "natars")
