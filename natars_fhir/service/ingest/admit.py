"""Admit: what was read is kept, and all that follows of it, in the caller's transaction.

Documents that have nothing in common are taken in at once (`pushed.runs`): each question is asked, and each table is
written, once for all of them. What each is answered is its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.service.access.narrowed import forbidden
from natars_fhir.service.ingest.ahead import Ahead, settle
from natars_fhir.service.ingest.answer import FORBIDDEN, Answer, answered, issue_counts, refused
from natars_fhir.service.ingest.apart import refused_entries, refused_whole
from natars_fhir.service.ingest.arrival import Arrival, Arrived
from natars_fhir.service.ingest.aside import aside, forgotten
from natars_fhir.service.ingest.entries import became_each, findable, read_each, unmet
from natars_fhir.service.ingest.followed import InCommonError, follow
from natars_fhir.service.ingest.pushed import Pushed, runs
from natars_fhir.service.ingest.take import Change, Taken, aliases_of, take
from natars_fhir.service.remap.gaps import notice
from natars_fhir.service.screening.foreseen import Foreseen
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.store import audit, quarantine, trail
from natars_fhir.store.audit import Act
from natars_fhir.store.known_as import KnownAs
from natars_fhir.store.undoing import undoable

#: An answer may hold resources: their numbers keep their digits.
_exact = msgspec.json.Decoder(float_hook=Decimal).decode
_json = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(slots=True)
class _Going:
    """A document on its way: its entries under the names that things have here, and what came of them so far."""

    pushed: Pushed
    arrival: Arrival
    answer: Answer | None
    asked: Ahead = field(init=False)
    #: was it answered before, byte for byte?
    again: bool = field(init=False)
    wanted: Sequence[Arrived] = ()
    taken: Sequence[Taken] = ()
    change: Change = field(default_factory=Change)

    def __post_init__(self) -> None:
        self.again = self.answer is not None

    @property
    def fresh(self) -> list[Arrived]:
        """What is new of it, and is counted."""
        done = zip(self.wanted, self.taken, strict=True)
        return [one for one, taken in done if taken.became in ("created", "changed")]


def admit(connection: Connection, pushed: Sequence[Pushed]) -> list[Answer]:
    """Takes in documents, in their order; what each is answered with."""
    done = [one for run in runs(pushed) for one in _at_once(connection, run)]
    for _, same in groupby(done, key=lambda one: id(one.pushed.reader.mapping)):
        _notice(connection, [*same])  # last of all: every push of a site counts in the same rows
    return [one.answer for one in done if one.answer is not None]


def _at_once(connection: Connection, run: Sequence[Pushed]) -> list[_Going]:
    """All of them, unless what is known already ties two of them together."""
    if len(run) == 1:
        return _admitted(connection, run)
    try:
        with undoable(connection):
            return _admitted(connection, run)
    except InCommonError:
        return [done for one in run for done in _admitted(connection, [one])]


def _admitted(connection: Connection, run: Sequence[Pushed]) -> list[_Going]:
    now = max(one.now for one in run)
    going = [_Going(one, one.arrival, _earlier(connection, one)) for one in run]
    _take_in(connection, run[0], [one for one in going if one.answer is None], now)
    acts = [_act(one, one.answer, now) for one in going if one.answer is not None]
    audit.write(connection, run[0].intake.key, *acts)
    return going


def _notice(connection: Connection, going: Sequence[_Going]) -> None:
    first, now = going[0].pushed, max(one.pushed.now for one in going)
    notice(connection, first.reader.mapping, [new for one in going for new in one.fresh], now)


def _act(one: _Going, answer: Answer, now: datetime) -> Act:
    pushed = one.pushed
    done, told = (f"{pushed.act} again", {}) if one.again else (pushed.act, issue_counts(pushed.arrival))
    counts, by = {**answer.counts, **told}, pushed.by
    return Act(pushed.site, now, done, pushed.arrival.hash, answer.status, counts, by=by.by, request=by.request)


def _take_in(connection: Connection, first: Pushed, going: Sequence[_Going], now: datetime) -> None:
    """Each of them is answered then."""
    going = _usable(connection, going, now)
    going = _settled(connection, first, going, now)
    if not going:
        return
    fresh = [new for one in going for new in one.fresh]
    findable(connection, first.intake, first.reader.mapping, _names(going), fresh)
    ahead = Foreseen.all_of(one.pushed.ahead for one in going)
    done = follow(connection, first, [one.change for one in going], now, ahead)
    _unused(connection, going, now)
    for one, told in zip(going, done, strict=True):
        _answer(connection, one, told, now)


def _usable(connection: Connection, going: Sequence[_Going], now: datetime) -> list[_Going]:
    """Those of which something can be taken in; the others are answered."""
    for one in going:
        if reasons := one.arrival.refused_whole:
            _keep_apart(connection, one, reasons, now)
            one.answer = refused(reasons)
    return [one for one in going if one.answer is None]


def _keep_apart(connection: Connection, one: _Going, reasons: tuple[Issue, ...], now: datetime) -> None:
    pushed, raw = one.pushed, one.arrival.raw
    kept = not forbidden(reasons) and not forgotten(connection, pushed.intake, pushed.site, raw)
    if raw.strip() and kept:
        quarantine.set_apart(connection, pushed.site, refused_whole(one.arrival, reasons, pushed.reader), now)


def _settled(connection: Connection, first: Pushed, going: Sequence[_Going], now: datetime) -> list[_Going]:
    """Those that are taken in, and what became of their entries; a transaction that cannot be met is answered."""
    if not going:
        return []
    arrivals = aside(connection, first.intake, first.reader, [one.arrival for one in going], now)
    ask = KnownAs(connection, first.site)
    # of all of them at once: settling asks for these, and so does taking
    ask(aliases_of([one for arrival in arrivals for one in arrival.arrived if one.wanted]))
    for one, arrival in zip(going, arrivals, strict=True):
        one.asked = asked = settle(connection, first.reader.mapping, first.intake.key, arrival, ask, now)
        one.arrival = asked.arrival
        if asked.refusal:
            one.answer = unmet(connection, one.pushed.reader, arrival, asked.refusal, now)
    going = [one for one in going if one.answer is None]
    for one in going:
        one.wanted = [one.arrival.arrived[place] for place in one.asked.order]
    done = take(connection, first.reader.mapping, [one.wanted for one in going], ask, now, first.came)
    for one, told in zip(going, done, strict=True):
        one.taken, one.change = told
    return going


def _names(going: Sequence[_Going]) -> Mapping[str, str]:
    """What names of the documents stand for here."""
    return {name: key for one in going for name, key in one.asked.now.items()}


def _unused(connection: Connection, going: Sequence[_Going], now: datetime) -> None:
    """What could not be read is kept apart; of what no view reads, only that it came."""
    for one in going:
        for unused in refused_entries(one.arrival, one.pushed.reader):
            if not forbidden(unused.issues):
                quarantine.set_apart(connection, one.pushed.site, unused, now)
    every = [entry for one in going for entry in one.arrival.arrived]
    gone = [one.let_go for one in every if one.reading.fate == "let-go" and not one.forgotten]
    trail.let(connection, going[0].pushed.site, gone, now)


def _answer(connection: Connection, one: _Going, done: Rescreened, now: datetime) -> None:
    pushed, asked = one.pushed, one.asked
    taken = dict(zip(asked.order, one.taken, strict=True))
    entries = became_each(connection, pushed.intake, pushed.site, asked, taken)
    read = read_each(connection, pushed.intake, pushed.reader, one.arrival)
    answer = answered(one.arrival, entries, now, read)
    one.answer = Answer(answer.status, answer.body, {**answer.counts, **done.counts})
    if not one.answer.counts.get(FORBIDDEN):  # somebody else may
        _remember(connection, one, one.answer)


def _earlier(connection: Connection, pushed: Pushed) -> Answer | None:
    """The first answer to a document that says who it is and comes again, byte for byte."""
    document = pushed.arrival.document
    if not document.identifier:
        return None
    said = trail.answer(connection, pushed.site, document.identifier, pushed.arrival.hash)
    if said is None:
        return None
    status, body = _exact(said)
    return Answer(status, body, {})


def _remember(connection: Connection, one: _Going, answer: Answer) -> None:
    arrival = one.arrival
    if arrival.document.identifier:
        said = _json((answer.status, answer.body))
        trail.keep_answer(connection, one.pushed.site, arrival.document.identifier, arrival.hash, said)
