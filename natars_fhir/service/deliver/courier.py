"""Courier: takes a site's letters to its server one by one, and writes down what came of them, many at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

import structlog
from sqlalchemy import Connection

from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.deliver.put import put
from natars_fhir.service.deliver.reply import Draw, Reply, backoff
from natars_fhir.service.http import Clients
from natars_fhir.store import lines, outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.lines import LEASE, Line
from natars_fhir.store.outbox import Attempt, Letter, Settled

#: Letters are settled so many at once, or after so many seconds: what was sent and is not settled is sent again
#: should we die.
_BATCH, _OFTEN = 100, 1.0
#: So many letters in a row that fail one by one are the server's fault.
_IN_A_ROW = 5
_log = structlog.get_logger("natars_fhir.deliver")


@dataclass(slots=True)
class Hold:
    """Who holds the lines, and of each when that was last sure."""

    name: str
    sure: dict[str, datetime] = field(default_factory=dict)

    def renewed(self, sites: Iterable[str], at: datetime) -> None:
        """The leases of these were taken or renewed."""
        self.sure.update(dict.fromkeys(sites, at))

    def good(self, site: str, now: datetime) -> bool:
        """Is the lease ours still? A clock that was set back does not end it."""
        return now < self.sure[site] + LEASE


@dataclass(slots=True)
class Batch:
    """What was sent of some letters, and how the server does meanwhile."""

    line: Line
    settled: list[Settled] = field(default_factory=list)
    #: the orders of which a letter failed: what follows of them waits
    held: set[str] = field(default_factory=set)
    #: letters in a row that failed one by one
    doubts: int = 0
    over: bool = False


@dataclass(frozen=True, slots=True)
class Courier:
    """Goes to the sites' servers, for one round."""

    store: Store
    clients: Clients
    hold: Hold
    attempts: int
    most: int
    seconds: float
    draw: Draw
    now: Callable[[], datetime]
    stopped: Callable[[], bool]

    def deliver(self, site: str, endpoint: Endpoint) -> Counter[str]:
        """Everything of one site that is due, while its server takes it."""
        tally: Counter[str] = Counter()
        end, doubts = time.monotonic() + self.seconds, 0
        taken = self.store.done((), lambda connection: self._take(connection, site))
        while taken is not None:
            batch = self._send(taken[0], taken[1], endpoint, doubts)
            tally.update(self._words(batch))
            doubts = batch.doubts
            enough = tally.total() >= self.most or time.monotonic() > end
            taken = self._settled(batch, going=not (batch.over or enough or self.stopped()))
        return tally

    def _take(self, connection: Connection, site: str) -> tuple[Line, list[Letter]] | None:
        """The line and what is to be sent; where nothing is, the line stays free."""
        at = self.now()
        line = lines.take(connection, site, self.hold.name, at)
        if line is None:
            return None
        self.hold.renewed([site], at)
        return self._next(connection, line)

    def _next(self, connection: Connection, line: Line) -> tuple[Line, list[Letter]] | None:
        letters = outbox.due_letters(connection, line.site, self.now(), min(_BATCH, self.most))
        if letters:
            return line, letters if line.well else [_probe(letters)]
        lines.leave(connection, line.site, self.hold.name)
        return None

    def _send(self, line: Line, letters: list[Letter], endpoint: Endpoint, doubts: int) -> Batch:
        batch, end = Batch(line, doubts=doubts), time.monotonic() + _OFTEN
        for letter in letters:
            at = self.now()
            if self.stopped() or not self.hold.good(line.site, at) or (batch.settled and time.monotonic() > end):
                break
            if letter.order in batch.held:
                continue
            self._judge(batch, letter, put(self.clients, endpoint, letter, at))
            if batch.over:
                break
        return batch

    def _judge(self, batch: Batch, letter: Letter, said: Reply) -> None:
        """What follows of an answer, for the letter and for the line."""
        at, well = self.now(), batch.line.well
        batch.doubts = batch.doubts + 1 if said.blame == "doubt" else 0
        tired = said.blame == "doubt" and (not well or batch.doubts >= _IN_A_ROW)
        failed = said.what == "again" and (tired or said.blame in ("server", "silence"))
        if failed:
            pause = timedelta(seconds=max(said.wait, backoff(batch.line.failures + 1, self.draw)))
            batch.line, batch.over = batch.line.failed(at, pause, said.outcome), True
        else:
            batch.line = Line(batch.line.site)
        counted = not failed or (well and said.blame == "silence")
        state, due = self._fate(letter, said, counted=counted), None
        if state == "waiting":
            batch.held.add(letter.order)
            batch.over = batch.over or letter.kind == "ResearchStudy"
            due = self._due(batch.line, letter, said, at)
        batch.over = batch.over or (state == "dead" and letter.kind == "ResearchStudy")
        batch.settled.append(
            Settled(letter, Attempt(at, said.outcome, said.codes), state, counted or state == "done", due)
        )
        _tell(letter, said, state)

    def _fate(self, letter: Letter, said: Reply, *, counted: bool) -> str:
        if said.what != "again":
            return said.what
        return "dead" if counted and letter.attempts + 1 >= self.attempts else "waiting"

    def _due(self, line: Line, letter: Letter, said: Reply, now: datetime) -> datetime | None:
        """When the letter is tried again. After a failure of the server with the server; but where the letter may be
        the reason another one is to be the next probe."""
        if line.well:
            return now + timedelta(seconds=max(said.wait, backoff(letter.attempts + 1, self.draw)))
        if said.blame == "server" or letter.kind == "ResearchStudy" or line.until is None:
            return None
        return line.until + (line.until - now)

    def _settled(self, batch: Batch, *, going: bool) -> tuple[Line, list[Letter]] | None:
        """Writes down what came of a batch, and reads the next one in the same transaction, if there is to be one."""

        def work(connection: Connection) -> tuple[Line, list[Letter]] | None:
            at, site = self.now(), batch.line.site
            outbox.write_down(connection, batch.settled)
            if not lines.mark(connection, batch.line, self.hold.name, at):
                return None  # the lease had ended: another sends what follows, and says what became of it
            outbox.settle(connection, batch.settled)
            self.hold.renewed([site], at)
            if going:
                return self._next(connection, batch.line)
            lines.leave(connection, site, self.hold.name)
            return None

        return self.store.done((), work)

    def _words(self, batch: Batch) -> list[str]:
        return ["again" if one.state == "waiting" else one.state for one in batch.settled]


def _probe(letters: list[Letter]) -> Letter:
    """The one that has been due for longest: what was a probe before, and may be the reason, comes last. No study is
    passed."""
    before = list(takewhile(lambda one: one.kind != "ResearchStudy", letters)) or letters[:1]
    return min(before, key=lambda one: (one.due, one.seq))


def _tell(letter: Letter, said: Reply, state: str) -> None:
    told = {"site": letter.site, "kind": letter.kind, "letter": letter.seq, "attempt": letter.attempts + 1}
    what = "again" if state == "waiting" else state
    _log.info("delivery", **told, what=what, outcome=said.outcome, codes=list(said.codes))
