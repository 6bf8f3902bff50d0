"""The load generator sends whole bundles, counts what was taken, and leaves nothing running."""

from __future__ import annotations

import json

from benchmarks import load


def test_each_request_is_a_transaction_of_a_hundred_resources_and_none_comes_twice() -> None:
    made = load.requests(12, 1)
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in made]
    assert {(one["type"], len(one["entry"])) for one in bodies} == {("transaction", 100)}
    urls = [entry["request"]["url"] for one in bodies for entry in one["entry"]]
    assert len(urls) == len(set(urls))
    assert load.requests(12, 1) == made != load.requests(12, 2)


def test_what_is_sent_is_taken_and_what_a_user_would_write_takes_it_too() -> None:
    made = load.requests(14, 1)
    for run in (load.ours, load.plain):
        told = run("sqlite", made, 2, 20.0, 1)
        assert (told.refused, told.bundles) == (0, 13)
        assert told.resources_per_s > 0
        assert told.p50_ms <= told.p99_ms
        assert told.server_cpu_ms_per_bundle > told.client_cpu_ms_per_bundle
