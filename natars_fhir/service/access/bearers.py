"""Bearers: tokens are made, shown once, found again by their hash, rotated and revoked. https://www.rfc-editor.org/rfc/rfc6750

A token is random, and says nothing: whatever is known of it is asked at every request, so that it ends at once and for
every worker when it is revoked.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.service.access.caller import Caller, caller
from natars_fhir.service.access.scopes import scopes
from natars_fhir.store import audit, bearers
from natars_fhir.store.audit import Act
from natars_fhir.store.bearers import Bearer
from natars_fhir.store.engine import Store

#: It begins with our name, so that who finds it in a log or a repository knows whose it is.
_BEGINS = "natars_"
_OCTETS = 32
#: When a token was used last is written down no more often: a request that reads should not have to write.
_USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new token is to be."""

    site: str
    label: str
    roles: tuple[str, ...]
    scopes: str = ""
    expires: datetime | None = None
    client: str = ""


def hashed(token: str) -> str:
    """By which a token is known. It is random and long: nothing slower is needed against guessing."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def fresh(wanted: Wanted, now: datetime) -> tuple[Bearer, str]:
    """A new token: what is kept of it, and itself."""
    token = _BEGINS + secrets.token_urlsafe(_OCTETS)
    ident = secrets.token_hex(4)
    told = (wanted.site, wanted.label, wanted.roles, now, wanted.expires, wanted.scopes, wanted.client)
    return Bearer(hashed(token), ident, *told), token


def add(store: Store, key: bytes, wanted: Wanted, now: datetime) -> tuple[Bearer, str]:
    """Makes a token; it is told here and never again."""
    one, token = fresh(wanted, now)
    with store.write(()) as connection:
        bearers.keep(connection, one)
        audit.write(connection, key, _act(one, "token made", now))
    return one, token


def rotate(store: Store, key: bytes, ident: str, overlap: timedelta, now: datetime) -> tuple[Bearer, str] | None:
    """Another token in the place of this one, which goes on for *overlap*; None where there is none that is good."""
    with store.write(()) as connection:
        old = bearers.by_id(connection, ident)
        if old is None or old.client or old.state(now) != "good":
            return None
        lifetime = None if old.expires is None else old.expires - old.made
        expires = None if lifetime is None else now + lifetime
        one, token = fresh(Wanted(old.site, old.label, old.roles, old.scopes, expires), now)
        bearers.keep(connection, one)
        ends = now + overlap
        bearers.ends(connection, old.id, ends if old.expires is None else min(ends, old.expires))
        audit.write(connection, key, _act(old, f"token rotated to {one.id}", now))
    return one, token


def revoke(store: Store, key: bytes, ident: str, now: datetime) -> bool:
    """From now on nobody knows the token; False where there is none, or it was revoked before."""
    with store.write(()) as connection:
        one = bearers.by_id(connection, ident)
        if one is None or not bearers.revoke(connection, ident, now):
            return False
        audit.write(connection, key, _act(one, "token revoked", now))
    return True


def found(store: Store, token: str, now: datetime) -> tuple[Caller | None, str]:
    """Who calls with this token, if it is good; and else what it is: ``unknown``, ``expired`` or ``revoked``."""
    with store.read() as connection:
        one = bearers.by_hash(connection, hashed(token))
    if one is None:
        return None, "unknown"
    if (state := one.state(now)) != "good":
        return None, state
    if one.used is None or now - one.used >= _USED_EVERY:
        _note_use(store, one, now)
    limits = scopes(one.scopes) if one.scopes or one.client else None
    return caller(_name(one), one.site, one.roles, limits), "good"


def _note_use(store: Store, one: Bearer, now: datetime) -> None:
    """A full disk is no reason not to let somebody read."""
    with suppress(SQLAlchemyError), store.write(()) as connection:
        bearers.was_used(connection, one.hash, now)


def _name(one: Bearer) -> str:
    return f"client {one.client}" if one.client else f"token {one.id}"


def _act(one: Bearer, act: str, now: datetime) -> Act:
    return Act(one.site, now, f"{act}: {_name(one)}", "", 200, {})
