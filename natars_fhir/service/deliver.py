"""Deliver: what waits in the outbox is put to the sites' servers: at least once, in order, and idempotent.

A letter is a conditional update (https://hl7.org/fhir/R4/http.html#cond-update): sending it twice changes nothing.
It is claimed in one transaction, sent in none, and settled in another; a deliverer that dies leaves a lease that ends.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import msgspec
import structlog

from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.mapping.schema import Endpoint
from natars_fhir.service.reply import Draw, Reply, backoff, reply
from natars_fhir.store import outbox
from natars_fhir.store.engine import Store
from natars_fhir.store.outbox import Attempt, Letter

Clock = Callable[[], datetime]

_MOST_READ = 65_536
_log = structlog.get_logger("natars_fhir.deliver")


@dataclass(frozen=True, slots=True)
class Rounds:
    """How the rounds to the sites are made. ``timeout`` is the client's, for each step of an exchange."""

    endpoints: Mapping[str, Endpoint]
    attempts: int = 12
    timeout: float = 30.0
    #: letters of one round
    most: int = 500
    draw: Draw = random.random

    @property
    def lease(self) -> timedelta:
        """Long enough for every step of an exchange to use its time."""
        return timedelta(seconds=6 * self.timeout + 60)


def deliver_once(
    store: Store, client: httpx.Client, rounds: Rounds, now: Clock, stopped: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """One round: everything that is due, one letter after the other. Counts `done`, `again` and `dead`."""
    tally: Counter[str] = Counter()
    holder = uuid4().hex
    while sum(tally.values()) < rounds.most and not stopped():
        with store.write(()) as connection:
            letter = outbox.claim(connection, rounds.endpoints, holder, now(), now() + rounds.lease)
        if letter is None:
            break
        said = send(client, rounds.endpoints[letter.site], letter, now())
        tally[_settle(store, letter, holder, said, rounds, now())] += 1
    return tally


def send(client: httpx.Client, endpoint: Endpoint, letter: Letter, now: datetime) -> Reply:
    """Puts one letter, in the site's FHIR version. What goes wrong on the way is a reply too."""
    version = VERSIONS[endpoint.version]
    resource, _ = version.from_r4(msgspec.json.decode(letter.body))
    headers = {
        "Content-Type": f"application/fhir+json; charset=utf-8; fhirVersion={version.number}",
        "Prefer": "return=minimal",
    }
    url = f"{endpoint.url.rstrip('/')}/{_where(endpoint, letter, resource)}"
    try:
        with client.stream("PUT", url, content=msgspec.json.encode(resource), headers=headers) as response:
            return reply(response, _read(response), now)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return Reply("again", type(fault).__name__)


def _where(endpoint: Endpoint, letter: Letter, resource: Node) -> str:
    """Where our identifier is; or, at a server that cannot look for it, under our own id, which is keyed as the
    identifier is, and so the same every time (https://hl7.org/fhir/R4/http.html#upsert)."""
    return f"{letter.kind}/{resource['id']}" if "update-by-id" in endpoint.fallback else letter.target


def _read(response: httpx.Response) -> bytes:
    """As much of the body as an OperationOutcome may need."""
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > _MOST_READ:
            break
    return body


def _settle(store: Store, letter: Letter, holder: str, said: Reply, rounds: Rounds, now: datetime) -> str:
    what = "dead" if said.what == "again" and letter.attempts >= rounds.attempts else said.what
    state, due = {"done": "done", "dead": "dead"}.get(what, "waiting"), None
    if what == "again":
        due = now + timedelta(seconds=max(said.wait, backoff(letter.attempts, rounds.draw)))
    with store.write(()) as connection:
        outbox.settle(connection, letter, holder, Attempt(now, said.outcome, said.codes), state, due)
    told = {"site": letter.site, "kind": letter.kind, "letter": letter.seq, "attempt": letter.attempts}
    _log.info("delivery", **told, what=what, outcome=said.outcome, codes=list(said.codes))
    return what
