"""The bench of the whole export counts what is written, and of the right people."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from benchmarks import export_store


def test_subjects_come_out_whole_and_others_not_at_all(tmp_path: Path) -> None:
    here = export_store.Hospital(tmp_path)
    here.take(islice(export_store.enrolled(yes=True), 2))
    first = here.export(tmp_path / "first")
    assert (first.subjects, first.resources > 100, first.seconds > 0) == (2, True, True)
    here.take(islice(export_store.enrolled(yes=False), 2))
    assert here.export(tmp_path / "second").resources == first.resources
    here.store.close()


def test_the_figures_have_their_names() -> None:
    found = export_store.figures(1, 1, 1)
    assert {*found} == {"export.from-store.resources-per-s", "export.from-store.with-others.resources-per-s"}
    assert all(value > 0 for value in found.values())
