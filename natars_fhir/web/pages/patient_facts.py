"""Facts on a timeline, as a table and as a figure; and what changed of a patient, each change with its cause.

Of thousands of facts a page shows some, the newest first: table and figure show the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.record import Fact
from natars_fhir.domain.sentence import Language, said
from natars_fhir.domain.words import WORDS
from natars_fhir.service.history import steps_of
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.patient import AT, look
from natars_fhir.web.pages.registry import ROOT

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A fact in words."""

    when: str
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
    query, words = page.request.query_params, WORDS[page.language]
    concepts = sorted({one.concept for one in facts}, key=lambda one: words.get(one, one))
    concept = one if (one := query.get("concept", "")) in concepts else ""
    mine = newest(one for one in facts if concept in ("", one.concept))
    pages = max(1, -(-len(mine) // MOST))
    asked = query.get("page", "1")
    at = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1, 1), pages)
    shown = mine[(at - 1) * MOST : at * MOST]
    return page.show(
        "patient_facts.html", number=number, pseudonym=pseudonym, rows=rows(shown, page.language), total=len(mine),
        at=at, pages=pages, concepts=concepts, concept=concept, figure=figure(shown, page.language),
    )  # fmt: skip


def newest(facts: Iterable[Fact]) -> list[Fact]:
    """The newest first, and what has no day last."""
    return sorted(facts, key=lambda one: (one.when or "", one.concept), reverse=True)


def rows(facts: Iterable[Fact], language: Language) -> list[Row]:
    """Each fact in words."""
    words = WORDS[language]

    def told(value: object) -> str:
        return ", ".join(map(str, value)) if isinstance(value, tuple) else said(value, language)

    return [
        Row(
            one.when or "—",
            words.get(one.concept, one.concept),
            said(one.value, language),
            "" if one.standing == "final" else one.standing,
            tuple((words.get(name, name), told(value)) for name, value in one.detail),
            one,
        )
        for one in facts
    ]


def figure(facts: Iterable[Fact], language: Language) -> dict[str, Any]:
    """The facts that have a day, over time, a row a concept, for ECharts; a day that is partly known is its first.
    https://echarts.apache.org/en/option.html#series-scatter"""
    words = WORDS[language]
    points = [
        [day.isoformat(), words.get(one.concept, one.concept), said(one.value, language)]
        for one in facts
        if (day := _day(one)) is not None
    ]
    names = sorted({name for _, name, _ in points}, reverse=True)
    return {
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "category", "data": names, "axisLabel": {"width": 140, "overflow": "truncate"}},
        "tooltip": {"trigger": "item"},
        "series": [{"type": "scatter", "symbolSize": 9, "data": points}],
    }


def _day(fact: Fact) -> date | None:
    return fact.day.low if fact.day else None
