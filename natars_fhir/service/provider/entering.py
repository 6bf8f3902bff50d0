"""Entering: whom a provider names gets the account that is theirs, with what its claims grant them today."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from natars_fhir.service.access.accounts import MOST_NAME, act_of, plain
from natars_fhir.service.access.login import begun
from natars_fhir.service.access.roles import NAMES
from natars_fhir.service.provider.file import Provider
from natars_fhir.service.provider.flow import Told
from natars_fhir.service.provider.refusal import ProviderRefusedError
from natars_fhir.service.upkeep.sealed import box
from natars_fhir.store import accounts, audit, sessions
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store

_WHAT = b"provider token"


@dataclass(frozen=True, slots=True)
class Granted:
    """What somebody is here."""

    site: str
    roles: tuple[str, ...]


def granted(provider: Provider, claims: Mapping[str, Any]) -> Granted | None:
    """What the claims grant; None where nothing. The first grant that fits says the site, and others of it add roles:
    who comes by one provider is of one site at a time."""
    fitting = [one for one in provider.grant if one.has in _values(claims.get(one.claim))]
    if not fitting:
        return None
    site = fitting[0].site
    roles = {one.role for one in fitting if one.site == site}
    return Granted(site, tuple(name for name in NAMES if name in roles))


def enter(store: Store, key: bytes, provider: Provider, told: Told, now: datetime) -> str:
    """The token of a new session. The account is made at the first login, and changed where the claims changed; who has
    no grant any more is out, of every session. Raises ProviderRefusedError."""
    subject = str(told.claims["sub"])
    found, with_store = granted(provider, told.claims), _kept(store, provider.issuer, subject)
    if found is None and (provider.grant or with_store is None):
        _out(store, key, with_store, now)
        raise ProviderRefusedError("nobody")
    if with_store is not None and with_store.disabled is not None:
        raise ProviderRefusedError("disabled")
    one = with_store
    if found is not None:
        one = _as_granted(store, key, provider, told, found, with_store, now)
    if one is None:
        raise ProviderRefusedError("nobody")
    return begun(store, key, one, now, shown=True, provided=box(key, _WHAT).encrypt(told.token.encode()))


def _out(store: Store, key: bytes, one: Account | None, now: datetime) -> None:
    """Nothing is granted to them today: what they opened before ends too."""
    if one is None:
        return
    with store.write(()) as connection:
        sessions.end_of(connection, one.id)
        audit.write(connection, key, act_of(key, one, "login refused", now, 403))


def token_of(key: bytes, sealed: bytes) -> str:
    """The provider's token of a session. Raises cryptography's InvalidToken where another key sealed it."""
    return box(key, _WHAT).decrypt(sealed).decode()


def _kept(store: Store, issuer: str, subject: str) -> Account | None:
    with store.read() as connection:
        return accounts.by_subject(connection, issuer, subject)


def _as_granted(
    store: Store, key: bytes, provider: Provider, told: Told, found: Granted, one: Account | None, now: datetime
) -> Account:
    """The account as the claims of today have it; who it speaks for too, where a claim is to say so."""
    person = _text(told.claims.get(provider.person_claim)) if provider.person_claim else one.person if one else ""
    if one is None:
        return _made(store, key, provider, told, found, person, now)
    if (one.site, one.roles, one.person) == (found.site, found.roles, person):
        return one
    with store.write(()) as connection:
        what = {"site": found.site, "roles": found.roles, "person": person}
        accounts.change(connection, one.id, **what)
        changed = accounts.by_id(connection, one.id) or one
        audit.write(connection, key, act_of(key, changed, "account changed", now))
    return changed


def _made(
    store: Store, key: bytes, provider: Provider, told: Told, found: Granted, person: str, now: datetime
) -> Account:
    """A new account. Its name is the provider's with a mark of the subject, where somebody has it already."""
    subject, ident = str(told.claims["sub"]), secrets.token_hex(4)
    called = plain(_text(told.claims.get(provider.name_claim)))[:MOST_NAME] or plain(subject)[:MOST_NAME]
    for name in (called, f"{called} ({ident})"):
        one = Account(ident, name, found.site, found.roles, now, person, "", provider.issuer, subject)
        try:
            with store.write(()) as connection:
                accounts.keep(connection, one)
                audit.write(connection, key, act_of(key, one, "account made", now))
        except IntegrityError:
            if (there := _kept(store, provider.issuer, subject)) is not None:
                return there  # the same person, by another worker, at the same moment
            continue
        return one
    raise ProviderRefusedError("nobody")


def _values(told: Any) -> list[str]:
    """A claim is a text, or a list of them."""
    return [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, str)]


def _text(told: Any) -> str:
    return told if isinstance(told, str) and told.isprintable() else ""
