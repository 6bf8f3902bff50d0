"""The one seam out: how we speak HTTP to other servers. https://www.python-httpx.org

A redirect is never followed (it would carry what we send, and our credentials, to who knows where), no proxy or
password is taken from the environment, and httpx's own log, which holds addresses, is kept silent.
"""

from __future__ import annotations

import logging
import ssl
from functools import cache
from threading import Lock
from types import TracebackType

import httpx

from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.deliver.credentials import auth_of, trust_of

_HEADERS = {"User-Agent": "natars-fhir", "Accept": "application/fhir+json"}


def client(timeout: float, auth: httpx.Auth | None = None, trust: ssl.SSLContext | bool = True) -> httpx.Client:
    """A client for other servers: *timeout* seconds for each step of an exchange."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    trusted = _usual() if trust is True else trust
    return httpx.Client(
        timeout=timeout, follow_redirects=False, trust_env=False, headers=_HEADERS, auth=auth, verify=trusted
    )


@cache
def _usual() -> ssl.SSLContext:
    """The authorities that everybody trusts, read once: a client that reads them itself takes 25 ms to make."""
    return httpx.create_ssl_context(trust_env=False)


class Clients:
    """For each site's server a client of its own, which keeps its connections and its token; made when first asked."""

    def __init__(self, timeout: float) -> None:
        self._timeout, self._made, self._lock = timeout, dict[Endpoint, httpx.Client](), Lock()

    def of(self, endpoint: Endpoint) -> httpx.Client:
        """The client for this server. Raises CredentialsError."""
        with self._lock:
            found = self._made.get(endpoint)
            if found is None:
                found = self._made[endpoint] = client(self._timeout, auth_of(endpoint), trust_of(endpoint))
            return found

    def __enter__(self) -> Clients:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            for one in self._made.values():
                one.close()
            self._made.clear()
