"""The delivery figure is of letters that arrived, beside the loop that a user would write."""

from __future__ import annotations

import structlog

from benchmarks import deliver


def test_both_ways_deliver_everything_and_their_figures_are_told() -> None:
    before = structlog.get_config()["processors"]
    found = deliver.figures(30, rounds=1)
    assert set(found) == {"deliver.subjects-per-s", "deliver.ratio-to-plain-loop"}
    assert all(isinstance(value, float) and value > 0 for value in found.values())
    assert structlog.get_config()["processors"] == before


def test_the_letters_are_of_subjects_of_their_own() -> None:
    told = deliver.letters(5)
    assert len({target for _, target, _ in told}) == len({body for _, _, body in told}) == 5
