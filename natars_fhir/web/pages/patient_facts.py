"""Facts on a timeline, as a table and as a figure; and what changed of a patient, each change with its cause.

Of thousands of facts a page shows some, the newest first: table and figure show the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.record import Fact
from natars_fhir.domain.sentence import Language, said
from natars_fhir.service.worklist.history import steps_of
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.patient import AT, look
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg

MOST: Final = 100
#: As many rows as fit one height of the figure, and the highest (static/pages.css).
_A_HEIGHT, _HIGHEST = 10, 6
#: What qualifies a value, as people read it; what has no row here is shown by its name.
DETAILS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "approximate": msg("about"),
        "basis": msg("basis"),
        "cellScope": msg("of which cells"),
        "class": msg("class"),
        "clinicalStatus": msg("clinical status"),
        "compartment": msg("compartment"),
        "control": msg("control"),
        "course": msg("course"),
        "dimensions": msg("dimensions"),
        "extent": msg("extent"),
        "family": msg("family"),
        "given": msg("given"),
        "intensity": msg("intensity"),
        "medication": msg("medication"),
        "method": msg("method"),
        "origin": msg("origin"),
        "percent": msg("per cent"),
        "scheme": msg("scheme"),
        "specimen": msg("specimen"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A fact in words."""

    concept: str
    value: str
    standing: str
    details: tuple[tuple[str, str], ...]
    fact: Fact


def add_facts(router: APIRouter, desk: Desk) -> None:
    """Adds the timeline, and the history."""

    def timeline(request: Request, pseudonym: str) -> Response:
        page = page_of(request)
        here = look(page, pseudonym)
        page.viewed(pseudonym)
        return _timeline(page, pseudonym, here.subject.outcome.record.facts, here.number)

    def history(request: Request, pseudonym: str) -> Response:
        page = page_of(request)
        here = look(page, pseudonym)
        page.viewed(pseudonym)
        steps = steps_of(desk.store, page.who.site, here.subject.names)
        return page.show("patient_history.html", here=here, pseudonym=pseudonym, steps=steps[::-1])

    for name, shown in (("facts", timeline), ("history", history)):
        path = f"{ROOT}{AT}/{name}"
        router.add_api_route(path, shown, methods=["GET"], response_model=None, dependencies=enters("worklist"))


def _timeline(page: Page, pseudonym: str, facts: Sequence[Fact], number: str) -> Response:
    query = page.request.query_params
    concepts = sorted({one.concept for one in facts}, key=page.concept)
    concept = one if (one := query.get("concept", "")) in concepts else ""
    mine = newest(one for one in facts if concept in ("", one.concept))
    pages = max(1, -(-len(mine) // MOST))
    asked = query.get("page", "1")
    at = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1, 1), pages)
    shown = mine[(at - 1) * MOST : at * MOST]
    drawn = figure(shown, page.concept, page.language)
    return page.show(
        "patient_facts.html", number=number, pseudonym=pseudonym, rows=[_row(page, one) for one in shown],
        total=len(mine), at=at, pages=pages, concepts=concepts, concept=concept, figure=drawn,
        tall=min(-(-len(drawn["yAxis"]["data"]) // _A_HEIGHT), _HIGHEST),
    )  # fmt: skip


def newest(facts: Iterable[Fact]) -> list[Fact]:
    """The newest first, and what has no day last."""
    return sorted(facts, key=lambda one: (one.when or "", one.concept), reverse=True)


def _row(page: Page, fact: Fact) -> Row:
    def told(value: object) -> str:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else page.value(value)

    details = ((page.say(DETAILS[name]) if name in DETAILS else name, told(value)) for name, value in fact.detail)
    standing = "" if fact.standing == "final" else fact.standing
    return Row(page.concept(fact.concept), page.value(fact.value), standing, tuple(details), fact)


def figure(facts: Iterable[Fact], name: Callable[[str], str], language: Language) -> dict[str, Any]:
    """The facts that have a day, over time, a row a concept, for ECharts; a day that is partly known is its first.
    https://echarts.apache.org/en/option.html#series-scatter"""
    points = [
        [day.isoformat(), name(one.concept), said(one.value, language)]
        for one in facts
        if (day := _day(one)) is not None
    ]
    names = sorted({name for _, name, _ in points}, reverse=True)
    label = {"width": 150, "overflow": "truncate", "interval": 0}
    return {
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "time", "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "category", "data": names, "axisLabel": label},
        "tooltip": {"trigger": "item"},
        "series": [{"type": "scatter", "symbolSize": 9, "data": points}],
    }


def _day(fact: Fact) -> date | None:
    return fact.day.low if fact.day else None
