"""Pushed: documents that were read and are about to be taken in, and which of them can be taken in at once. Pure.

Those that have nothing in common come to the same at once as one after the other: no patient, no resource, and nothing
that one asks of what is there. Then whatever is asked of the store is asked for all of them, and so is what is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.service.ingest.arrival import Arrival
from natars_fhir.service.ingest.conditional_references import references
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.foreseen import NOTHING, Foreseen
from natars_fhir.service.screening.screened import today
from natars_fhir.store.actor import Actor, actor
from natars_fhir.store.readings import mentioned


@dataclass(frozen=True, slots=True)
class Pushed:
    """One document. ``act`` is what brings it, ``came`` when it came first, where that was before ``now``; ``ahead``
    what is foreseen of it, and ``by`` on whose behalf it is taken in."""

    intake: Intake
    reader: DocumentReader
    arrival: Arrival
    now: datetime
    act: str = "push"
    came: datetime | None = None
    ahead: Foreseen = NOTHING
    by: Actor = field(default_factory=actor)
    #: patients and resources, by every name that the document has for them, and what its facts rest on
    touches: frozenset[str] = field(init=False, repr=False)
    #: is it refused, tried again, maybe an answer to a request of ours, or does it ask what is there?
    goes_alone: bool = field(init=False)

    def __post_init__(self) -> None:
        """Both are looked at when it is made: then nothing is held."""
        object.__setattr__(self, "touches", frozenset(_touches(self.arrival)))
        alone = self.came is not None or bool(self.arrival.refused_whole)
        object.__setattr__(self, "goes_alone", alone or _asks(self.arrival, self.reader.mapping.kinds))

    @property
    def site(self) -> str:
        """Whose it is."""
        return self.reader.site

    def goes_with(self, other: Pushed) -> bool:
        """Is it read by the same mapping, on the same day, on the same occasion?"""
        same = self.intake is other.intake and self.reader.mapping is other.reader.mapping and self.act == other.act
        return same and today(self.now) == today(other.now)


def _touches(arrival: Arrival) -> set[str]:
    told = arrival.names
    for one in arrival.arrived:
        if one.wanted:
            told.add(one.reading.key)
            told |= mentioned(one.reading)
    return told


def _asks(arrival: Arrival, kinds: Collection[str]) -> bool:
    if any("?" in one.url or one.ifNoneExist or one.ifMatch or one.ifNoneMatch for one in arrival.requests):
        return True
    entries = ("?" in one.entry.url or one.entry.if_none_exist or one.reading.kind == "Task" for one in arrival.arrived)
    return any(entries) or bool(references(enumerate(arrival.arrived), kinds))


def runs(pushed: Sequence[Pushed]) -> Iterator[list[Pushed]]:
    """The same, in their order: those that follow each other and can be taken in at once, together."""
    run, touched = list[Pushed](), set[str]()
    for one in pushed:
        if run and (one.goes_alone or not one.goes_with(run[0]) or not touched.isdisjoint(one.touches)):
            yield run
            run, touched = [], set()
        run.append(one)
        touched |= one.touches
        if one.goes_alone:
            yield run
            run, touched = [], set()
    if run:
        yield run
