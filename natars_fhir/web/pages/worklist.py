"""Worklist: a site's patients in scope, with what bars, what is missing and what is new; filters stay in the address.

A number is searched by a form that is sent, never in the address: addresses stand in logs and histories.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

from natars_fhir.domain.study import Criterion
from natars_fhir.service.worklist.worklist_page import Row, found, listed, yesterday
from natars_fhir.store.worklist import SORTS, Asked, Line
from natars_fhir.web.pages.desk import Desk
from natars_fhir.web.pages.entrance import enters, page_of
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.pages.words import msg

#: Where the log counts patients who are in scope, as the filter offers them.
PLACES: Final = ("undetermined", "candidate", "eligible", "allocated", "excluded", "off-study")
#: What each of them means, for whoever was not there when it was explained.
MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "undetermined": msg(
            "Nothing bars, but something that data must decide is missing, awaited, imprecise or contradictory."
        ),
        "candidate": msg(
            "Nothing bars, and all that data must decide is satisfied. "
            "What is left is for people: a candidate is not yet eligible."
        ),
        "eligible": msg("A named investigator signed, and the signature holds. The software alone never says it."),
        "allocated": msg("In the trial: an arm was given."),
        "excluded": msg("A criterion bars, or the patient died or withdrew before allocation."),
        "off-study": msg("Left the trial after allocation."),
    }
)  # fmt: skip
WAITS: Final[Mapping[str, str]] = MappingProxyType(
    {"state": msg("for a statement"), "review": msg("to look again"), "sign": msg("for the signature")}
)
#: Days back → how that is called.
SINCE: Final[Mapping[str, str]] = MappingProxyType(
    {"1": msg("since yesterday"), "7": msg("in the last 7 days"), "30": msg("in the last 30 days")}
)
#: What a column is called, by the name of its order.
HEADS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "number": msg("Patient"),
        "place": msg("Stands"),
        "bar": msg("First bar"),
        "lacks": msg("Missing"),
        "changed": msg("Changed"),
        "came": msg("Newest data"),
    }
)
#: Columns that begin with the greatest.
_DOWN_FIRST = frozenset({"changed", "came", "lacks"})
#: As many missing things as a line names.
_NAMED = 3
_DECIDED = ("data", "data-or-attestation", "attestation")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; what it cannot ask for is left out."""

    place: str = ""
    bars: str = ""
    lacks: str = ""
    waits: str = ""
    since: str = ""
    sort: str = "changed"
    down: bool = True
    page: int = 1

    @property
    def told(self) -> dict[str, str]:
        """What of it narrows the list, as the address has it."""
        names = ("place", "bars", "lacks", "waits", "since")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def order(self) -> dict[str, str]:
        """How it is sorted, as the address has it."""
        return {"sort": self.sort, "down": "1" if self.down else "0"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, the address that sorts by it, and how it is sorted now (`aria-sort`)."""

    title: str
    address: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as it is shown: what bars and what is missing by their criteria, what is new in words."""

    line: Line
    address: str
    bar: Criterion | None
    lacks: tuple[Criterion, ...]
    more: int
    news: tuple[str, ...]


def add_worklist(router: APIRouter, desk: Desk) -> None:  # noqa: ARG001 (a request brings its own)
    """Adds the list, and the search by number."""
    may = enters("worklist")

    def shown(request: Request) -> Response:
        return _listed(page_of(request))

    def searched(request: Request) -> Response:
        return _searched(page_of(request))

    at = f"{ROOT}/worklist"
    router.add_api_route(at, shown, methods=["GET"], response_model=None, dependencies=may)
    router.add_api_route(f"{at}/find", searched, methods=["POST"], response_model=None, dependencies=may)


def filters(query: Mapping[str, str], criteria: Iterable[str]) -> Filters:
    """What an address asks for."""
    known = {*criteria}

    def one(name: str, among: Iterable[str]) -> str:
        return value if (value := query.get(name, "")) in among else ""

    sort = one("sort", SORTS) or "changed"
    number = query.get("page", "1")
    return Filters(
        one("place", PLACES),
        one("bars", known),
        one("lacks", known),
        one("waits", WAITS),
        one("since", SINCE),
        sort,
        query.get("down", "1" if sort in _DOWN_FIRST else "0") == "1",
        int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
    )


def _listed(page: Page) -> Response:
    desk = page.desk
    study, now = desk.active().mappings.study, desk.now()
    asked = filters(page.request.query_params, [one.id for one in study.criteria])
    since = yesterday(now, int(asked.since)) if asked.since else None
    looked = Asked(asked.place, asked.bars, asked.lacks, asked.waits, since, asked.sort, asked.down)
    here = listed(desk.store, page.who.site, looked, asked.page, now)
    page.viewed("", {"patients": len(here.rows)}, "look")
    leaves = [one for one in study.criteria if not one.parts]
    return page.show(
        "worklist.html", asked=asked, here=here, rows=_shown(page, here.rows), heads=_heads(page, asked),
        turned=[page.link("/worklist", **asked.told, **asked.order, page=here.page + step) for step in (-1, 1)],
        leaves=leaves, places=PLACES, meanings=MEANINGS, waits=WAITS, since=SINCE,
    )  # fmt: skip


def _searched(page: Page) -> Response:
    """By the number that was typed: to the patient, where it means one; else those who may be meant."""
    number, desk = page.typed("number").strip(), page.desk
    rows = found(desk.store, desk.site(page.who), number, desk.now()) if number else ()
    if len(rows) == 1:
        return page.go(f"/patient/{rows[0].line.pseudonym}")
    page.viewed("", {"patients": len(rows)}, "look")
    return page.show("worklist_found.html", number=number, rows=_shown(page, rows), heads=[], waits=WAITS)


def _heads(page: Page, asked: Filters) -> list[Head]:
    made = []
    for name, title in HEADS.items():
        mine = asked.sort == name
        down = not asked.down if mine else name in _DOWN_FIRST
        address = page.link("/worklist", **asked.told, sort=name, down="1" if down else "0")
        made.append(Head(title, address, ("descending" if asked.down else "ascending") if mine else "none"))
    return made


def _shown(page: Page, rows: Iterable[Row]) -> list[Shown]:
    criteria = {one.id: one for one in page.desk.active().mappings.study.criteria}
    return [_row(page, criteria, row) for row in rows]


def _row(page: Page, criteria: Mapping[str, Criterion], row: Row) -> Shown:
    """What data decides is named before what people say; whom something bars lacks nothing that would matter."""
    line = row.line
    barred = line.with_people == "ineligible"
    lacks = [] if barred else [criteria[name] for name in line.open if name in criteria]
    lacks.sort(key=lambda one: (one.advisory, _DECIDED.index(one.decided_by)))
    return Shown(
        line,
        page.link(f"/patient/{line.pseudonym}"),
        criteria.get(line.bar),
        tuple(lacks[:_NAMED]),
        len(lacks[_NAMED:]),
        tuple(one.told(page.language) for one in reversed(row.news)),
    )
