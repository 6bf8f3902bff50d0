"""Every figure has its picture in both forms and languages, and its table; of nothing too."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest

from natars_fhir.export.figures.fonts import chinese_font
from natars_fhir.service.office.figures import FIGURES, stacked
from natars_fhir.service.office.trial import Trial
from tests.extras import needed

needed("statistics", "lifelines")

EVERY = pytest.mark.parametrize("name", FIGURES)


def rows(name: str, told: Trial) -> list[dict[str, str]]:
    made = FIGURES[name].table(told).csv()
    return [*csv.DictReader(io.StringIO(made.decode("utf-8-sig")))]


@pytest.fixture(scope="module")
def nobody(whole: Trial) -> Trial:
    names = ("bars", "enrolment", "lacks", "visits_by_site", "curves", "survival", "events")
    none: dict[str, Any] = dict.fromkeys(names, ())
    return replace(whole, flow=whole.flow._replace(excluded_by=()), **none)


@EVERY
def test_it_is_drawn_as_svg_and_as_png_with_words_in_chinese(name: str, whole: Trial) -> None:
    plate = FIGURES[name].plate(whole, "zh")
    assert b"<svg" in plate.svg
    assert re.search(r">[^<]*[\u4e00-\u9fff]", plate.svg.decode())
    assert (plate.png is not None) == (chinese_font() is not None)
    assert plate.png is None or plate.png.startswith(b"\x89PNG")


@EVERY
def test_it_has_a_table_with_a_head_and_nothing_in_it_is_a_date_or_a_pseudonym(name: str, whole: Trial) -> None:
    made = FIGURES[name].table(whole).csv()
    assert made.startswith(b"\xef\xbb\xbf")
    text = made.decode("utf-8-sig")
    assert not any(one.subject in text for one in whole.subjects)
    assert not any(f"{year}-" in text.replace("2024-06", "").replace("2024-05", "") for year in (2024, 2025))


@pytest.mark.parametrize("name", ["adverse-events", "kaplan-meier-os"])
def test_of_nobody_it_says_so(name: str, nobody: Trial) -> None:
    assert b"Nobody can be shown yet." in FIGURES[name].plate(nobody, "en").svg


def test_the_tables_hold_the_numbers_of_the_trial(whole: Trial) -> None:
    assert [row["allocated"] for row in rows("enrolment", whole)] == ["1", "1"]
    assert rows("enrolment", whole)[-1]["planned"] == "102"
    bars = rows("first-bars", whole)
    assert [int(row["kept_out"]) for row in bars] == [count for _, count in whole.flow.excluded_by]
    assert len(rows("missing-data", whole)) == len(whole.lacks)
    assert sum(int(row["done"]) for row in rows("visits", whole)) == sum(one.done for one in whole.visits_by_site)
    events = [row for row in rows("complications", whole) if row["grade"] == ""]
    assert sum(int(row["events"]) for row in events) == sum(
        one.events for one in whole.events if one.kind == "clavien-dindo"
    )


def test_a_figure_that_is_no_chart_of_bars_has_no_numbers_of_one(whole: Trial) -> None:
    with pytest.raises(KeyError):
        stacked("consort", whole, "en")


@pytest.mark.parametrize("name", ["consort", "kaplan-meier-os", "adverse-events"])
def test_a_picture_in_chinese_names_the_arms_in_chinese_and_its_table_as_they_are_registered(
    name: str, whole: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("natars_fhir.service.office.figures._font", lambda _: None)
    for plot in ("consort_plot", "kaplan_meier_plot", "stacked_plot"):
        monkeypatch.setattr(f"natars_fhir.service.office.figures.{plot}.plot", lambda told, *_: seen.append(repr(told)))
    for language in ("zh", "en"):
        FIGURES[name].plate(whole, language)
    assert ["新辅助治疗组" in one for one in seen] == [True, False]
    assert ["Therapy Group" in one for one in seen] == [False, True]
    assert "The Neoadjuvant Therapy Group" in FIGURES[name].table(whole).csv().decode("utf-8-sig")
