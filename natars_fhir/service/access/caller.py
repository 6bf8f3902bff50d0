"""Caller: on whose behalf a request is made, and what it may."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from natars_fhir.service.access.roles import NAMES, May, allowed
from natars_fhir.service.access.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``by`` is a token's or a client's name, for the audit; ``site`` is empty where it is of no single one.

    ``scopes`` limit what the roles allow; None where they do not.
    """

    by: str
    site: str
    may: frozenset[May]
    scopes: Scopes | None = None
    #: does it speak for all sites?
    across: bool = False

    def does(self, kind: str, letters: str) -> bool:
        """Do the scopes let it do one of *letters* with this type of resource?"""
        return self.scopes is None or self.scopes.allows(kind, letters)


def caller(by: str, site: str, roles: Collection[str], scopes: Scopes | None = None) -> Caller:
    """A caller with these roles."""
    return Caller(by, site, allowed(roles), scopes, across=not site)


def owner(site: str) -> Caller:
    """The user of a machine that nobody else can reach: may everything, and speaks for *site* where one is meant."""
    return Caller("loopback", site, allowed(NAMES), across=True)
