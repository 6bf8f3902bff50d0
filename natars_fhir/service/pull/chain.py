"""Chain: what a search asks for, type after type and page after page: one way through all types of a plan.

https://hl7.org/fhir/R4/search.html. It is made ahead of what is taken in, and does not wait between two types: while
the last pages of one are taken in, those of the next come. A fault of a type is told in its place, and the next type
follows where it may end better.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from natars_fhir.mapping.pull import Asked
from natars_fhir.service.pull.fault import ENDS, ExpiredError, PullError, refused
from natars_fhir.service.pull.offered import Offered, offered
from natars_fhir.service.pull.page import Page, page
from natars_fhir.service.pull.source import Heard, Source

#: Pages without a match, one after the other, before that is an endless way.
_EMPTY = 50
#: What a server answers to a search that it does not know how to do.
_NOT_SO = frozenset({400, 404, 405, 422, 501})


class Wish(NamedTuple):
    """What is asked for: of one type, from when on, and so many to a page."""

    kind: str
    asked: Asked
    since: datetime | None
    most: int


class Begun(NamedTuple):
    """A type begins: what the server offers of it."""

    offers: Offered


class Came(NamedTuple):
    """A page."""

    page: Page
    heard: Heard


class Ended(NamedTuple):
    """A type is over; why, if not well."""

    fault: PullError | None


Step = Begun | Came | Ended


def weight(step: Step) -> int:
    """The bytes that it holds."""
    return len(step.heard.body) if isinstance(step, Came) else 0


def chain(source: Source, wishes: Iterable[Wish]) -> Iterator[Step]:
    """One type after the other: `Begun`, its pages, `Ended`; where it is not known what the server offers, `Ended`
    alone. It is over with a fault after which nothing would come, and where pages are gone: whoever takes them in knows
    from where to begin anew."""
    found: Mapping[str, Offered] | None = None
    for wish in wishes:
        fault: PullError | None = None
        try:
            found = _offers(source) if found is None else found
            offers = found.get(wish.kind, Offered())
            yield Begun(offers)
            for told, heard in walk(source, wish.kind, _first(source, wish, offers)):
                yield Came(told, heard)
        except PullError as wrong:
            fault = wrong
        yield Ended(fault)
        if fault is not None and (fault.kind in ENDS or isinstance(fault, ExpiredError)):
            return


def _offers(source: Source) -> Mapping[str, Offered]:
    heard = source.get(source.base + "metadata")
    return offered(heard.body) if heard.status == 200 else {}


def walk(source: Source, kind: str, first: Heard) -> Iterator[tuple[Page, Heard]]:
    """Page after page, by the links that the server gives. Raises PullError."""
    known, empty, heard = set[bytes](), 0, first
    while True:
        told, heard = _read(source, kind, heard)
        if told.matches and told.digest in known:
            raise PullError("repeats", "page")
        known.add(told.digest)
        yield told, heard
        empty = 0 if told.matches else empty + 1
        if empty > _EMPTY:
            raise PullError("repeats", "empty")
        if not told.next:
            return
        heard = source.get(source.at(told.next, heard.url))
        if heard.status in (404, 410):
            raise ExpiredError("page")
        if heard.status != 200:
            raise refused(heard.status)


def _read(source: Source, kind: str, heard: Heard) -> tuple[Page, Heard]:
    """What a page tells; one that came broken is asked for once more."""
    try:
        return page(heard.body, kind), heard
    except PullError:
        source.pause(1.0)
        again = source.get(heard.url)
        if again.status != 200:
            raise refused(again.status) from None
        return page(again.body, kind), again


def _first(source: Source, wish: Wish, offers: Offered) -> Heard:
    """The first page; a server that does not know how to sort, or to bring more along, is asked without."""
    heard: Heard | None = None
    for also in _ladder(wish.asked, offers):
        url = source.base + wish.kind + "?" + query(wish.asked.query, wish.since, wish.most, also)
        heard = source.get(url)
        if heard.status not in _NOT_SO:
            break
    if heard is None or heard.status != 200:
        raise refused(heard.status if heard else 0)
    return heard


def _ladder(asked: Asked, offers: Offered) -> list[list[tuple[str, str]]]:
    """What is asked for besides, from everything that is offered to nothing."""
    in_order = [("_sort", "_lastUpdated")] if offers.sorted else []
    along = [("_include", one) for one in asked.include if offers.includes(one)]
    along += [("_revinclude", one) for one in asked.revinclude if offers.revincludes(one)]
    steps = [[*in_order, *along], along, []]
    return [step for index, step in enumerate(steps) if step not in steps[:index]]


def query(own: str, since: datetime | None, most: int, also: list[tuple[str, str]]) -> str:
    """The parameters of a search."""
    pairs = [*parse_qsl(own, keep_blank_values=True), *also, ("_count", str(most))]
    if since is not None:
        pairs.append(("_lastUpdated", f"ge{instant(since)}"))
    return urlencode(pairs, safe=":/|,$*")


def instant(at: datetime) -> str:
    """To the second, which every server understands; rounded down, so that nothing is missed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def server_time(heard: Heard) -> datetime | None:
    """When the server answered, by its own clock. https://www.rfc-editor.org/rfc/rfc9110#field.date"""
    try:
        found = parsedate_to_datetime(heard.headers.get("date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
