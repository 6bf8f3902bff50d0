"""The bench of the office makes figures of as many patients as it says, and looks at every list."""

from __future__ import annotations

import pytest

from benchmarks.office import LISTS, figures
from natars_fhir.web.pages.office.room import SECTIONS
from natars_fhir.web.pages.registry import ROOT
from tests.ward import load_once


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the mappings takes most of a start."""
    monkeypatch.setattr("natars_fhir.web.app.load", load_once)


def test_the_figures_and_each_list_have_their_time() -> None:
    lists: dict[str, float] = {}
    assert {*figures(5, 1, 1, 1, lists)} == {"pages.office.figures-s", "pages.lists.slowest-ms"}
    assert {*lists} == {address for addresses in LISTS.values() for address in addresses}


def test_every_figure_of_the_office_is_among_them() -> None:
    shown = {address.partition("?")[0] for address in LISTS["trial-office"]}
    assert {ROOT + one.path for one in SECTIONS.values() if one.may == "figures"} <= shown
