"""Accounts: of people who log in are made, changed, reset, disabled and unlocked, each with its row in the audit."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from natars_fhir.service.access import passwords
from natars_fhir.service.access.roles import fault
from natars_fhir.service.upkeep.pseudonym import person_of
from natars_fhir.store import accounts, audit, sessions
from natars_fhir.store.accounts import Account
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store

MOST_NAME = 100


class AccountError(Exception):
    """An account that cannot be made or changed so; the text says why, and names nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new account is to be. ``person`` is how the site's delegation list calls its owner."""

    name: str
    roles: tuple[str, ...]
    site: str = ""
    person: str = ""
    issuer: str = ""
    subject: str = ""


def plain(name: str) -> str:
    """A name as it is kept: however it is typed, it is the same."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def speaks(one: Account) -> str:
    """By which name the delegation list, and the audit's keyed hash, know the owner."""
    return one.person or one.name


def add(store: Store, key: bytes, wanted: Wanted, now: datetime, password: str = "") -> tuple[Account, str]:
    """Makes an account; its password, given or chosen by us, is told here and never again. Raises AccountError."""
    name = plain(wanted.name)
    if not 0 < len(name) <= MOST_NAME or any(not sign.isprintable() for sign in name):
        raise AccountError(f"a name has 1 to {MOST_NAME} characters that can be seen")
    if wrong := fault(wanted.site, wanted.roles):
        raise AccountError(wrong)
    if wanted.issuer and password:
        raise AccountError("a provider lets this person in: there is no password here")
    told = password or ("" if wanted.issuer else passwords.generated())
    one = Account(
        id=secrets.token_hex(4), name=name, site=wanted.site, roles=wanted.roles, made=now, person=wanted.person,
        password=passwords.hashed(told) if told else "", issuer=wanted.issuer, subject=wanted.subject, fresh=bool(told),
    )  # fmt: skip
    try:
        with store.write(()) as connection:
            accounts.keep(connection, one)
            audit.write(connection, key, act_of(key, one, "account made", now))
    except IntegrityError:
        raise AccountError("somebody else has this name") from None
    return one, told


def reset(
    store: Store, key: bytes, ident: str, now: datetime, password: str = "", *, second: bool = True
) -> tuple[Account, str]:
    """Another password; with *second* the second factor is set anew too; every session ends. Raises AccountError, also
    of whom a provider lets in: they have no password here, and who is out there must be out here."""
    told = password or passwords.generated()
    what: dict[str, Any] = {"password": passwords.hashed(told), "fresh": True, "failures": 0, "locked": None}
    if second:
        what |= {"second": None, "enrolled": None}

    def ended(connection: Connection, one: Account) -> None:
        if one.issuer:
            raise AccountError("a provider lets this person in: there is no password here")
        sessions.end_of(connection, one.id)

    return _changed(store, key, ident, now, "account reset", what, ended), told


def disable(store: Store, key: bytes, ident: str, now: datetime) -> Account:
    """Nobody logs in by it any more, and every session ends at once. Raises AccountError."""

    def ended(connection: Connection, one: Account) -> None:
        sessions.end_of(connection, one.id)

    return _changed(store, key, ident, now, "account disabled", {"disabled": now}, ended)


def enable(store: Store, key: bytes, ident: str, now: datetime) -> Account:
    """It can be used again. Raises AccountError."""
    return _changed(store, key, ident, now, "account enabled", {"disabled": None, "failures": 0, "locked": None})


def unlock(store: Store, key: bytes, ident: str, now: datetime) -> Account:
    """Whoever mistyped too often may try again now. Raises AccountError."""
    return _changed(store, key, ident, now, "account unlocked", {"failures": 0, "locked": None})


def act_of(key: bytes, one: Account, act: str, now: datetime, status: int = 200) -> Act:
    """What was done with an account, or by its owner, for the audit: the owner as a keyed hash."""
    return Act(one.site, now, act, "", status, {}, person=person_of(key, one.site, speaks(one)))


def _changed(
    store: Store, key: bytes, ident: str, now: datetime, act: str, what: dict[str, Any],
    more: Callable[[Connection, Account], None] = lambda *_: None,
) -> Account:  # fmt: skip
    with store.write(()) as connection:
        one = accounts.by_id(connection, ident, held=True)
        if one is None:
            raise AccountError("there is no such account")
        more(connection, one)
        accounts.change(connection, ident, **what)
        audit.write(connection, key, act_of(key, one, act, now))
    return one
