"""The pull's figures are of the same resources each way."""

from __future__ import annotations

from benchmarks import pull
from benchmarks.generate import chart


def test_every_way_gets_everything() -> None:
    count = sum(len(chart(number, 1)) for number in range(2))
    with pull.from_memory(2) as (base, made):
        kept: pull.Pages = {}
        assert [pull.plain(base, made, kept), pull.fetched(base, made), pull.ours(base, made)[1]] == [count] * 3
        assert pull.taken_in(kept)[1] == count
        assert {kind: len(listed) for kind, listed in kept.items()} == {
            kind: len(listed) for kind, listed in made.items()
        }
