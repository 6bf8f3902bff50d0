"""Sessions: whose a token is, until when, and what stays of a form that was sent too late.

https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html. A session ends after a while without
a request, and in any case after a working day; what is kept of it goes a day later. Nothing of it is in the token.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from cryptography.fernet import InvalidToken
from sqlalchemy.exc import SQLAlchemyError

from natars_fhir.fhir import typed
from natars_fhir.service.access import passwords, second
from natars_fhir.service.access.accounts import act_of
from natars_fhir.service.access.bearers import hashed
from natars_fhir.service.access.caller import Caller, caller
from natars_fhir.service.access.login import Step, counted, fresh, refused, step
from natars_fhir.service.upkeep.sealed import box
from natars_fhir.settings import Settings
from natars_fhir.store import accounts, audit, sessions
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store
from natars_fhir.store.sessions import Session

#: When a session was used last is written down no more often.
_USED_EVERY = timedelta(minutes=1)
_SWEPT_AFTER = timedelta(days=1)
_WHAT = b"draft"
#: A longer form is not kept.
MOST_DRAFT = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """How long sessions last without a request, and in any case; and whether a second factor must be."""

    idle: timedelta
    longest: timedelta
    second: bool


def rule_of(settings: Settings) -> Rule:
    """As the settings have it."""
    idle, longest = timedelta(minutes=settings.session_minutes), timedelta(hours=settings.session_hours)
    return Rule(idle, longest, settings.second_factor)


@dataclass(frozen=True, slots=True)
class Known:
    """Who is behind a token. ``step`` is what is still to do; ``over``: the session has ended, and is told so alone."""

    account: Account
    session: Session
    step: Step = ""
    over: bool = False

    @property
    def caller(self) -> Caller:
        """The same as a bearer token's, with the rights of the account."""
        return caller(f"account {self.account.id}", self.account.site, self.account.roles)


def known(store: Store, token: str, rule: Rule, now: datetime) -> Known | None:
    """Who is behind *token*; None for nobody, or for somebody whose account was disabled."""
    if not token:
        return None
    with store.read() as connection:
        session = sessions.by_hash(connection, hashed(token))
        one = accounts.by_id(connection, session.account) if session else None
    if session is None or one is None or one.disabled is not None:
        return None
    over = now - session.used >= rule.idle or now - session.made >= rule.longest
    if not over and now - session.used >= _USED_EVERY:
        # a full disk is no reason not to let somebody read
        with suppress(SQLAlchemyError), store.write(()) as connection:
            sessions.was_used(connection, session.hash, now)
    return Known(one, session, step(one, session, required=rule.second), over)


def csrf(token: str, salt: str = "") -> str:
    """What a form must bring along: made of a token that no other origin can read; with a *salt*, another one each
    time, so that nothing can be told of it by how well an answer packs (https://www.breachattack.com)."""
    salt = salt or secrets.token_hex(4)
    return f"{salt}.{hmac.digest(token.encode(), b'natars-fhir csrf ' + salt.encode(), 'sha256').hex()}"


def proves(token: str, told: str) -> bool:
    """Was it made of this token?"""
    return hmac.compare_digest(csrf(token, told.partition(".")[0] or "-").encode(), told.encode())


def leave(store: Store, key: bytes, who: Known, now: datetime, *, everywhere: bool = False) -> None:
    """The session ends; *everywhere* every one of the account."""
    with store.write(()) as connection:
        if everywhere:
            sessions.end_of(connection, who.account.id)
        else:
            sessions.end(connection, who.session.hash)
        audit.write(connection, key, act_of(key, who.account, "logout", now))


def begin_second(store: Store, key: bytes, who: Known) -> str:
    """The secret that is to be typed into a telephone; made at the first look, and the same until a code was right."""
    with store.write(()) as connection:
        one = accounts.by_id(connection, who.account.id, held=True) or who.account
        sealed = one.second or second.made(key)
        if one.second is None:
            accounts.change(connection, one.id, second=sealed)
    return second.secret(key, sealed)


def choose(store: Store, key: bytes, who: Known, old: str, new: str, now: datetime) -> str | None:
    """Another password: the token under which the session goes on, and every other session ends; None where the old
    one is wrong. Whether the new one can be one was asked before (`passwords.weak`)."""
    one = counted(store, who.account.name, now)
    if one is None:
        return None
    if not passwords.fits(one.password, old):
        refused(store, key, one, now)
        return None
    kept = passwords.hashed(new)
    token, session = fresh(who.account, now, who.session, shown=who.session.second)
    with store.write(()) as connection:
        accounts.change(connection, who.account.id, password=kept, fresh=False, failures=0, locked=None)
        sessions.end_of(connection, who.account.id)
        sessions.keep(connection, session)
        audit.write(connection, key, act_of(key, who.account, "password changed", now))
    return token


def keep_draft(store: Store, key: bytes, who: Known, page: str, fields: Mapping[str, list[str]], now: datetime) -> None:
    """What was typed into the form of *page*, sealed, for the same account."""
    raw = msgspec.json.encode(fields)
    if len(raw) <= MOST_DRAFT:
        with store.write(()) as connection:
            sessions.keep_draft(connection, who.session, page, box(key, _WHAT).encrypt(raw), now)


def draft(store: Store, key: bytes, ident: str, page: str) -> dict[str, list[str]]:
    """What that account typed into the form of *page* when its session ended."""
    with store.read() as connection:
        sealed = sessions.draft_of(connection, ident, page)
    if sealed is None:
        return {}
    try:
        return typed.decode(box(key, _WHAT).decrypt(sealed), dict[str, list[str]])
    except InvalidToken:
        return {}


def drop_draft(store: Store, ident: str, page: str) -> None:
    """It was sent, or is not wanted."""
    with store.write(()) as connection:
        sessions.drop_draft(connection, ident, page)


def sweep(store: Store, rule: Rule, now: datetime) -> int:
    """Sessions that ended go, and what was typed in them, a day after they were used last."""
    with store.write(()) as connection:
        return sessions.sweep(connection, now - max(rule.longest, _SWEPT_AFTER))
