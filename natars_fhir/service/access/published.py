"""Published: the keys that clients publish at an address of their own, fetched when they are needed.

Only the address that was registered is asked, by https (on this machine by http too); what it answers is kept for a few
minutes, and asked for once a minute at most, so that nobody makes us knock at a hospital's door.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from threading import Lock
from urllib.parse import urlsplit

import httpx
import structlog

from natars_fhir.service.access.keys import PublicKey, usable

_GOOD_FOR = timedelta(minutes=5)
_ASK_AGAIN = timedelta(minutes=1)
#: Addresses whose answers are kept; beyond it they are asked again.
_MOST_KEPT = 256
_MOST_BYTES = 262_144
_log = structlog.get_logger("natars_fhir.access")


def may_be_asked(url: str) -> bool:
    """Is it an address whose answer nobody on the way can change?"""
    try:
        told = urlsplit(url)
        host = told.hostname or ""
    except ValueError:
        return False
    if told.username or told.password or told.fragment or not host:
        return False
    return told.scheme == "https" or (told.scheme == "http" and _this_machine(host))


def _this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class _Answer:
    keys: tuple[PublicKey, ...]
    asked: datetime


class Published:
    """The keys at registered addresses. One for a worker: what is kept here is public, and soon old."""

    def __init__(self, client: Callable[[], httpx.Client]) -> None:
        self._client = client
        #: one for each address: a hospital that answers slowly holds up nobody else
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._kept: dict[str, _Answer] = {}

    def keys(self, url: str, kid: str, now: datetime) -> tuple[PublicKey, ...]:
        """The keys at *url*; asked for again where *kid* is not among those that are known. None where it fails."""
        with self._locks[url]:
            kept = self._kept.get(url)
            age = now - kept.asked if kept else _GOOD_FOR
            known = kept is not None and any(one.kid == kid for one in kept.keys)
            if kept is not None and age < (_GOOD_FOR if known else _ASK_AGAIN):
                return kept.keys
            answer = _Answer(self._fetched(url), now)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[url] = answer
            return answer.keys

    def _fetched(self, url: str) -> tuple[PublicKey, ...]:
        if not may_be_asked(url):
            return ()
        try:
            with self._client() as http, http.stream("GET", url, headers={"Accept": "application/json"}) as response:
                raw = _body(response) if response.status_code == httpx.codes.OK else b""
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            _log.warning("keys not fetched", fault=type(fault).__name__)
            return ()
        return usable(raw)


def _body(response: httpx.Response) -> bytes:
    """The answer; nothing where it is longer than a set of keys can be."""
    raw = b""
    for part in response.iter_bytes():
        raw += part
        if len(raw) > _MOST_BYTES:
            return b""
    return raw
