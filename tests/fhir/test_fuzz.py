"""The fast way is sound: what it accepts, the walker finds readable, and both read the same from it.

FUZZ_MUTANTS says how many texts are tried (25,000, as many of each source), FUZZ_SEED which ones; the same ones for the
same two.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from natars_fhir.fhir import decode
from natars_fhir.fhir.check import check_bytes
from natars_fhir.fhir.decode import Decoder
from natars_fhir.fhir.r4.structs import RESOURCES
from tests.fhir.mutants import law
from tests.fhir.mutants.grown import grown
from tests.fhir.mutants.law import DECODE, SEEN, TOO_DEEP, UNSEEN, exactly, judged
from tests.fhir.mutants.makers import MUTATIONS, mutants, originals
from tests.fhir.mutants.nasty import CANARY
from tests.fhir.mutants.smallest import smallest
from tests.fhir.mutants.text import copied, octets, read, word, write

MUTANTS = int(os.environ.get("FUZZ_MUTANTS", "25000"))
SEED = os.environ.get("FUZZ_SEED", "natars")
#: Parts that several processes share.
CHUNKS = 40


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_the_fast_way_accepts_is_readable_and_says_the_same(chunk: int) -> None:
    came: Counter[bool] = Counter()
    for raw in mutants(f"{SEED}/{chunk}", -(-MUTANTS // CHUNKS)):
        ruling = judged(raw)
        came[ruling.fast] += 1
        assert not ruling.broken, f"{ruling.broken}: {smallest(raw)!r}"
        assert not [issue for issue in ruling.issues if CANARY in issue.text + issue.expression]
    assert min(came[True], came[False]) > sum(came.values()) / 10, "mutants that are all alike prove nothing"


@pytest.mark.parametrize("sentence", SEEN)
def test_what_a_strict_decode_alone_does_not_see_the_fast_way_sees(sentence: str) -> None:
    assert [issue for issue in check_bytes(SEEN[sentence], "readable")[1] if issue.severity in ("error", "fatal")]
    assert DECODE.fast(SEEN[sentence]) is None


def test_the_one_thing_that_it_does_not_see_is_still_so() -> None:
    assert check_bytes(TOO_DEEP, "readable")[1][0].text.startswith(UNSEEN)
    assert DECODE.fast(TOO_DEEP) is not None, "it sees this now: take it out of law.py and docs/reading.md"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_mutation_changes_something(mutation: Callable[[Any, Random], None]) -> None:
    dice = Random(1)  # noqa: S311
    before = grown("Observation", dice)
    changed = [copied(before) for _ in range(30)]
    for one in changed:
        mutation(one, dice)
    assert len({write(one) for one in changed} - {write(before)}) > 1


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_what_is_grown_is_sound_and_the_fast_way_takes_most_of_it(kind: str) -> None:
    dice = Random(1)  # noqa: S311
    texts = [octets(write(grown(kind, dice))) for _ in range(30)]
    told = {issue.text[:5] for raw in texts for issue in check_bytes(raw, "readable")[1]}
    assert told <= {"obs-6", "obs-7"}  # it knows no invariants
    assert sum(DECODE.fast(raw) is not None for raw in texts) > 10


def test_there_are_originals_of_every_source() -> None:
    assert min(len(source) for source in originals() if source) > 50
    assert {word(source[0][0][1]) for source in originals() if source} <= RESOURCES.keys()


@pytest.mark.parametrize(
    "raw",
    [b'{"a":1.50,"a":[null,"\xe4\xb8\xad",{}],"b":-0,"c":true}', b"[]", b'{"n":12345678901234567890.10}'],
)
def test_a_tree_keeps_names_that_stand_twice_and_every_digit(raw: bytes) -> None:
    assert octets(write(read(raw))) == raw


def test_a_failure_is_told_by_its_smallest_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law, "DECODE", Decoder(["Patient"]))
    monkeypatch.setattr(decode, "each_name_once", lambda *_: True)  # a fast way that sees no name twice
    raw = b'{"resourceType":"Patient","id":"a","name":[{"text":"x"}],"gender":"male","active":true,"gender":"male"}'
    assert smallest(raw) == b'{"resourceType":"Patient","gender":"male","gender":"male"}'


def test_150_is_not_15() -> None:
    """The comparison of Structs, which the law rests on."""
    start = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":'
    one, other = (exactly(DECODE.fast(start + number + b"}}")) for number in (b"1.50", b"1.5"))
    assert one != other
