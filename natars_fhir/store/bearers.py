"""Bearers: the tokens by which callers are known. Of a token its hash alone is kept, and by it the token is found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from natars_fhir.store.tables.access import bearer_token, smart_client


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token, as it is kept. ``id`` is how people name it; it is no secret, and tells nothing of the token."""

    hash: str = field(repr=False)
    id: str
    site: str
    label: str
    roles: tuple[str, ...]
    made: datetime
    expires: datetime | None = None
    scopes: str = ""
    client: str = ""
    revoked: datetime | None = None
    used: datetime | None = None

    def state(self, now: datetime) -> str:
        """``good``, ``expired`` or ``revoked``."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "good"


def keep(connection: Connection, one: Bearer) -> None:
    """Adds a token."""
    told = {"site": one.site, "label": one.label, "roles": " ".join(one.roles), "scopes": one.scopes}
    row = {"hash": one.hash, "id": one.id, **told, "client": one.client, "made": one.made, "expires": one.expires}
    connection.execute(insert(bearer_token).values(row))


def by_hash(connection: Connection, hash_: str) -> Bearer | None:
    """The token with this hash."""
    return _one(connection.execute(select(bearer_token).where(bearer_token.c.hash == hash_)).first())


def by_id(connection: Connection, ident: str) -> Bearer | None:
    """The token that people call so."""
    return _one(connection.execute(select(bearer_token).where(bearer_token.c.id == ident)).first())


def lasting(connection: Connection) -> list[Bearer]:
    """The tokens that people made; those that clients were given come and go by themselves."""
    here = bearer_token.c
    asked = select(bearer_token).where(here.client == "").order_by(here.site, here.made, here.id)
    return [_bearer(row) for row in connection.execute(asked)]


def revoke(connection: Connection, ident: str, now: datetime) -> bool:
    """From now on the token is not known; False where there is none, or it was revoked before."""
    here = bearer_token.c
    gone = update(bearer_token).where(here.id == ident, here.revoked.is_(None)).values(revoked=now)
    return connection.execute(gone).rowcount == 1


def revoke_of(connection: Connection, client: str, now: datetime) -> int:
    """The same for every token that a client was given."""
    here = bearer_token.c
    gone = update(bearer_token).where(here.client == client, here.revoked.is_(None)).values(revoked=now)
    return connection.execute(gone).rowcount


def ends(connection: Connection, ident: str, at: datetime) -> None:
    """The token expires then."""
    connection.execute(update(bearer_token).where(bearer_token.c.id == ident).values(expires=at))


def was_used(connection: Connection, hash_: str, now: datetime) -> None:
    """It was used last at this moment."""
    connection.execute(update(bearer_token).where(bearer_token.c.hash == hash_).values(used=now))


def forget_old(connection: Connection, client: str, before: datetime) -> None:
    """Drops what a client was given and what ended before this moment."""
    here = bearer_token.c
    connection.execute(delete(bearer_token).where(here.client == client, here.client != "", here.expires < before))


def configured(connection: Connection) -> bool:
    """Was anybody ever let in by the store? What is revoked counts: taking the last token away opens nothing."""
    some = (select(bearer_token.c.hash), select(smart_client.c.id))
    return any(connection.execute(asked.limit(1)).first() is not None for asked in some)


def _one(row: Row[tuple[object, ...]] | None) -> Bearer | None:
    return None if row is None else _bearer(row)


def _bearer(row: Row[tuple[object, ...]]) -> Bearer:
    told = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public way to a row's names)
    return Bearer(**{**told, "roles": tuple(told["roles"].split())})
