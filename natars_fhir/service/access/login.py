"""Login: a name with its password, then a code; a session begins, and its token changes with every step.

What is tried is counted before it is known to be wrong, so that nobody tries more by trying at once. After so many
failures the account waits, longer each time. https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from natars_fhir.service.access import passwords, second
from natars_fhir.service.access.accounts import act_of, plain
from natars_fhir.service.access.bearers import hashed
from natars_fhir.store import accounts, audit, sessions
from natars_fhir.store.accounts import Account
from natars_fhir.store.engine import Store
from natars_fhir.store.sessions import Session

_OCTETS = 32
#: Failures that cost nothing; then half a minute, doubled each time, up to a quarter of an hour.
_FREE, _FIRST, _LONGEST = 5, timedelta(seconds=30), timedelta(minutes=15)

#: What a person who is known must still do before pages open.
Step = Literal["second", "enrol", "password", ""]


def wait(failures: int) -> timedelta:
    """For how long nobody may try after so many failures."""
    if failures < _FREE:
        return timedelta(0)
    longer: int = 2 ** min(failures - _FREE, 10)
    return min(_FIRST * longer, _LONGEST)


def step(one: Account, session: Session, *, required: bool) -> Step:
    """What is still to do: show the second factor, set one up where it is *required*, choose a password."""
    if one.enrolled is not None and not session.second:
        return "second"
    if one.enrolled is None and required and not session.second:
        return "enrol"
    return "password" if one.fresh else ""


def enter(store: Store, key: bytes, name: str, password: str, now: datetime) -> str | None:
    """The token of a new session; None where name and password do not go together, or the account must wait."""
    one = counted(store, name, now)
    right = passwords.fits(one.password if one and not one.issuer else "", password)
    if one is None:
        return None
    if not right:
        refused(store, key, one, now)
        return None
    return begun(store, key, one, now)


def show(store: Store, key: bytes, ident: str, old: str, code: str, now: datetime) -> str | None:
    """The session goes on under another token where the code is one of now, and was not used; else None. The first code
    that is right sets the second factor up."""
    with store.read() as connection:
        known = accounts.by_id(connection, ident)
    one = counted(store, known.name, now) if known else None
    if one is None or one.second is None:
        return None
    number = second.counter(second.secret(key, one.second), code, now)
    with store.write(()) as connection:
        if number is None or not accounts.use_counter(connection, ident, number):
            audit.write(connection, key, act_of(key, one, "login refused", now, 401))
            return None
        if one.enrolled is None:
            accounts.change(connection, ident, enrolled=now)
            audit.write(connection, key, act_of(key, one, "second factor set", now))
        accounts.change(connection, ident, failures=0, locked=None)
        before = sessions.by_hash(connection, hashed(old))
        sessions.end(connection, hashed(old))
        token, session = fresh(one, now, before, shown=True)
        sessions.keep(connection, session)
    return token


def begun(
    store: Store, key: bytes, one: Account, now: datetime, *, shown: bool = False, provided: bytes | None = None
) -> str:
    """The token of a new session of somebody who is known; *shown*: a provider asked for all that is to be asked."""
    token, session = fresh(one, now, shown=shown, provided=provided)
    with store.write(()) as connection:
        here = accounts.by_id(connection, one.id, held=True) or one
        what = {"failures": 0, "locked": None} if shown or here.enrolled is None else _taken_back(one, here)
        accounts.change(connection, one.id, used=now, **what)
        sessions.keep(connection, session)
        audit.write(connection, key, act_of(key, one, "login", now))
    return token


def fresh(
    one: Account, now: datetime, before: Session | None = None, *, shown: bool = False, provided: bytes | None = None
) -> tuple[str, Session]:
    """A new token and what is kept of it; it lasts no longer than the session *before* it would have."""
    token = secrets.token_urlsafe(_OCTETS)
    made = before.made if before else now
    return token, Session(hashed(token), one.site, one.id, made, now, shown, before.provided if before else provided)


def counted(store: Store, name: str, now: datetime) -> Account | None:
    """The account, where it may be tried now: counted as a failure until it is known to be none."""
    with store.write(()) as connection:
        found = accounts.by_name(connection, plain(name))
        one = accounts.by_id(connection, found.id, held=True) if found else None
        if one is None or one.state(now) != "good":
            return None
        until = now + pause if (pause := wait(one.failures + 1)) else None
        accounts.change(connection, one.id, failures=one.failures + 1, locked=until)
    return one


def _taken_back(before: Account, here: Account) -> dict[str, Any]:
    """A right password takes back its own count alone, where a code is still to be shown: codes are guessed too, also
    while the password is looked at, and what was counted meanwhile stays, with its wait."""
    left = max(here.failures - 1, 0)
    if here.failures == before.failures + 1:  # nobody else tried: as it was
        return {"failures": left, "locked": before.locked}
    return {"failures": left, "locked": here.locked if wait(left) else None}


def refused(store: Store, key: bytes, one: Account, now: datetime) -> None:
    """Writes down that what was typed was wrong."""
    with store.write(()) as connection:
        audit.write(connection, key, act_of(key, one, "login refused", now, 401))
