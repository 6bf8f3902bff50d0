"""The bench of endpoints compares like with like, and says what it cannot measure."""

from __future__ import annotations

import sys

import pytest

from benchmarks import endpoints
from benchmarks.measure import Missing


def test_all_alternatives_come_to_the_same_times() -> None:
    pytest.importorskip("pandas", reason="comes with the extra `statistics`")
    found = endpoints.figures(30, 2)
    assert set(found) == {
        "endpoints.subjects-per-s",
        "endpoints.ratio-to-pandas-by-subject",
        "endpoints.ratio-to-pandas-at-once",
    }
    assert all(isinstance(value, float) and value > 0 for value in found.values())


def test_other_times_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "at_once", lambda found: lambda: [(0, False, 0, False)] * len(found))
    with pytest.raises(SystemExit, match="different times"):
        endpoints.figures(10, 1)


def test_without_pandas_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    found = endpoints.figures(10, 1)
    assert found["endpoints.ratio-to-pandas-at-once"] == Missing("no module pandas")


def test_the_subjects_have_some_fifty_facts_each() -> None:
    made = endpoints.records(50)
    assert 45 <= sum(len(one.facts) for one in made) / len(made) <= 65
