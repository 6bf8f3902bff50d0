"""The CONSORT figure: boxes from everybody known to those analysed, an arm a column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import Any

from natars_fhir.domain.sentence import Language
from natars_fhir.export.extra import library
from natars_fhir.export.figures.consort import Analysed, ArmFlow, Flow
from natars_fhir.export.figures.plate import Plate, plate
from natars_fhir.export.figures.words import say

_SIZE = (9.0, 10.5)
#: First bars that are shown one by one; the rest is counted together, and the table has them all.
_SHOWN = 8
_INK = "#333333"
#: Places and measures, in shares of the figure: the trunk, what leaves it, a box, a line, the room around and between.
_TRUNK, _ASIDE, _WIDE, _LINE, _PAD, _GAP = 0.25, 0.75, 0.44, 0.0188, 0.012, 0.03
_SMALL = 0.35


def plot(found: Flow, language: Language, font: Path | None = None) -> Plate:
    """The figure in a language. Raises ExtraError."""
    return plate(partial(_draw, found, language), _SIZE, language, font, "CONSORT flow", cut=True)


def _draw(found: Flow, language: Language, figure: Any) -> None:
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.94))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_axis_off()
    axes.set_title(say("enrolment", language), loc="left")
    below = _box(axes, _TRUNK, 0.98, [say("known", language, found.known)])
    _arrow(axes, (_TRUNK, below), (_TRUNK, below - _GAP))
    screened = _box(axes, _TRUNK, below - _GAP, [say("in-scope", language, found.in_scope)])
    aside = screened - _GAP / 2
    for lines in (_excluded(found, language), _waiting(found, language)):
        _arrow(axes, (_TRUNK, aside - _LINE / 2), (_ASIDE - _WIDE / 2, aside - _LINE / 2))
        aside = _box(axes, _ASIDE, aside, lines) - _GAP / 2
    _arrow(axes, (_TRUNK, screened), (_TRUNK, aside))
    below = _box(axes, _TRUNK, aside, [say("of-planned", language, found.allocated, found.planned)])
    for number, one in enumerate(found.arms):
        place = (number + 0.5) / len(found.arms)
        _arrow(axes, (_TRUNK, below), (place, below - _GAP))
        _column(axes, (place, below - _GAP), one, language, min(_WIDE, 0.94 / len(found.arms)))


def _excluded(found: Flow, language: Language) -> list[str]:
    ordered = sorted(found.excluded_by, key=lambda one: -one[1])
    shown = {why for why, _ in ordered[:_SHOWN]}
    lines = [f"  {say(why, language)}: {count}" for why, count in found.excluded_by if why in shown]
    rest = sum(count for why, count in found.excluded_by if why not in shown)
    return [
        say("excluded", language, found.excluded),
        *lines,
        *([f"  {say('others', language, rest)}"] if rest else []),
    ]


def _waiting(found: Flow, language: Language) -> list[str]:
    told = {"undetermined": found.undetermined, "candidate": found.candidate, "eligible": found.eligible}
    whole = say("not-yet", language, sum(told.values()))
    return [
        whole,
        *(f"  {say(key, language, count)}" for key, count in told.items()),
        say("left", language, found.left),
    ]


def _column(axes: Any, at: tuple[float, float], one: ArmFlow, language: Language, width: float) -> None:
    x, top = at
    head = [*wrap(one.arm or say("no-arm", language), int(width * 95)), say("allocated", language, one.allocated)]
    apart = {"withheld": one.withheld, "unaccounted": one.unaccounted}
    head += [f"  {say(key, language, count)}" for key, count in apart.items() if count]
    never = [say("never", language, sum(count for _, count in one.never))]
    never += [f"  {say(why, language)}: {count}" for why, count in one.never]
    operated = [say("treated", language, one.treated), say("operated", language, one.operated), *never]
    analysed = [say("analysed", language), *(line for each in one.analysed for line in _analysed(each, language))]
    below = _box(axes, x, top, head, width)
    for lines in (operated, analysed):
        _arrow(axes, (x, below), (x, below - _GAP))
        below = _box(axes, x, below - _GAP, lines, width)


def _analysed(one: Analysed, language: Language) -> list[str]:
    undated = [f"    {say('no-day', language, one.undated)}"] if one.undated else []
    return [f"  {say('analysed-of', language, one.parameter, one.subjects, one.events)}", *undated]


def _box(axes: Any, x: float, top: float, lines: Sequence[str], width: float = _WIDE) -> float:
    """A frame as high as its lines, *top* its upper edge; gives the lower one."""
    height = _LINE * len(lines) + _PAD
    frame = {"facecolor": "white", "edgecolor": _INK, "linewidth": 1.0}
    axes.add_patch(
        library("matplotlib.patches", what="Figures", extra="statistics").Rectangle(
            (x - width / 2, top - height), width, height, **frame
        )
    )
    for number, line in enumerate(lines):
        y = top - _PAD / 2 - _LINE * (number + 0.5)
        axes.text(x - width / 2 + 0.012, y, line, va="center", fontsize=9 if width > _SMALL else 7.5)
    return top - height


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "->", "color": _INK, "shrinkA": 0, "shrinkB": 0})
