"""Charts: the numbers of a figure as an option of ECharts. https://echarts.apache.org/en/option.html

Patterns as well as colours tell the series apart. A chart has its table beside it: it is no source of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from natars_fhir.export.figures.kaplan_meier import DAYS_IN_MONTH, ArmLine, KaplanMeier
from natars_fhir.export.figures.plate import COLOURS as OF_ARMS
from natars_fhir.export.figures.stacked import Stacked
from natars_fhir.export.figures.stacked_plot import COLOURS

Option = dict[str, Any]
#: Named by the page, and not by ECharts in a language of its own.
_ARIA = {"enabled": True, "label": {"enabled": False}, "decal": {"show": True}}
_DASHES = ("solid", "dashed", "dotted", [8, 4, 2, 4])
_INK = "#1b1f24"
#: Room for the names of lying bars, and on a telephone.
_WIDEST, _NARROW = 280, 110

#: On a telephone a name has one line, cut: two would lie over the next; the table beneath has it whole.
_ON_A_PHONE = {
    "media": [
        {"query": {"maxWidth": 600}, "option": {"yAxis": {"axisLabel": {"width": _NARROW, "overflow": "truncate"}}}}
    ]
}


def bars(found: Stacked) -> Option:
    """Stacked bars, with their line and their goal."""
    names = {"type": "category", "data": [*found.categories], "inverse": found.lying, "axisLabel": _label(found)}
    counts = {"type": "value", "name": found.unit, "minInterval": 1} | ({"max": found.highest} if found.goal else {})
    axes = {"xAxis": counts, "yAxis": names} if found.lying else {"xAxis": names, "yAxis": counts}
    if found.lying:
        counts |= {"nameLocation": "middle", "nameGap": 28}
    return {
        "aria": _ARIA, "color": [*COLOURS], "tooltip": {"trigger": "axis"}, "legend": {"top": 0, "type": "scroll"},
        "grid": {"left": 12, "right": 24, "top": 56, "bottom": 32 if found.lying else 12, "containLabel": True},
        **axes, "series": [*_series(found)], **(_ON_A_PHONE if found.lying else {}),
    }  # fmt: skip


def _label(found: Stacked) -> Option:
    return {"width": _WIDEST, "overflow": "break", "interval": 0} if found.lying else {"rotate": 45}


def _series(found: Stacked) -> Iterator[Option]:
    for one in found.series:
        yield {"type": "bar", "stack": "all", "name": one.name, "data": [*one.values], "barMaxWidth": 40}
    if found.line is None:
        return
    line = {"type": "line", "name": found.line.name, "data": [*found.line.values], "itemStyle": {"color": _INK}}
    if found.goal is not None:
        name, goal = found.goal
        told = {"formatter": f"{name}: {goal}", "position": "insideEndBottom"}
        mark = {"yAxis": goal, "label": told, "lineStyle": {"color": _INK, "type": "dashed"}}
        line["markLine"] = {"symbol": "none", "silent": True, "data": [mark]}
    yield line


def curves(found: KaplanMeier, months: str, share: str, named: Callable[[ArmLine], str]) -> Option:
    """Survival by arm: steps with their limits, and a tick for who was censored."""
    return {
        "aria": _ARIA | {"decal": {"show": False}}, "tooltip": {"trigger": "item"},
        "legend": {"top": 0, "type": "scroll", "data": [named(one) for one in found.arms]},
        "grid": {"left": 12, "right": 24, "top": 56, "bottom": 36, "containLabel": True},
        "xAxis": {"type": "value", "name": months, "nameLocation": "middle", "nameGap": 28, "min": 0,
                  "max": max(found.ticks[-1], 1), "interval": _between(found)},
        "yAxis": {"type": "value", "name": share, "min": 0, "max": 100},
        "series": [each for number, one in enumerate(found.arms) for each in _arm(one, number, named(one))],
    }  # fmt: skip


def _between(found: KaplanMeier) -> int:
    return found.ticks[1] - found.ticks[0] if len(found.ticks) > 1 else 1


def _arm(one: ArmLine, number: int, name: str) -> Iterator[Option]:
    colour = OF_ARMS[number % len(OF_ARMS)]
    end = max([step.days for step in one.curve.steps] + [day for day, _ in one.censored], default=0)
    style = {"color": colour, "width": 2, "type": _DASHES[number % len(_DASHES)]}
    told = [(0, 1.0), *((step.days, step.survival) for step in one.curve.steps)]
    yield _line(name, [*told, (end, told[-1][1])], style)
    for limits in ([(s.days, s.low) for s in one.curve.steps], [(s.days, s.high) for s in one.curve.steps]):
        known = [(day, share) for day, share in limits if share is not None]
        if known:
            thin = {"color": colour, "width": 1.5, "type": "dotted", "opacity": 0.8}
            yield _line(name, [*known, (end, known[-1][1])], thin) | {"silent": True}
    yield {
        "type": "scatter", "name": name, "symbol": "rect", "symbolSize": [2, 10], "itemStyle": {"color": colour},
        "data": [_place(day, share) for day, share in one.censored],
    }  # fmt: skip


def _line(name: str, told: list[tuple[int, float]], style: Option) -> Option:
    line = {"type": "line", "name": name, "step": "end", "showSymbol": False, "lineStyle": style}
    return line | {"itemStyle": {"color": style["color"]}, "data": [_place(*one) for one in told]}


def _place(day: int, share: float) -> list[float]:
    return [round(day / DAYS_IN_MONTH, 3), round(100 * share, 2)]
