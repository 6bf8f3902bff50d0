"""Source: a hospital's server, as we ask it: no faster than it allows, again where it fails, and never another.

Who we are is said to the server of the site's file alone: what it points to elsewhere is not asked with our token, and
a redirect is not followed. 429 and 503 say when to come again: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

import httpx

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.mapping.pull import Pull
from natars_fhir.service.deliver.credentials import CredentialsError
from natars_fhir.service.deliver.reachable import fault
from natars_fhir.service.deliver.reply import Draw, backoff, retry_after, unanswered
from natars_fhir.service.http import Clients
from natars_fhir.service.pull.fault import PullError

#: What passes by itself.
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
#: A server that asks for more is left alone: the next pull comes after that. Between attempts we wait no longer.
_PATIENCE, _LONGEST_PAUSE = 900.0, 60.0
_CHUNK = 1 << 16

#: Waits so many seconds. Raises StoppedError where we are asked to stop.
Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, read to its end."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str


@dataclass(slots=True)
class Source:
    """A site's server. ``longest`` is the largest answer that is held, in bytes."""

    clients: Clients
    endpoint: Endpoint
    plan: Pull
    longest: int
    now: Callable[[], datetime]
    pause: Pause
    draw: Draw
    ticks: Callable[[], float] = time.monotonic
    _next: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    @property
    def base(self) -> str:
        """Its FHIR base, with a slash at its end."""
        return self.endpoint.url.rstrip("/") + "/"

    def at(self, link: str, place: str = "") -> str:
        """The whole address of what the server points to, from *place*. Raises PullError where it is another's."""
        url = self.joined(link, place)
        if not self.own(url):
            raise PullError("elsewhere", "link")
        return url

    def joined(self, link: str, place: str = "") -> str:
        """The whole address of whatever it points to. Raises PullError where that is none."""
        try:
            url = httpx.URL(place or self.base).join(link)
        except (httpx.InvalidURL, TypeError, ValueError):
            raise PullError("unreadable", "link") from None
        if url.userinfo:
            raise PullError("elsewhere", "link")
        return str(url)

    def own(self, url: str) -> bool:
        """Is it the server itself: the same scheme, host and port?"""
        return _origin(url) == _origin(self.endpoint.url)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Heard:
        """What the server answers in the end, whatever it is. Raises PullError."""
        return self.ask("GET", url, headers)

    def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Heard:
        """The same for any method."""

        def once() -> Heard:
            with self.sent(method, url, headers, body) as answer:
                return Heard(answer.status_code, answer.headers, self._read(answer), url)

        return self.persist(once)

    def persist(self, once: Callable[[], Heard], far: Callable[[], int] = lambda: 0) -> Heard:
        """Tries until something comes that does not pass by itself; *far* tells how far it came, and whoever comes
        farther than before has not failed in vain. Raises PullError."""
        attempt, best = 0, far()
        while True:
            attempt = attempt + 1 if far() <= best else 1
            best = max(best, far())
            try:
                heard = once()
            except CredentialsError as wrong:
                if not _passes(wrong.word) or attempt >= self.plan.attempts:
                    raise PullError("credentials", wrong.word) from None
                word, wait = wrong.word, 0.0
            except (httpx.HTTPError, httpx.InvalidURL) as wrong:
                word, wait = unanswered(wrong).outcome, 0.0
            else:
                if heard.status not in PASSING:
                    return heard
                word, wait = str(heard.status), self.wait(heard)
            if wait > _PATIENCE or attempt >= self.plan.attempts:
                raise PullError("away", word, wait)
            self.pause(max(wait, min(backoff(attempt, self.draw), _LONGEST_PAUSE)))

    def wait(self, heard: Heard) -> float:
        """The seconds that the server asks for."""
        return retry_after(httpx.Response(heard.status, headers=heard.headers), self.now())

    @contextmanager
    def sent(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"", *, known: bool = True
    ) -> Iterator[httpx.Response]:
        """One request, once, within the rate of the plan; its answer is not read yet. *known*: we say who we are."""
        self._pace()
        client = self.clients.of(self.endpoint if known else self._nobody(url))
        content = body or None
        with client.stream(method, url, headers=dict(headers or {}), content=content) as answer:
            yield answer

    def look(self) -> None:
        """Raises StoppedError where we are asked to stop."""
        self.pause(0.0)

    def reaches(self, url: str) -> bool:
        """May a file that needs no token be fetched there: from the server itself, or from a host of the plan?"""
        return self.own(url) or not fault(url, self.plan.hosts)

    def _nobody(self, url: str) -> Endpoint:
        """The same server, or another host, to which we do not say who we are."""
        shown = {} if self.own(url) else {"certificate_file": "", "certificate_key_file": ""}
        return self.endpoint.model_copy(update={"auth": "none", **shown})

    def _read(self, answer: httpx.Response) -> bytes:
        found = bytearray()
        for part in answer.iter_bytes(_CHUNK):
            found += part
            if len(found) > self.longest:
                raise PullError("unreadable", "too-long")
        return bytes(found)

    def _pace(self) -> None:
        """Waits until the next request may go out."""
        self.look()
        if not self.plan.rate:
            return
        with self._lock:
            at = max(self._next, self.ticks())
            self._next = at + 60.0 / self.plan.rate
        if (wait := at - self.ticks()) > 0:
            self.pause(wait)


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        told = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        return "", "", None
    return told.scheme, told.host.lower(), told.port or {"https": 443, "http": 80}.get(told.scheme)


def _passes(word: str) -> bool:
    """Is it a fault of the server that gives tokens, and not of what we say there?"""
    status = word.rpartition(" ")[2]
    return status.isdigit() and int(status) in PASSING
