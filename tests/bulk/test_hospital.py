"""A whole hospital in parts: the same answers wherever the cuts are, whoever does the work, whatever broke off."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from natars_fhir.bulk import hospital, reading, searching
from natars_fhir.bulk.chunks import Chunk, cut
from natars_fhir.bulk.engines import LostError, pool, workers_of
from natars_fhir.bulk.hospital import OthersError, read_hospital, screen_hospital, search_hospital
from natars_fhir.bulk.recipe import provide
from natars_fhir.bulk.simulated import write
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.reading import Reading
from tests.bulk.whole import RECIPE, at_once, in_parts, in_scope, kitchen, traps
from tests.simulate.hospitals import order

TRAPS = traps()
ORDERS = st.permutations(range(len(TRAPS)))
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(folder: Path, lines: list[bytes], files: int = 1) -> Path:
    """A feed in some files."""
    feed = folder / "feed"
    feed.mkdir(exist_ok=True)
    each = -(-len(lines) // files)
    for number in range(files):
        some = lines[number * each : (number + 1) * each]
        (feed / f"{number}.ndjson").write_bytes(b"\n".join(some) + b"\n")
    return feed


@FEW
@given(order_of=ORDERS, chunk=st.integers(1, 4_000), files=st.integers(1, 3))
def test_the_same_answers_wherever_the_cuts_are(order_of: list[int], chunk: int, files: int) -> None:
    with TemporaryDirectory() as made:
        feed = written(Path(made), [TRAPS[place] for place in order_of], files)
        tally, lines = at_once([feed])
        ran = in_parts([feed], Path(made) / "work", chunk)
    assert ran.lines == lines
    assert ran.tally == tally, "problems too, each with its line"


@FEW
@given(order_of=ORDERS, chunk=st.integers(1, 8_000), files=st.integers(1, 3))
def test_needles_find_everybody_in_scope_with_the_same_answers(order_of: list[int], chunk: int, files: int) -> None:
    with TemporaryDirectory() as made:
        feed = written(Path(made), [TRAPS[place] for place in order_of], files)
        _, lines = at_once([feed])
        ran = in_parts([feed], Path(made) / "work", chunk, "ahocorasick")
    assert in_scope(ran.lines) == in_scope(lines)
    assert set(ran.lines) <= set(lines), "nobody is screened by a part of what is known"


def test_the_traps_are_traps(tmp_path: Path) -> None:
    _, lines = at_once([written(tmp_path, TRAPS)])
    told = {json.loads(line)["patient"]["reference"] for line in in_scope(lines)}
    assert told >= {"Patient/a", "Patient/b", "Patient/i", "Patient/k", "Patient/u", "Patient/t", "Patient/j"}
    assert told >= {f"Condition/q{number}#p" for number in (1, 2, 3, 4)}
    assert len(told) < len(lines)


@pytest.mark.parametrize("dialect", ["coded", "text", "mixed", "r5"])
def test_needles_and_parts_agree_on_a_simulated_hospital(dialect: str, tmp_path: Path) -> None:
    style: Any = "bundles" if dialect == "mixed" else "ndjson"
    write(order(dialect, number=20), tmp_path, style)
    feed = [tmp_path / "feed"]
    tally, lines = at_once(feed)
    ran = in_parts(feed, tmp_path / "work", 50_000)
    assert (ran.lines, ran.tally) == (lines, tally)
    found = in_parts(feed, tmp_path / "needles", 50_000, "ahocorasick")
    assert in_scope(found.lines) == in_scope(lines) != []
    assert set(found.lines) <= set(lines)


def test_who_is_not_selected_is_counted_and_has_no_verdict(tmp_path: Path) -> None:
    feed = written(tmp_path, TRAPS)
    ran = in_parts([feed], tmp_path / "work", needles="ahocorasick")
    assert ran.found is not None
    told = {json.loads(line)["patient"]["reference"] for line in ran.lines}
    assert told.isdisjoint({"Patient/x", "Patient/y", "Patient/w"})
    assert ran.found.screened == len(told)
    _, everybody = at_once([feed])
    assert ran.found.named >= len(everybody)
    assert sum(map(len, ran.found.documents)) < ran.found.searched == len(TRAPS)


def test_two_processes_answer_as_one(tmp_path: Path) -> None:
    feed = written(tmp_path, TRAPS, files=2)
    tally, lines = at_once([feed])
    ran = in_parts([feed], tmp_path / "work", 2_000, engine="pool", workers=2)
    assert (ran.lines, ran.tally) == (lines, tally)
    found = in_parts([feed], tmp_path / "needles", 2_000, "ahocorasick", "pool", 2)
    assert in_scope(found.lines) == in_scope(lines)


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class KilledError(Exception):
    """Stands for whatever ends a run."""


@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_a_run_that_broke_off_goes_on_and_comes_to_the_same(
    after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, work = written(tmp_path, TRAPS), tmp_path / "work"
    read: list[str] = []

    def until_killed(job: reading.ReadJob) -> str:
        if len(read) == after:
            raise KilledError
        read.append(job.chunk.named(""))
        return reading.read_chunk(job)

    with monkeypatch.context() as patched:
        patched.setattr(hospital, "read_chunk", until_killed)
        with pytest.raises(KilledError):
            in_parts([feed], work)
    (work / "left.spool.1").write_bytes(b"half of it")
    kept = {one: one.stat().st_mtime_ns for one in work.glob("*.spool")}
    assert len(kept) == after
    tally, lines = at_once([feed])
    ran = in_parts([feed], work)
    assert (ran.lines, ran.tally) == (lines, tally)
    assert {one: one.stat().st_mtime_ns for one in kept} == kept, "what was finished is not done again"
    assert not list(work.glob("*.spool.*"))


def test_results_that_are_there_are_kept_and_what_is_missing_is_made(tmp_path: Path) -> None:
    feed, work = written(tmp_path, TRAPS), tmp_path / "work"
    first = in_parts([feed], work)
    parts = sorted((work / "to").iterdir())
    assert len(parts) == 1
    again = in_parts([feed], work)
    assert again.lines == first.lines
    parts[0].unlink()
    (work / "to" / f".{parts[0].name}.1").write_bytes(b"half of it")
    assert in_parts([feed], work).lines == first.lines
    assert sorted((work / "to").iterdir()) == parts


def test_a_file_that_changed_meanwhile_is_read_anew(tmp_path: Path) -> None:
    feed, work = written(tmp_path, TRAPS), tmp_path / "work"
    in_parts([feed], work)
    written(tmp_path, TRAPS[5:])
    with pytest.raises(OthersError):  # its results would stand beside those of another input
        in_parts([feed], work)
    (work / "to").rename(work / "before")
    assert in_parts([feed], work).lines == at_once([feed])[1]


def test_results_are_never_written_over_others(tmp_path: Path) -> None:
    ran = in_parts([written(tmp_path, TRAPS)], tmp_path / "work")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", "utf-8")
    with pytest.raises(OthersError):
        screen_hospital(ran.whole, RECIPE, tmp_path / "mine", "json", lambda work, jobs: map(work, jobs))


def die(_job: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_is_told() -> None:
    with pytest.raises(LostError), pool(2) as do:
        list(do(die, range(3)))


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_compressed_files_are_read_as_one_process_reads_them_whole_or_cut_off(tmp_path: Path) -> None:
    feed = written(tmp_path, TRAPS[:3])
    packed = gzip.compress(b"\n".join(TRAPS))
    (feed / "1.ndjson.gz").write_bytes(packed)
    (feed / "2.ndjson.gz").write_bytes(packed[: len(packed) * 2 // 3])
    (feed / "3.ndjson.gz").write_bytes(packed[:200] + b"\0\0\0\0" + packed[204:])
    (feed / "4.json").write_bytes(json.dumps(json.loads(TRAPS[0]), indent=1).encode())
    (feed / "5.json").write_bytes(b"<xml/>")
    (feed / "6.ndjson").write_bytes(b"")
    tally, lines = at_once([feed, tmp_path / "not-there", tmp_path])
    ran = in_parts([feed, tmp_path / "not-there", tmp_path], tmp_path / "work")
    assert (ran.lines, ran.tally) == (lines, tally)
    assert not tally.all_read
    found = in_parts([feed], tmp_path / "needles", needles="ahocorasick")
    assert in_scope(found.lines) == in_scope(lines)
    assert not found.tally.all_read


@pytest.mark.parametrize("needles", ["", "ahocorasick"])
def test_a_file_that_changes_while_it_is_read_is_told(
    needles: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = written(tmp_path, TRAPS)
    take = reading.Writer.take

    def meanwhile(self: reading.Writer, readings: tuple[Reading, ...]) -> None:
        with (feed / "0.ndjson").open("ab") as out:
            out.write(TRAPS[0] + b"\n")
        take(self, readings)

    monkeypatch.setattr(reading.Writer, "take", meanwhile)
    ran = in_parts([feed], tmp_path / "work", 10_000_000, needles)
    assert any(issue.code == "conflict" for _, _, issue in ran.tally.problems)
    assert not ran.tally.all_read


class Torn(io.BytesIO):
    """A file that can be read once more, and then no further."""

    def _once(self) -> None:
        if self.tell() > 5_000:
            raise OSError(errno.EIO, "Input/output error")

    def readlines(self, size: int | None = -1) -> list[bytes]:
        self._once()
        return super().readlines(size)

    def readline(self, size: int | None = -1) -> bytes:
        self._once()
        return super().readline(size)


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("before it is searched", "incomplete"),
        ("while it is searched", "incomplete"),
        ("before it is read", "not-found"),
        ("while it is read", "exception"),
    ],
)
def test_a_file_that_is_lost_in_mid_run_is_told_and_the_others_are_read(
    when: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, work, opened = written(tmp_path, TRAPS, files=2), tmp_path / "work", Path.open
    lost, chunks = feed / "1.ndjson", [*cut([feed], 10_000_000)]
    held = lost.read_bytes()
    provide(RECIPE, kitchen())
    monkeypatch.setattr(searching, "_BLOCK", 1_000)

    def torn(path: Path, *how: Any, **more: Any) -> Any:
        return Torn(held) if path == lost else opened(path, *how, **more)

    def loses(moment: str, patched: pytest.MonkeyPatch) -> None:
        if when == f"before it is {moment}":
            lost.unlink()
        elif when == f"while it is {moment}":
            patched.setattr(Path, "open", torn)

    with workers_of("one", 1) as do:
        with monkeypatch.context() as patched:
            loses("searched", patched)
            wanted, _ = search_hospital(chunks, RECIPE, "ahocorasick", work, do)
        with monkeypatch.context() as patched:
            loses("read", patched)
            whole = read_hospital(wanted, RECIPE, work, do)
        ran = screen_hospital(whole, RECIPE, tmp_path / "to", "json", do)
    assert code in {issue.code for name, _, issue in whole.tally.problems if name == str(lost)}
    assert not whole.tally.all_read
    assert sum(ran.counts.values())


def test_versions_of_the_standard_may_be_mixed_in_a_folder(tmp_path: Path) -> None:
    write(order("r5", number=6), tmp_path / "five")
    write(order("coded", number=6), tmp_path / "four")
    feeds = [tmp_path / "five" / "feed", tmp_path / "four" / "feed"]
    assert in_parts(feeds, tmp_path / "work", 30_000).lines == at_once(feeds)[1]


# ── cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


LINES = [b'{"a": 1}', b"", b"  ", b'\xef\xbb\xbf{"b": 2}', b'["c"]']


@FEW
@given(
    lines=st.lists(st.sampled_from(LINES), min_size=2, max_size=30),
    size=st.integers(1, 60),
    end=st.sampled_from([b"\n", b"", b"\r\n"]),
)
def test_chunks_hold_every_document_once_with_its_line(lines: list[bytes], size: int, end: bytes) -> None:
    from natars_fhir.fhir.ndjson import Stretch, documents

    with TemporaryDirectory() as made:
        path = Path(made) / "feed.ndjson"
        path.write_bytes(b'{"first": 0}\n{"second": 0}\n' + b"\n".join(lines) + end)
        before, found = 0, list[tuple[bytes, int | None]]()
        for chunk in cut([path], size):
            told = Stretch()
            found += [(one.raw, (one.line or 0) + before) for one in chunk.documents(told)]
            before += told.lines
        assert found == [(one.raw, one.line) for one in documents(path)]


def test_a_chunk_of_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    from natars_fhir.fhir.ndjson import Stretch

    (found,) = Chunk(str(tmp_path / "gone"), "gone", 0, 10).documents(Stretch())
    assert isinstance(found, Document)
    assert [issue.code for issue in found.issues] == ["not-found"]
