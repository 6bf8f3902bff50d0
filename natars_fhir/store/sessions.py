"""Sessions: who is logged in, by the hash of a token; and what was typed when a session ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from natars_fhir.store.tables.people import draft, login_session


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who logged in. ``second``: the second factor was shown."""

    hash: str = field(repr=False)
    site: str
    account: str
    made: datetime
    used: datetime
    second: bool = False
    provided: bytes | None = field(default=None, repr=False)


def keep(connection: Connection, one: Session) -> None:
    """Adds a session."""
    connection.execute(insert(login_session).values({name: getattr(one, name) for name in one.__slots__}))


def by_hash(connection: Connection, hash_: str) -> Session | None:
    """The session whose token has this hash."""
    row = connection.execute(select(login_session).where(login_session.c.hash == hash_)).first()
    return None if row is None else _session(row)


def of(connection: Connection, ident: str) -> list[Session]:
    """The sessions of an account, the newest first."""
    here = login_session.c
    asked = select(login_session).where(here.account == ident).order_by(here.made.desc())
    return [_session(row) for row in connection.execute(asked)]


def was_used(connection: Connection, hash_: str, now: datetime) -> None:
    """It was used last at this moment."""
    connection.execute(update(login_session).where(login_session.c.hash == hash_).values(used=now))


def end(connection: Connection, hash_: str) -> bool:
    """Nobody knows the session any more; False where there was none."""
    return connection.execute(delete(login_session).where(login_session.c.hash == hash_)).rowcount == 1


def end_of(connection: Connection, ident: str, but: str = "") -> int:
    """The same for every session of an account, *but* for one."""
    here = login_session.c
    return connection.execute(delete(login_session).where(here.account == ident, here.hash != but)).rowcount


def sweep(connection: Connection, before: datetime) -> int:
    """What nobody used since then goes: sessions, and what was typed."""
    gone = connection.execute(delete(login_session).where(login_session.c.used < before)).rowcount
    return gone + connection.execute(delete(draft).where(draft.c.at < before)).rowcount


def keep_draft(connection: Connection, one: Session, page: str, fields: bytes, now: datetime) -> None:
    """What somebody typed into the form of a page; what they typed there before goes."""
    drop_draft(connection, one.account, page)
    told = {"site": one.site, "account": one.account, "page": page, "fields": fields, "at": now}
    connection.execute(insert(draft).values(told))


def draft_of(connection: Connection, ident: str, page: str) -> bytes | None:
    """What this account typed into the form of that page."""
    here = draft.c
    found = connection.execute(select(here.fields).where(here.account == ident, here.page == page)).scalar()
    return None if found is None else bytes(found)


def drop_draft(connection: Connection, ident: str, page: str) -> None:
    """It is not kept any more."""
    connection.execute(delete(draft).where(draft.c.account == ident, draft.c.page == page))


def _session(row: Row[Any]) -> Session:
    provided = None if row.provided is None else bytes(row.provided)
    return Session(row.hash, row.site, row.account, row.made, row.used, row.second, provided)
