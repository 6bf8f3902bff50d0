"""The Kaplan-Meier figure: curves by arm with their bands, ticks for those censored, and the numbers at risk below."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures.kaplan_meier import DAYS_IN_MONTH, ArmLine, KaplanMeier
from natars_fhir.export.figures.plate import COLOURS, DASHES, Plate, plate
from natars_fhir.export.figures.words import say, title

_SIZE = (8.0, 6.2)


def plot(found: KaplanMeier, language: Language, font: Path | None = None) -> Plate:
    """The figure in a language. Raises ExtraError."""
    return plate(partial(_draw, found, language), _SIZE, language, font, f"{found.parameter} by arm")


def _draw(found: KaplanMeier, language: Language, figure: Any) -> None:
    room = 0.05 * len(found.arms)
    axes = figure.add_axes((0.1, 0.25 + room, 0.86, 0.67 - room))
    axes.set_title(title(found.parameter, language), loc="left")
    axes.set_ylim(0, 104)
    axes.set_xlim(0, max(found.ticks[-1], 1))
    axes.set_xticks(found.ticks)
    axes.set_xlabel(say("months", language))
    axes.set_ylabel(say("share", language))
    if not found.arms:
        axes.text(0.5, 0.5, say("nobody", language), transform=axes.transAxes, ha="center")
    for number, one in enumerate(found.arms):
        _curve(axes, one, number, language)
    if found.arms:
        axes.legend(loc="lower left", frameon=False)
        _at_risk(figure, axes, found, language)
    _notes(figure, found, language)


def _curve(axes: Any, one: ArmLine, number: int, language: Language) -> None:
    colour = COLOURS[number % len(COLOURS)]
    end = max([step.days for step in one.curve.steps] + [day for day, _ in one.censored], default=0)
    last = one.curve.steps[-1] if one.curve.steps else None
    days = [0, *(step.days for step in one.curve.steps), end]
    shares = [1.0, *(step.survival for step in one.curve.steps), last.survival if last else 1.0]
    months = [day / DAYS_IN_MONTH for day in days]
    name = one.arm or say("no-arm", language)
    label = f"{name} (n={one.curve.subjects}, {say('events', language)} {one.curve.events})"
    axes.step(
        months, [100 * share for share in shares], where="post", color=colour, linestyle=DASHES[number % len(DASHES)],
        label=label,
    )  # fmt: skip
    _band(axes, one, end, colour)
    axes.plot(
        [day / DAYS_IN_MONTH for day, _ in one.censored], [100 * share for _, share in one.censored], linestyle="none",
        marker="|", markersize=7, color=colour,
    )  # fmt: skip


def _band(axes: Any, one: ArmLine, end: int, colour: str) -> None:
    """The limits, where there are any: from each event on to the next."""
    steps = one.curve.steps
    for step, until in zip(steps, [*(each.days for each in steps[1:]), end], strict=False):  # without an event none
        if step.low is not None and step.high is not None:
            span = [step.days / DAYS_IN_MONTH, until / DAYS_IN_MONTH]
            axes.fill_between(span, 100 * step.low, 100 * step.high, color=colour, alpha=0.15, linewidth=0)


def _at_risk(figure: Any, axes: Any, found: KaplanMeier, language: Language) -> None:
    """A line an arm below the axis, each number under its tick."""
    box, width = axes.get_position(), axes.get_xlim()[1]
    top = box.y0 - 0.125
    figure.text(box.x0, top, say("at-risk", language), fontsize=9)
    for number, one in enumerate(found.arms):
        colour, height = COLOURS[number % len(COLOURS)], top - 0.05 * (number + 1)
        figure.text(box.x0, height + 0.022, one.arm or say("no-arm", language), fontsize=8, color=colour)
        for month, count in zip(found.ticks, one.at_risk, strict=True):
            place = box.x0 + box.width * month / width
            figure.text(place, height, str(count), fontsize=9, ha="center", gid=f"at-risk-{number}-{month}")


def _notes(figure: Any, found: KaplanMeier, language: Language) -> None:
    undated = sum(one.undated for one in found.arms)
    told = [say("limits", language), say("caution", language)]
    if undated:
        told.insert(0, say("undated", language, undated))
    figure.text(0.1, 0.02, "\n".join(told), fontsize=7.5, color="#444444")
