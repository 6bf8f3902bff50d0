"""Keys of patients join in any order; versions replace each other by number, then date, then arrival."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.domain.identity import Patients, version

KEYS = st.sampled_from([f"Patient/{n}" for n in range(8)])
JOINS = st.lists(st.tuples(KEYS, st.lists(KEYS, max_size=3)), max_size=12)


def joined(joins: list[tuple[str, list[str]]]) -> dict[str, str]:
    patients = Patients()
    for key, others in joins:
        patients.join(key, others)
    return {f"Patient/{n}": patients.one(f"Patient/{n}") for n in range(8)}


@settings(max_examples=60)
@given(JOINS, st.randoms(use_true_random=False))
def test_the_order_of_joins_does_not_matter(joins: list[tuple[str, list[str]]], random: object) -> None:
    mixed = list(joins)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert joined(joins) == joined(mixed)


@settings(max_examples=60)
@given(JOINS)
def test_only_what_was_joined_is_one_and_the_least_key_stands_for_it(joins: list[tuple[str, list[str]]]) -> None:
    groups = [{f"Patient/{n}"} for n in range(8)]
    for key, others in joins:
        touched = [group for group in groups if group & {key, *others}]
        groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    assert joined(joins) == {key: min(group) for group in groups for key in group}


def test_a_key_nobody_joined_stands_for_itself() -> None:
    assert Patients().one("Patient/1") == "Patient/1"


@pytest.mark.parametrize(
    ("earlier", "later", "replaces"),
    [
        pytest.param(("1", None), ("2", None), True, id="a higher number"),
        pytest.param(("2", None), ("1", None), False, id="a lower number that comes late"),
        pytest.param(("10", None), ("9", None), False, id="numbers, not letters"),
        pytest.param(("2", "2024-01-01T00:00:00Z"), ("1", "2024-02-01T00:00:00Z"), False, id="number before date"),
        pytest.param((None, "2024-01-01T00:00:00Z"), (None, "2024-01-02T00:00:00Z"), True, id="a later date"),
        pytest.param((None, "2024-01-02T00:00:00Z"), (None, "2024-01-01T00:00:00Z"), False, id="an earlier date"),
        pytest.param(
            (None, "2024-01-01T08:00:00+08:00"), (None, "2024-01-01T00:30:00Z"), True, id="dates of two time zones"
        ),
        pytest.param((None, "2024-01-01T00:00:60Z"), (None, "2024-01-01T00:00:59Z"), True, id="a leap second"),
        pytest.param(("a", None), ("b", None), True, id="by arrival, where a number is no number"),
        pytest.param(("１", None), ("0", None), True, id="digits of another script are no number"),
        pytest.param((None, None), (None, None), True, id="by arrival"),
        pytest.param(("1", None), ("1", None), True, id="the same number: by arrival"),
        pytest.param(("2", None), (None, "2024-01-01T00:00:00Z"), True, id="nothing to compare: by arrival"),
    ],
)
def test_a_version_replaces_by_number_then_date_then_arrival(
    earlier: tuple[str | None, str | None], later: tuple[str | None, str | None], replaces: bool
) -> None:
    assert version(*earlier).replaced_by(version(*later)) is replaces
