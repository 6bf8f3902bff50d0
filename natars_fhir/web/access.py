"""Access: who a request comes from. https://www.rfc-editor.org/rfc/rfc6750

A token of the settings names its site; every other one is looked up in the store at every request: it ends at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address, ip_network

from starlette.requests import Request

from natars_fhir.service.access.bearers import found, hashed
from natars_fhir.service.access.caller import Caller, caller, owner
from natars_fhir.service.access.registration import certified, fingerprint
from natars_fhir.service.access.roles import OF_A_SITE
from natars_fhir.settings import Settings
from natars_fhir.store import bearers
from natars_fhir.store.engine import Store
from natars_fhir.store.gone import is_gone
from natars_fhir.web.limits import Rates
from natars_fhir.web.respond import Refusal

_REALM = 'Bearer realm="natars-fhir"'
_WHY = {
    "expired": "The token has expired: ask for another one.",
    "revoked": "The token was revoked.",
}
_NOBODY = "No site is known by this request: send its bearer token (Authorization: Bearer …), one that is known here."


@dataclass(frozen=True, slots=True)
class Access:
    """Who is let in: by the settings' tokens (hash → site), by the store; else the user of a machine that is alone."""

    store: Store = field(repr=False)
    tokens: Mapping[str, str] = field(repr=False)
    open_to: str | None
    now: Callable[[], datetime]
    #: the sites that have a mapping file now
    sites: Callable[[], Collection[str]]
    rates: Rates = field(repr=False)
    certificate_header: str = ""
    trusted_proxies: tuple[str, ...] = ()

    def at_once(self, request: Request) -> Caller | None:
        """The same where the store need not be asked: a token of the settings, and no certificate. Raises Refusal."""
        site = "" if self.certificate_header else self._named(_token(request.headers.get("authorization", "")))
        if not site:
            return None
        self.admit(site, request)
        return caller("setting", site, OF_A_SITE)

    def caller(self, request: Request) -> Caller:
        """Who a request comes from. Raises Refusal."""
        who = self.known(request.headers.get("authorization", ""))
        self.admit(who.site, request)
        if not who.site:
            self.rates.admit(who.by)
        return who

    def known(self, authorization: str) -> Caller:
        """Who an Authorization header means. Raises Refusal."""
        if token := _token(authorization):
            if site := self._named(token):
                return caller("setting", site, OF_A_SITE)
            who, state = found(self.store, token, self.now())
            if who is not None:
                return who
            if state in _WHY:
                raise _unknown(_WHY[state], ', error="invalid_token"')
        if self._alone():
            return owner(str(self.open_to))
        raise _unknown(_NOBODY)

    def _named(self, token: str) -> str:
        """The site of a token of the settings."""
        return self.tokens.get(hashed(token), "") if token else ""

    def admit(self, site: str, request: Request) -> None:
        """Is there room for a request of this site, and does it come as the site's requests come? Raises Refusal."""
        if not site:
            return
        if site not in self.sites():
            raise Refusal(403, "forbidden", "The token's site has no mapping file here.")
        if self.certificate_header:
            self._check_certificate(site, request)
        self.rates.admit(site)

    def _alone(self) -> bool:
        """Is this a machine's own user, for whom nobody set up anything? Where the store is away nobody can be asked,
        and there is nothing to be had but figures of the process."""
        if self.open_to is None:
            return False
        try:
            with self.store.read() as connection:
                return not bearers.configured(connection)
        except Exception as fault:
            if not is_gone(fault):
                raise
            return True

    def _check_certificate(self, site: str, request: Request) -> None:
        peer = request.client.host if request.client else ""
        if not _within(peer, self.trusted_proxies):
            raise Refusal(403, "forbidden", "Requests come through the proxy that asks for certificates.")
        told = request.headers.getlist(self.certificate_header)
        print_ = fingerprint(told[0]) if len(told) == 1 else ""
        if not print_ or not certified(self.store, site, print_):
            raise Refusal(403, "forbidden", "The certificate is not one that is registered for the token's site.")


def access(
    settings: Settings, store: Store, now: Callable[[], datetime], sites: Callable[[], Collection[str]]
) -> Access:
    """As the settings say. Where nobody is set up, only a server that nobody else can reach knows a site."""
    tokens = {hashed(token): site for token, site in settings.tokens.items() if token}
    open_to = settings.default_site if not settings.tokens and loopback(settings.host) else None
    told = (settings.certificate_header, tuple(settings.trusted_proxies))
    return Access(store, tokens, open_to, now, sites, Rates(settings.most_requests), *told)


def named_sites(settings: Settings) -> frozenset[str]:
    """The sites that the settings name: each needs a mapping file."""
    alone = not settings.tokens and loopback(settings.host)
    return frozenset(site for token, site in settings.tokens.items() if token) | (
        {settings.default_site} if alone else set()
    )


def loopback(host: str) -> bool:
    """Does a server that listens there hear this machine alone?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token(authorization: str) -> str:
    """The bearer token of an Authorization header; empty where it has none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unknown(text: str, more: str = "") -> Refusal:
    return Refusal(401, "login", text, {"WWW-Authenticate": _REALM + more})


def _within(peer: str, networks: Collection[str]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(one) for one in networks)
