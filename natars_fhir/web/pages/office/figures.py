"""Figures of the trial: enrolment, missing data, visits, endpoints, adverse events, and the list of the subjects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS
from natars_fhir.export.agenda import Appointment
from natars_fhir.export.figures.kaplan_meier import ArmLine, KaplanMeier
from natars_fhir.export.figures.stacked import Stacked
from natars_fhir.export.figures.words import say as word_of
from natars_fhir.export.figures.words import title
from natars_fhir.service.office.figures import stacked
from natars_fhir.service.office.trial import Trial
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.office.charts import Option, bars, curves
from natars_fhir.web.pages.office.room import SECTIONS, Room
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT

T = TypeVar("T")
_ON_A_PAGE = 50
_SHORT, _LONG = 8, 20
_OPEN = ("due", "overdue")


class Bars(NamedTuple):
    """A figure of bars on a page: its name for downloads, its numbers, its chart."""

    name: str
    stacked: Stacked
    option: Option

    @property
    def size(self) -> str:
        """Lying bars need room for each."""
        rows = len(self.stacked.categories) if self.stacked.lying else 0
        return "taller" if rows > _LONG else "tall" if rows > _SHORT else ""


class Survival(NamedTuple):
    """Curves on a page."""

    name: str
    title: str
    found: KaplanMeier
    option: Option


class Paged(NamedTuple):
    """A part of a long list."""

    rows: Sequence[Any]
    every: int
    number: int
    last: int


def add_figures(router: APIRouter, room: Room) -> None:
    """Adds the pages of figures."""
    shown: Mapping[str, Callable[[Page, Room], Response]] = {
        "enrolment": _enrolment,
        "missing": _missing,
        "visits": _visits,
        "endpoints": _endpoints,
        "events": _events,
        "subjects": _subjects,
    }
    for section, show in shown.items():
        _add(router, section, show, room)

    def making(request: Request) -> Response:
        page = page_of(request)
        site = room.site(page)
        asked = room.asked(site, 0)
        response = page.show("office_making.html", asked=asked, site=site)
        if asked.making is None:
            response.headers["HX-Refresh"] = "true"
        return response

    path = f"{ROOT}/trial/making"
    router.add_api_route(path, making, methods=["GET"], response_model=None, dependencies=enters("figures"))


def _add(router: APIRouter, section: str, show: Callable[[Page, Room], Response], room: Room) -> None:
    def shown(request: Request) -> Response:
        return show(page_of(request), room)

    entry = SECTIONS[section]
    path, may = f"{ROOT}{entry.path}", enters(entry.may)
    router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=may)


def _bars(name: str) -> Callable[[Trial, Language], Bars]:
    def told(trial: Trial, language: Language) -> Bars:
        found = stacked(name, trial, language)
        return Bars(name, found, bars(found))

    return told


def _enrolment(page: Page, room: Room) -> Response:
    figures = {"enrolment": _bars("enrolment"), "first_bars": _bars("first-bars")}
    return room.show(page, "enrolment", "office_enrolment.html", **figures, word_of=word_of)


def _missing(page: Page, room: Room) -> Response:
    words = WORDS[page.language]
    return room.show(page, "missing", "office_missing.html", missing=_bars("missing-data"), words=words)


def _visits(page: Page, room: Room) -> Response:
    asked = page.request.query_params
    every = asked.get("all", "") == "1"

    def listed(trial: Trial) -> Paged:
        return paged(page, [one for one in trial.visits if every or one.standing in _OPEN])

    told = {"visits": _bars("visits"), "listed": listed, "every": every, "spoken": _spoken, "words": WORDS}
    return room.show(page, "visits", "office_visits.html", **told)


def _spoken(one: Appointment, language: Language) -> tuple[str, str]:
    """Kind and standing of a visit, in words."""
    words = WORDS[language]
    return words[f"visit-{one.kind}"], words[f"visit-{one.standing}"]


def _endpoints(page: Page, room: Room) -> Response:
    language = page.language

    def named(one: ArmLine) -> str:
        return page.arm(one.arm) or word_of("no-arm", language)

    def drawn(trial: Trial) -> list[Survival]:
        axes = (word_of("months", language), word_of("share", language))
        return [
            Survival(f"kaplan-meier-{one.parameter.lower()}", title(one.parameter, language), one, option)
            for one in trial.curves
            for option in [curves(one, *axes, named)]
        ]

    told = {"drawn": drawn, "named": named, "word_of": word_of}
    return room.show(page, "endpoints", "office_endpoints.html", **told)


def _events(page: Page, room: Room) -> Response:
    figures = {"events": _bars("adverse-events"), "complications": _bars("complications")}
    return room.show(page, "events", "office_events.html", **figures)


def _subjects(page: Page, room: Room) -> Response:
    def listed(trial: Trial) -> Paged:
        return paged(page, trial.subjects)

    return room.show(page, "subjects", "office_subjects.html", listed=listed, word_of=word_of)


def paged(page: Page, rows: Sequence[T]) -> Paged:
    """The part of a list that the address asks for; the nearest there is."""
    last = max(1, -(-len(rows) // _ON_A_PAGE))
    asked = page.request.query_params.get("page", "1")
    number = min(last, max(1, int(asked))) if asked.isascii() and asked.isdigit() and len(asked) < _SHORT else 1
    start = (number - 1) * _ON_A_PAGE
    return Paged(rows[start : start + _ON_A_PAGE], len(rows), number, last)
