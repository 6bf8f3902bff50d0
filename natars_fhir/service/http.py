"""The one seam out: how we speak HTTP to other servers. https://www.python-httpx.org

A redirect is never followed (it would carry what we send, and later our credentials, to who knows where), no proxy or
password is taken from the environment, and httpx's own log, which holds addresses, is kept silent.
"""

from __future__ import annotations

import logging

import httpx


def client(timeout: float) -> httpx.Client:
    """A client for sites' servers: *timeout* seconds for each step of an exchange."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    headers = {"User-Agent": "natars-fhir", "Accept": "application/fhir+json"}
    return httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, headers=headers)
