"""Search: a type's resources page by page, from its mark on. https://hl7.org/fhir/R4/search.html

The mark is the latest change that was seen, by the hospital's clock, and never later than the search began there. Where
the pages come in the order of the changes, it moves with them, so that a pull which is broken off goes on there. Where
fewer came in the end than the server said, it goes back to where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, urlencode

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.pull import Asked
from natars_fhir.service.load import Run, load_documents
from natars_fhir.service.pull.ahead import ahead
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import ENDS, ExpiredError, PullError, refused
from natars_fhir.service.pull.offered import Offered, offered
from natars_fhir.service.pull.page import Page, page
from natars_fhir.service.pull.source import Heard, Source
from natars_fhir.store.loads import Loaded

#: Pages without a match, one after the other, before that is an endless way; a search whose pages are gone begins anew.
_EMPTY, _AGAIN = 50, 2
#: What a server answers to a search that it does not know how to do.
_NOT_SO = frozenset({400, 404, 405, 422, 501})
_NOT_OFFERED = "The plan asks for this, and the server does not offer it: it is left out."
_MISSES = Issue(
    "error", "incomplete", "", "Fewer came than the server said: all since the mark is asked for once more."
)


@dataclass(slots=True)
class _Way:
    """How far a search came."""

    began: datetime | None = None
    newest: datetime | None = None
    matches: int = 0
    pages: int = 0
    rising: bool = True
    #: how many there are, as the server said when the search began, and what came of them
    total: int | None = None
    came: set[int] = field(default_factory=set)
    nameless: int = 0

    def passed(self, one: Page) -> None:
        """Another page is read."""
        if not self.pages:
            self.total = one.total
        self.pages += 1
        if self.total is not None:  # hashes of ids, so that a million of them take little memory
            self.came.update(map(hash, one.ids))
            self.nameless += one.nameless
        self.rising = self.rising and one.rising and (not self.newest or not one.oldest or one.oldest >= self.newest)
        self.newest = max((at for at in (self.newest, one.newest) if at), default=None)
        self.matches += one.matches

    @property
    def misses(self) -> bool:
        """Did fewer come than there were? What changes meanwhile moves to the end, and the first match of the next page
        slides to the one that was read."""
        return self.total is not None and len(self.came) + self.nameless < self.total

    @property
    def mark(self) -> datetime | None:
        """Until when everything was read, by the server's clock."""
        if self.newest is None:
            return self.began if self.matches else None
        return self.newest if self.began is None else min(self.newest, self.began)


def searched(errand: Errand) -> None:
    """Every type of the plan, one after the other. What a type fails by is its part's; OvertakenError is raised."""
    found: Mapping[str, Offered] | None = None
    for kind, asked in errand.plan.types.items():
        part = errand.begin(kind)
        try:
            found = _offers(errand.source) if found is None else found
            _again(errand, part, kind, asked, found.get(kind, Offered()))
        except PullError as wrong:
            part.fault = wrong
            if wrong.kind in ENDS:
                break


def _again(errand: Errand, part: Part, kind: str, asked: Asked, offers: Offered) -> None:
    for left in reversed(range(_AGAIN)):
        try:
            _type(errand, part, kind, asked, offers)
        except ExpiredError:
            if not left:
                raise
        else:
            return


def _offers(source: Source) -> Mapping[str, Offered]:
    heard = source.get(source.base + "metadata")
    return offered(heard.body) if heard.status == 200 else {}


def _type(errand: Errand, part: Part, kind: str, asked: Asked, offers: Offered) -> None:
    missing = [one for one in asked.include if not offers.includes(one)]
    missing += [one for one in asked.revinclude if not offers.revincludes(one)]
    for one in missing:
        errand.tell(part, kind, Issue("warning", "not-supported", one, _NOT_OFFERED))
    way, before = _Way(), errand.mark_of(kind, asked)
    first = _first(errand.source, kind, asked, offers, errand.since(kind, asked), errand.plan.page)
    way.began = server_time(first)
    in_order = "_sort=" in first.url
    name = f"{kind} by search"
    runs = load_documents(errand.door, Run(name, "stream", Loaded(name, "", 0)), _pages(errand, part, kind, first, way))
    for _ in errand.taken(part, runs):
        if in_order and way.rising and way.newest and way.mark and not part.short:
            errand.move(part, kind, asked, way.mark)
    if way.misses:
        errand.tell(part, kind, _MISSES)
        errand.back(part, kind, asked, before)
    elif way.mark and not part.short:
        errand.move(part, kind, asked, way.mark)


def _pages(errand: Errand, part: Part, kind: str, first: Heard, way: _Way) -> Iterator[Document]:
    """The pages as documents; whoever asks for one has taken in those before it."""
    found = ahead(walk(errand.source, kind, first), look=errand.source.look, weight=_weight)
    for number, (one, heard) in enumerate(found, 1):
        way.passed(one)
        for issue in one.issues:
            errand.tell(part, f"{kind}, page {number}", issue)
        errand.seen(kind, way.matches, one.total)
        yield Document(f"{kind}, page {number}", heard.body)


def _weight(fetched: tuple[Page, Heard]) -> int:
    return len(fetched[1].body)


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


def _first(source: Source, kind: str, asked: Asked, offers: Offered, since: datetime | None, most: int) -> Heard:
    """The first page; a server that does not know how to sort, or to bring more along, is asked without."""
    heard: Heard | None = None
    for also in _ladder(asked, offers):
        url = source.base + kind + "?" + query(asked.query, since, most, also)
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
