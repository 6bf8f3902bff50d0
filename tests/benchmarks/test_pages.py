"""The bench of the pages measures pages that show what it says, at any size."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pages import SITE, copied, figures, filled
from natars_fhir.store import worklist
from natars_fhir.store.worklist import Asked


def test_a_site_is_filled_with_as_many_as_are_asked_for(tmp_path: Path) -> None:
    reception = filled(tmp_path, 4)
    with reception.store.read() as connection:
        before = worklist.count(connection, SITE, Asked())
    copied(reception.store, 30)
    with reception.store.read() as connection:
        assert worklist.count(connection, SITE, Asked()) == before + 30
    reception.store.close()


def test_both_figures_have_their_names() -> None:
    assert {*figures(30, 4, 1)} == {"pages.worklist.ms", "pages.worklist.ratio-to-screening-anew"}
