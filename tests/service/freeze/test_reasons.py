"""Why a fact is otherwise: by the bytes that told it, the mapping, the day, the code."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from natars_fhir.service.freeze.loaded import Loaded, Origin
from natars_fhir.service.freeze.manifest import Manifest
from natars_fhir.service.freeze.reasons import Facts, facts_changed, made_otherwise

PLAIN = Manifest(
    format=1, as_of="2025-06-01", trial="natars", trial_file="t", mapping="m", program="0", code="c", libraries={},
    schema="0002", store="s", parts={}, files=(), counts={}, open_issues={},
)  # fmt: skip
OLD = Origin("progression", "f1", "says 1", "bytes 1", "m")


def one(*facts: Origin, sources: tuple[str, ...] = ("bytes 1", "bytes 2"), **manifest: Any) -> Loaded:
    told = msgspec.structs.replace(PLAIN, **manifest)
    return Loaded(told, {}, {"x": facts}, {"x": frozenset(sources)}, {}, {}, {})


NEW = OLD._replace(says="says 2")
CASES = [
    pytest.param(one(OLD), one(OLD), [], id="nothing"),
    pytest.param(one(OLD), one(OLD._replace(source="bytes 9", mapping="n")), [], id="other bytes say the same"),
    pytest.param(
        one(OLD),
        one(NEW._replace(source="bytes 9"), sources=("bytes 9",)),
        [Facts("progression", "data", changed=1)],
        id="new bytes say something else",
    ),
    pytest.param(
        one(OLD), one(NEW, mapping="n"), [Facts("progression", "mapping", changed=1)], id="the same bytes, read anew"
    ),
    pytest.param(one(), one(OLD, mapping="n"), [Facts("progression", "mapping", added=1)], id="a code is mapped now"),
    pytest.param(
        Loaded(PLAIN, {}, {}, {"": frozenset({"bytes 1"})}, {}, {}, {}),
        one(OLD, mapping="n"),
        [Facts("progression", "mapping", added=1)],
        id="what told nothing is read now",
    ),
    pytest.param(one(), one(OLD, as_of="2025-07-01"), [Facts("progression", "as-of", added=1)], id="a later day"),
    pytest.param(one(OLD), one(NEW, code="d"), [Facts("progression", "code", changed=1)], id="other code"),
    pytest.param(one(OLD), one(NEW), [Facts("progression", "data", changed=1)], id="what others say has a say"),
    pytest.param(one(OLD), one(sources=()), [Facts("progression", "data", removed=1)], id="the resource is gone"),
    pytest.param(
        one(sources=()), one(OLD, OLD, mapping="n"), [Facts("progression", "data", added=2)], id="new bytes go first"
    ),
    pytest.param(one(OLD, OLD), one(OLD), [Facts("progression", "data", removed=1)], id="one of two that are alike"),
]


@pytest.mark.parametrize(("before", "after", "found"), CASES)
def test_what_changed_and_why(before: Loaded, after: Loaded, found: list[Facts]) -> None:
    assert list(facts_changed("x", before, after)) == found


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ("data",)),
        ({"trial_file": "u", "mapping": "n"}, ("mapping", "trial-file")),
        ({"as_of": "2026-01-01"}, ("as-of",)),
        ({"code": "d"}, ("code",)),
        ({"program": "9"}, ("data",)),
    ],
)
def test_what_two_freezes_were_made_with_explains_what_no_fact_does(
    changed: dict[str, str], why: tuple[str, ...]
) -> None:
    assert made_otherwise(one(), one(**changed)) == why
