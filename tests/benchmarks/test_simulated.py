"""The bench of the simulated hospital tells a speed for each dialect, and whether memory grows."""

from __future__ import annotations

import pytest

from benchmarks import simulated
from natars_fhir.simulate.dialect import NAMES


def test_a_speed_for_each_dialect_and_the_growth_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "_fresh", lambda dialect, patients: {"mb-per-s": 1.0, "peak-rss-mb": patients})
    found = simulated.figures(10)
    assert set(found) == {
        *(f"simulate.{dialect}.mb-per-s" for dialect in NAMES),
        "simulate.peak-rss-mb",
        "simulate.memory-ratio-of-four-times",
    }
    assert (found["simulate.peak-rss-mb"], found["simulate.memory-ratio-of-four-times"]) == (40, 4)


def test_what_is_made_here_is_measured() -> None:
    assert all(value > 0 for value in simulated.here("coded", 3).values())
