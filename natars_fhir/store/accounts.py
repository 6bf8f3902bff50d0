"""Accounts: who may log in to the pages, and how often they tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from natars_fhir.store.tables.people import account

#: What may be changed of an account that stands.
CHANGES = frozenset(
    {"site", "roles", "person", "password", "second", "enrolled", "counter", "fresh", "failures", "locked", "used",
     "disabled"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. ``id`` is how the audit calls them; it is no secret, and tells nothing of the name."""

    id: str
    name: str
    site: str
    roles: tuple[str, ...]
    made: datetime
    person: str = ""
    password: str = field(default="", repr=False)
    issuer: str = ""
    subject: str = field(default="", repr=False)
    second: bytes | None = field(default=None, repr=False)
    enrolled: datetime | None = None
    counter: int = 0
    fresh: bool = False
    failures: int = 0
    locked: datetime | None = None
    used: datetime | None = None
    disabled: datetime | None = None

    def state(self, now: datetime) -> str:
        """``good``, ``locked`` for a while, or ``disabled``."""
        if self.disabled is not None:
            return "disabled"
        return "locked" if self.locked is not None and self.locked > now else "good"


def keep(connection: Connection, one: Account) -> None:
    """Adds an account. Raises IntegrityError where its name is taken."""
    row = {name: getattr(one, name) for name in one.__slots__}
    connection.execute(insert(account).values({**row, "roles": " ".join(one.roles)}))


def by_name(connection: Connection, name: str) -> Account | None:
    """The account whose owner types this name."""
    return _one(connection.execute(select(account).where(account.c.name == name)).first())


def by_id(connection: Connection, ident: str, *, held: bool = False) -> Account | None:
    """The account of this id; *held* where nobody may change it until the transaction ends."""
    asked = select(account).where(account.c.id == ident)
    return _one(connection.execute(asked.with_for_update() if held else asked).first())


def by_subject(connection: Connection, issuer: str, subject: str) -> Account | None:
    """The account of whom a provider calls so."""
    here = account.c
    asked = select(account).where(here.issuer == issuer, here.subject == subject, here.issuer != "")
    return _one(connection.execute(asked).first())


def every(connection: Connection, site: str = "") -> list[Account]:
    """The accounts of a site, or all of them, also those that were disabled."""
    asked = select(account).order_by(account.c.site, account.c.name)
    found = connection.execute(asked.where(account.c.site == site) if site else asked)
    return [_account(row) for row in found]


def change(connection: Connection, ident: str, **what: Any) -> None:
    """From now on these of `CHANGES` are so."""
    if unknown := {*what} - CHANGES:
        raise ValueError(f"no column that changes: {sorted(unknown)}")
    if "roles" in what:
        what["roles"] = " ".join(what["roles"])
    connection.execute(update(account).where(account.c.id == ident).values(**what))


def use_counter(connection: Connection, ident: str, counter: int) -> bool:
    """Uses a code up; False where it, or a later one, was used before."""
    here = account.c
    used = update(account).where(here.id == ident, here.counter < counter).values(counter=counter)
    return connection.execute(used).rowcount == 1


def _one(row: Row[Any] | None) -> Account | None:
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    told = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's documented way to a mapping)
    second = told["second"]
    return Account(**{**told, "roles": tuple(row.roles.split()), "second": None if second is None else bytes(second)})
