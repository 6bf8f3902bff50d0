"""The bench of the whole export counts what is written, and of the right people."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from benchmarks import export_store


def test_subjects_come_out_whole_and_others_not_at_all(tmp_path: Path) -> None:
    here = export_store.Hospital(tmp_path)
    here.take(islice(export_store.enrolled(yes=True), 1))
    first = here.export(tmp_path / "first")
    assert (first.subjects, first.resources > 50, first.seconds > 0) == (1, True, True)
    here.take(islice(export_store.enrolled(yes=False), 1))
    assert here.export(tmp_path / "second").resources == first.resources
    here.store.close()
