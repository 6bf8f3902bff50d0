"""A grid's pieces hold every line once, in order, whatever their size."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from natars_fhir.bulk.grid import grid
from natars_fhir.fhir.ndjson import Stretch, every_document

LINES = [b'{"resourceType":"Patient","id":"%d","x":"%s"}' % (n, b"y" * (n * 7 % 50)) for n in range(40)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.ndjson").write_bytes(b"\n".join(LINES) + b"\n")
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(b"\n".join(LINES[:5])))
    (tmp_path / "c.json").write_bytes(b'{\n "resourceType": "Bundle",\n "type": "collection"\n}')
    (tmp_path / "d.ndjson").write_bytes(b"\n\n".join(LINES[5:20]))
    return tmp_path


@pytest.mark.parametrize("size", [1, 40, 64, 300, 10_000])
def test_pieces_hold_what_the_files_hold(folder: Path, size: int) -> None:
    pieces = grid([folder], size)
    found = []
    for number in range(pieces.pieces):
        found += [one.raw for one in pieces.piece(number).documents(Stretch())]
    assert found == [one.raw for one in every_document([folder])]


def test_lines_are_counted_once(folder: Path) -> None:
    pieces = grid([folder / "d.ndjson"], 64)
    told = [Stretch() for _ in range(pieces.pieces)]
    for number, one in enumerate(told):
        list(pieces.piece(number).documents(one))
    assert sum(one.lines for one in told) == 29


def test_what_is_not_there_is_told_by_whoever_reads_it(tmp_path: Path) -> None:
    pieces = grid([tmp_path / "none.ndjson", tmp_path], 10)
    found = [one for number in range(pieces.pieces) for one in pieces.piece(number).documents(Stretch())]
    assert [one.issues[0].code for one in found] == ["not-found", "not-found"]


def test_a_file_that_is_gone_when_its_piece_is_read_is_told(folder: Path) -> None:
    pieces = grid([folder / "a.ndjson"], 100)
    (folder / "a.ndjson").unlink()
    found = list(pieces.piece(1).documents(Stretch()))
    assert [issue.code for one in found for issue in one.issues] == ["not-found"]


def test_a_very_large_input_has_larger_pieces(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("natars_fhir.bulk.grid._MOST", 4)
    monkeypatch.setattr("natars_fhir.bulk.grid.CHUNK", 1)
    assert grid([folder / "a.ndjson"]).pieces <= 5


def test_small_files_are_done_together(folder: Path) -> None:
    pieces = grid([folder], 10_000)
    assert (pieces.pieces, pieces.tasks) == (4, 1)
    assert grid([folder], 100).tasks > 10
