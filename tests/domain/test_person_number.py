"""Numbers of people are brought to one spelling; what cannot be one person's is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.domain.person_number import plain

#: The second is the example of the standard itself; the others are invented, with the right check digit.
WHOLE, WITH_X, OLD = "110101193107230019", "11010519491231002X", "110101310723001"


@pytest.mark.parametrize(
    "written",
    [
        WHOLE, f" {WHOLE} ", "110101 19310723 0019",
        "110101-19310723-0019", "１１０１０１１９３１０７２３００１９", OLD,
    ],
)  # fmt: skip
def test_a_resident_number_is_one_however_it_is_written(written: str) -> None:
    assert plain("resident-number", written) == WHOLE


def test_the_last_letter_may_be_small() -> None:
    assert plain("resident-number", WITH_X.lower()) == plain("resident-number", WITH_X) == WITH_X


@pytest.mark.parametrize(
    "written",
    [
        "", "-", "0" * 18, "1" * 18, "1" * 15, WHOLE[:-1], WHOLE + "0", WHOLE[:-1] + "X", "11010119310723001Y", "无",
        "X" * 18, "11010119310723X013", "none",
    ],
)  # fmt: skip
def test_a_number_whose_check_fails_or_that_is_a_placeholder_is_nobodys(written: str) -> None:
    assert plain("resident-number", written) == ""


@pytest.mark.parametrize(
    ("written", "told"),
    [("e 1234 5678", "E12345678"), ("A-12", ""), ("000000", ""), ("N/A", ""), ("无证件", ""), ("12/12/12", "")],
)
def test_other_numbers_are_compared_as_letters_and_digits(written: str, told: str) -> None:
    assert plain("passport-number", written) == plain("social-security-number", written) == told


@given(st.text(max_size=30), st.sampled_from(["resident-number", "passport-number"]))
def test_what_is_plain_stays_as_it_is(written: str, kind: str) -> None:
    told = plain(kind, written)  # type: ignore[arg-type]
    assert told == "" or plain(kind, told) == told  # type: ignore[arg-type]


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, more: int) -> None:
    wrong = str((int(WHOLE[place]) + more) % 10)
    assert plain("resident-number", WHOLE[:place] + wrong + WHOLE[place + 1 :]) == ""
