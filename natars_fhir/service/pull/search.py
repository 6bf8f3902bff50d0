"""Search: a type's resources page by page, from its mark on. https://hl7.org/fhir/R4/search.html

The mark is the latest change that was seen, by the hospital's clock, and never later than the search began there. Where
the pages come in the order of the changes, it moves with them, so that a pull which is broken off goes on there. Where
fewer came in the end than the server said, it goes back to where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.service.ingest.door import Run
from natars_fhir.service.ingest.load import load_documents
from natars_fhir.service.pull.ahead import Shelf, ahead
from natars_fhir.service.pull.chain import Begun, Came, Step, Wish, chain, server_time, weight
from natars_fhir.service.pull.errand import Errand, Part
from natars_fhir.service.pull.fault import ENDS, ExpiredError, PullError
from natars_fhir.service.pull.offered import Offered
from natars_fhir.service.pull.page import Page
from natars_fhir.service.pull.source import Heard
from natars_fhir.store.loads import Loaded

_NOT_OFFERED = "The plan asks for this, and the server does not offer it: it is left out."
_MISSES = Issue(
    "error", "incomplete", "", "Fewer came than the server said: all since the mark is asked for once more."
)


@dataclass(slots=True)
class _Way:
    """How far a search came; ``fault`` is why it ended before its end."""

    began: datetime | None = None
    in_order: bool = False
    fault: PullError | None = None
    newest: datetime | None = None
    matches: int = 0
    pages: int = 0
    rising: bool = True
    #: how many there are, as the server said when the search began, and what came of them
    total: int | None = None
    came: set[int] = field(default_factory=set)
    nameless: int = 0

    def passed(self, one: Page, heard: Heard) -> None:
        """Another page is read."""
        if not self.pages:
            self.total, self.began, self.in_order = one.total, server_time(heard), "_sort=" in heard.url
        self.pages += 1
        if self.total is not None:  # hashes of ids, so that a million of them take little memory
            self.came.update(map(hash, one.ids))
            self.nameless += one.nameless
        self.rising = self.rising and one.rising and (not self.newest or not one.oldest or one.oldest >= self.newest)
        self.newest = max((at for at in (self.newest, one.newest) if at), default=None)
        self.matches += one.matches

    @property
    def reached(self) -> datetime | None:
        """Until when everything was read, while more is to come: known where the pages come in order."""
        return self.mark if self.in_order and self.rising and self.newest else None

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


class _Coming:
    """What is fetched ahead, of all types that are left."""

    def __init__(self, errand: Errand, kinds: list[str]) -> None:
        source, plan = errand.source, errand.plan
        wishes = [Wish(kind, one := plan.types[kind], errand.since(kind, one), plan.page) for kind in kinds]
        self._shelf = Shelf[Step](weight=weight)
        self.steps = ahead(chain(source, wishes), self._shelf, source.look)

    def waits(self) -> bool:
        """Is the next step not here yet?"""
        return self._shelf.bare

    def close(self) -> None:
        """Nothing more is wanted."""
        self.steps.close()


def searched(errand: Errand) -> None:
    """Every type of the plan, one after the other. What a type fails by is its part's; OvertakenError is raised."""
    left, again = [*errand.plan.types], None
    while left:
        with closing(_Coming(errand, left)) as coming:
            again = _through(errand, coming, left, again)


def _through(errand: Errand, coming: _Coming, left: list[str], again: Part | None) -> Part | None:
    """One chain; *left* loses the types that are done with. Where pages of one are gone, its part: the next chain
    begins with it *again*, once."""
    while left:
        part = again or errand.begin(left[0])
        try:
            _type(errand, part, left[0], coming)
        except ExpiredError as wrong:
            if again is None:
                return part
            part.fault = wrong
            del left[0]
            return None
        except PullError as wrong:
            part.fault = wrong
            if wrong.kind in ENDS:
                left.clear()
        del left[:1]
        again = None
    return None


def _type(errand: Errand, part: Part, kind: str, coming: _Coming) -> None:
    asked, way = errand.plan.types[kind], _Way()
    before, name = errand.mark_of(kind, asked), f"{kind} by search"
    documents = _pages(errand, part, kind, coming, way)
    for _ in errand.taken(
        part, load_documents(errand.door, Run(name, "stream", Loaded(name, "", 0)), documents, coming.waits)
    ):
        if (at := way.reached) and not part.short:
            errand.move(part, kind, asked, at)
    if way.fault is not None:
        raise way.fault
    if way.misses:
        errand.tell(part, kind, _MISSES)
        errand.back(part, kind, asked, before)
    elif way.mark and not part.short:
        errand.move(part, kind, asked, way.mark)


def _pages(errand: Errand, part: Part, kind: str, coming: _Coming, way: _Way) -> Iterator[Document]:
    """The pages of a type as documents; whoever asks for one has taken in those before it. A fault ends them, so that
    what came before it is taken in."""
    for step in coming.steps:
        if isinstance(step, Begun):
            _leave_out(errand, part, kind, step.offers)
        elif isinstance(step, Came):
            way.passed(step.page, step.heard)
            for issue in step.page.issues:
                errand.tell(part, f"{kind}, page {way.pages}", issue)
            errand.seen(kind, way.matches, step.page.total)
            yield Document(f"{kind}, page {way.pages}", step.heard.body)
        else:
            way.fault = step.fault
            return


def _leave_out(errand: Errand, part: Part, kind: str, offers: Offered) -> None:
    """What the plan asks for, and the server does not offer, is told."""
    asked = errand.plan.types[kind]
    missing = [one for one in asked.include if not offers.includes(one)]
    missing += [one for one in asked.revinclude if not offers.revincludes(one)]
    for one in missing:
        errand.tell(part, kind, Issue("warning", "not-supported", one, _NOT_OFFERED))
