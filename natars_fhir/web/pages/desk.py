"""Desk: what the pages work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request

from natars_fhir.mapping.schema import Site
from natars_fhir.service.access.caller import Caller
from natars_fhir.service.access.sessions import Rule, rule_of
from natars_fhir.service.deliver.deliver import Clock
from natars_fhir.service.http import client
from natars_fhir.service.provider.directory import Directory
from natars_fhir.service.provider.file import Provider
from natars_fhir.service.remap.live import Active
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Store
from natars_fhir.web.limits import Rates

#: Seconds that a provider has to answer.
_TIMEOUT = 10.0
#: Logins that are tried from one address in a minute, per worker.
_TRIES = 30


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, the mapping that is active now, the clock, and how people are let in."""

    settings: Settings
    store: Store = field(repr=False)
    active: Callable[[], Active] = field(repr=False)
    now: Clock = field(repr=False)
    #: takes in what was made active at the mapping desk just now
    follow: Callable[[], bool] = field(repr=False)
    #: counts a request of somebody; raises Refusal where there were too many
    admit: Callable[[str], None] = field(repr=False)
    #: how often somebody at one address tries to log in: a password, and a hospital's login, take time that others need
    tries: Rates = field(default_factory=lambda: Rates(_TRIES), repr=False)
    #: the hospitals' own logins, and what they publish
    providers: Mapping[str, Provider] = field(default_factory=dict)
    directory: Directory = field(default_factory=lambda: Directory(lambda: client(_TIMEOUT)), repr=False)

    @property
    def key(self) -> bytes:
        """The store's key."""
        return self.active().intake.key

    @property
    def rule(self) -> Rule:
        """How long sessions last, and what they need."""
        return rule_of(self.settings)

    @property
    def secure(self) -> bool:
        """Are we reached by https alone? Then cookies are bound to it."""
        return self.settings.public_url.startswith("https://")

    def tried(self, request: Request) -> None:
        """Counts that somebody tries to log in, by the address that it comes from; behind a proxy that does not tell
        it, the proxy's. Raises Refusal."""
        self.tries.admit(request.client.host if request.client else "")

    def site(self, who: Caller) -> Site:
        """The caller's site, as the mapping that is active now has it. Raises KeyError where it has none."""
        return self.active().mappings.sites[who.site]
