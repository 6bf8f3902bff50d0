"""Kleene's truth tables, whole."""

from __future__ import annotations

from itertools import product

import pytest

from natars_fhir.domain.answer import Answer, all_of, any_of

N, U, Y = Answer.NO, Answer.UNKNOWN, Answer.YES
AND = {(N, N): N, (N, U): N, (N, Y): N, (U, N): N, (U, U): U, (U, Y): U, (Y, N): N, (Y, U): U, (Y, Y): Y}
OR = {(N, N): N, (N, U): U, (N, Y): Y, (U, N): U, (U, U): U, (U, Y): Y, (Y, N): Y, (Y, U): Y, (Y, Y): Y}


@pytest.mark.parametrize("pair", list(product(Answer, Answer)), ids=str)
def test_and_or_and_their_duality(pair: tuple[Answer, Answer]) -> None:
    assert all_of(pair) is AND[pair]
    assert any_of(pair) is OR[pair]
    assert ~all_of(pair) is any_of(~each for each in pair)


def test_not_turns_yes_and_no_and_leaves_unknown() -> None:
    assert [~each for each in (N, U, Y)] == [Y, U, N]


def test_of_nothing() -> None:
    assert (all_of([]), any_of([])) == (Y, N)


def test_words_and_truth_values() -> None:
    assert [each.word for each in (N, U, Y)] == ["no", "unknown", "yes"]
    assert [Answer.of(truth) for truth in (False, None, True)] == [N, U, Y]
