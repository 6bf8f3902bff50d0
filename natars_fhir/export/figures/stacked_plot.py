"""The figure of bars: stacks by category, standing or lying, with a line over them and a goal across."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures.plate import Plate, plate
from natars_fhir.export.figures.stacked import Stacked
from natars_fhir.export.figures.words import say

#: Colours that colour-blind people can tell apart (Okabe and Ito), and patterns for those who print in grey.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#F0E442")
#: One fewer, so that a colour that comes again has another pattern.
PATTERNS = ("", "//", "..", "xx", "\\\\", "++", "oo")
_INK = "#1b1f24"
_WIDE, _HIGH, _A_ROW, _TALLEST = 8.0, 4.8, 0.32, 24.0


def plot(found: Stacked, language: Language, font: Path | None = None) -> Plate:
    """The figure. Raises ExtraError."""
    rows = len(found.categories)
    size = (_WIDE, min(_TALLEST, max(_HIGH, 1.6 + _A_ROW * rows)) if found.lying else _HIGH)
    return plate(partial(_draw, found, language), size, language, font, found.title)


def _draw(found: Stacked, language: Language, figure: Any) -> None:
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    axes.set_title(found.title, loc="left")
    if found.empty:
        axes.text(0.5, 0.5, say("nobody", language), transform=axes.transAxes, ha="center")
        axes.set_axis_off()
        return
    _bars(axes, found)
    if found.line is not None:
        axes.plot(range(len(found.categories)), found.line.values, color=_INK, marker="o", label=found.line.name)
    if found.goal is not None:
        axes.axhline(found.goal[1], color=_INK, linestyle="--", label=f"{found.goal[0]}: {found.goal[1]}")
    _axes(axes, found)
    if len(found.series) > 1 or found.line or found.goal:
        axes.legend(frameon=False, fontsize=9, loc="lower right" if found.lying else "upper left")


def _bars(axes: Any, found: Stacked) -> None:
    places = range(len(found.categories))
    below = [0] * len(found.categories)
    for number, one in enumerate(found.series):
        look = {
            "label": one.name, "color": COLOURS[number % len(COLOURS)], "edgecolor": "white", "linewidth": 0.5,
            "hatch": PATTERNS[number % len(PATTERNS)],
        }  # fmt: skip
        if found.lying:
            axes.barh(places, one.values, left=below, **look)
        else:
            axes.bar(places, one.values, bottom=below, **look)
        below = [before + value for before, value in zip(below, one.values, strict=True)]


def _axes(axes: Any, found: Stacked) -> None:
    """Whole numbers alone, for they are counts."""
    places = range(len(found.categories))
    counts = axes.xaxis if found.lying else axes.yaxis
    counts.get_major_locator().set_params(integer=True)
    if found.lying:
        axes.set_yticks(places, found.categories)
        axes.invert_yaxis()
        axes.set_xlabel(found.unit)
        axes.set_xlim(0, found.highest * 1.02)
    else:
        axes.set_xticks(places, found.categories, rotation=45, ha="right")
        axes.set_ylabel(found.unit)
        axes.set_ylim(0, found.highest * 1.08)
