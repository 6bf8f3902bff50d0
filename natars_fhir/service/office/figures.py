"""Figures of the office: each by its name, with its table and its picture. A row of `FIGURES` each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from natars_fhir.domain.endpoints.time_to_event import Parameter
from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures import (
    adverse,
    consort,
    consort_plot,
    enrolled,
    first_bars,
    kaplan_meier,
    kaplan_meier_plot,
    lacking,
    stacked_plot,
    visiting,
)
from natars_fhir.export.figures.adverse import Event, Of
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.fonts import chinese_font
from natars_fhir.export.figures.kaplan_meier import KaplanMeier
from natars_fhir.export.figures.plate import Plate
from natars_fhir.export.figures.stacked import Stacked
from natars_fhir.export.summary import SHOWN
from natars_fhir.service.office.trial import Trial


class Figure(NamedTuple):
    """Its numbers for whoever cannot see it, and how it is drawn. Of bars the numbers of the chart, too."""

    table: Callable[[Trial], Table]
    plate: Callable[[Trial, Language], Plate]
    stacked: Callable[[Trial, Language], Stacked] | None = None


def _bars(table: Callable[[Trial], Table], stacked: Callable[[Trial, Language], Stacked]) -> Figure:
    def plate(told: Trial, language: Language) -> Plate:
        return stacked_plot.plot(stacked(told, language), language, _font(language))

    return Figure(table, plate, stacked)


@cache
def _known_font() -> Path | None:
    return chinese_font()


def _font(language: Language) -> Path | None:
    """The fonts of the machine are looked through once, and for Chinese alone."""
    return _known_font() if language == "zh" else None


def _arm(told: Trial, name: str, language: Language) -> str:
    """What an arm is called in a picture; tables have its registered name."""
    found = next((one.zh for one in told.study.arms if one.name == name), "")
    return found if language == "zh" and found else name


def _consort(told: Trial, language: Language) -> Plate:
    arms = tuple(one._replace(arm=_arm(told, one.arm, language)) for one in told.flow.arms)
    return consort_plot.plot(told.flow._replace(arms=arms), language, _font(language))


def _curve(parameter: Parameter) -> Figure:
    def found(told: Trial) -> KaplanMeier:
        return next((one for one in told.curves if one.parameter == parameter), KaplanMeier(parameter, (0,), ()))

    def plate(told: Trial, language: Language) -> Plate:
        curve = found(told)
        arms = tuple(one._replace(arm=_arm(told, one.arm, language)) for one in curve.arms)
        return kaplan_meier_plot.plot(curve._replace(arms=arms), language, _font(language))

    return Figure(lambda told: kaplan_meier.table(found(told)), plate)


def _events(kind: Of) -> Figure:
    def told_of(told: Trial) -> tuple[Event, ...]:
        return tuple(one for one in told.events if one.kind == kind)

    def stacked(told: Trial, language: Language) -> Stacked:
        named = [one._replace(arm=_arm(told, one.arm, language)) for one in told_of(told)]
        return adverse.stacked(named, kind, language)

    return _bars(lambda told: adverse.table(told_of(told)), stacked)


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        "enrolment": _bars(
            lambda told: enrolled.table(told.enrolment),
            lambda told, language: enrolled.stacked(told.enrolment, told.study.enrolment, language),
        ),
        "consort": Figure(lambda told: consort.table(told.flow), _consort),
        "first-bars": _bars(
            lambda told: first_bars.table(told.bars), lambda told, language: first_bars.stacked(told.bars, language)
        ),
        "missing-data": _bars(
            lambda told: lacking.table(told.lacks),
            lambda told, language: lacking.stacked(lacking.of_data(told.lacks), language),
        ),
        "visits": _bars(
            lambda told: visiting.table(told.visits_by_site),
            lambda told, language: visiting.stacked(told.visits_by_site, language),
        ),
        "adverse-events": _events("adverse-event"),
        "complications": _events("clavien-dindo"),
        **{f"kaplan-meier-{parameter.lower()}": _curve(parameter) for parameter in SHOWN},
    }
)


def stacked(name: str, told: Trial, language: Language) -> Stacked:
    """The numbers of a chart of bars. Raises KeyError for a figure that has none."""
    found = FIGURES[name].stacked
    if found is None:
        raise KeyError(name)
    return found(told, language)
