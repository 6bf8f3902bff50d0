"""Access: which site a request comes from. https://www.rfc-editor.org/rfc/rfc6750"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from natars_fhir.settings import Settings
from natars_fhir.store.actor import acts_as
from natars_fhir.web.respond import Refusal

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="natars-fhir"'}


@dataclass(frozen=True, slots=True)
class Access:
    """The sites by their tokens; without tokens, the one site that a machine's own user speaks for, or none."""

    tokens: Mapping[bytes, str] = field(repr=False)
    open_to: str | None

    @property
    def sites(self) -> frozenset[str]:
        """Every site that may be meant."""
        return frozenset(self.tokens.values()) | ({self.open_to} if self.open_to else set())

    def site(self, authorization: str) -> str:
        """The site of an Authorization header. Raises Refusal; every token is compared, and in constant time."""
        if self.open_to is not None:
            acts_as("loopback")
            return self.open_to
        scheme, _, token = authorization.partition(" ")
        given = token.strip().encode()
        found = [site for known, site in self.tokens.items() if hmac.compare_digest(known, given)]
        if scheme.lower() != "bearer" or not found:
            raise Refusal(401, "login", "No site is known by this request: send its bearer token.", _CHALLENGE)
        acts_as(f"site:{found[0]}")
        return found[0]


def access(settings: Settings) -> Access:
    """As the settings say. Without tokens only a server that nobody else can reach knows a site."""
    tokens = {token.encode(): site for token, site in settings.tokens.items() if token}
    return Access(tokens, settings.default_site if not settings.tokens and loopback(settings.host) else None)


def loopback(host: str) -> bool:
    """Does a server that listens there hear this machine alone?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
