"""A file of any size is read in little memory: what a hundred megabytes need is what ten need."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import pytest

from natars_fhir.bulk.screen import screen_files
from natars_fhir.cli.validate import _line
from natars_fhir.fhir.ndjson import documents, every_document
from natars_fhir.fhir.validate import validate
from tests import ward
from tests.ward import concept, observation, raw, reader

#: about a kilobyte each
ROW = raw(observation(concept("urn:other", "x"), "o{}", valueString="x" * 700)) + b"\n"


class Stream(io.RawIOBase):
    """So many rows, each made when it is asked for."""

    def __init__(self, rows: int) -> None:
        self._rows: Iterator[bytes] = (ROW.replace(b"o{}", b"o%d" % number) for number in range(rows))

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return next(self._rows, b"")


def packed(rows: int) -> BinaryIO:
    return io.BytesIO(gzip.compress(b"".join(cast(Any, Stream(rows))._rows), 1))


def plain(rows: int) -> BinaryIO:
    return cast(BinaryIO, Stream(rows))


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read(stream: BinaryIO) -> int:
    return sum(1 for _ in documents(stream, "stdin"))


def screen(stream: BinaryIO) -> int:
    tally, outcomes = screen_files([(stream, "stdin")], reader(), ward.mappings().study, ward.AS_OF)
    return tally.documents + len(list(outcomes))


def check(stream: BinaryIO) -> int:
    told = (_line(one, i) for one in every_document([(stream, "stdin")]) for i in validate(one.raw, version="R4"))
    return sum(1 for _ in told) or 1


@pytest.mark.parametrize("open_stream", [plain, packed], ids=["plain", "compressed"])
@pytest.mark.parametrize("work", [read, screen, check])
def test_four_times_the_rows_need_no_more_memory(
    work: Callable[[BinaryIO], int], open_stream: Callable[[int], BinaryIO]
) -> None:
    rows = 500 if work is check else 2_000
    few, many = open_stream(rows), open_stream(4 * rows)
    work(open_stream(10))  # what is made once is made before
    first = peak(lambda: work(few))
    assert peak(lambda: work(many)) < first + 300_000


def test_every_row_is_read() -> None:
    assert read(plain(2_000)) == 2_000
