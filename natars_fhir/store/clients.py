"""Clients: who may ask for tokens with assertions that it signs, which are used up, and sites' certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.access import site_certificate, smart_assertion, smart_client


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client: ``keys`` is its JWKS, or ``url`` is where it publishes one."""

    id: str
    site: str
    roles: tuple[str, ...]
    scopes: str
    made: datetime
    url: str = ""
    keys: str = ""
    revoked: datetime | None = None
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """The SHA-256 of a certificate with which a site's requests come."""

    site: str
    fingerprint: str
    made: datetime


def keep(connection: Connection, one: Client) -> None:
    """Adds a client. Raises IntegrityError where its id is taken."""
    told = {"site": one.site, "roles": " ".join(one.roles), "scopes": one.scopes, "url": one.url, "keys": one.keys}
    connection.execute(insert(smart_client).values({"id": one.id, **told, "made": one.made}))


def client(connection: Connection, ident: str, *, held: bool = False) -> Client | None:
    """The client of this id; *held* where nobody may change it until the transaction ends."""
    asked = select(smart_client).where(smart_client.c.id == ident)
    row = connection.execute(asked.with_for_update() if held else asked).first()
    return None if row is None else _client(row)


def clients(connection: Connection) -> list[Client]:
    """Every client, also those that were revoked."""
    asked = select(smart_client).order_by(smart_client.c.site, smart_client.c.id)
    return [_client(row) for row in connection.execute(asked)]


def revoke(connection: Connection, ident: str, now: datetime) -> bool:
    """The client gets no more tokens; False where there is none, or it was revoked before."""
    here = smart_client.c
    gone = update(smart_client).where(here.id == ident, here.revoked.is_(None)).values(revoked=now)
    return connection.execute(gone).rowcount == 1


def was_used(connection: Connection, ident: str, now: datetime) -> None:
    """It was given a token at this moment."""
    connection.execute(update(smart_client).where(smart_client.c.id == ident).values(used=now))


def use_up(connection: Connection, ident: str, jti: str, until: datetime, now: datetime) -> None:
    """The assertion is used. Raises IntegrityError where it was used before, by whichever worker."""
    here = smart_assertion.c
    connection.execute(delete(smart_assertion).where(here.client == ident, here.until < now))
    connection.execute(insert(smart_assertion).values(client=ident, jti=jti, until=until))


def certify(connection: Connection, one: Certificate) -> None:
    """A site's requests may come with this certificate."""
    row = {"site": one.site, "fingerprint": one.fingerprint, "made": one.made}
    keep_new(connection, site_certificate, [row])


def certificates(connection: Connection, site: str = "") -> list[Certificate]:
    """The certificates of a site, or of all."""
    here = site_certificate.c
    asked = select(site_certificate).order_by(here.site, here.made, here.fingerprint)
    rows = connection.execute(asked.where(here.site == site) if site else asked)
    return [Certificate(row.site, row.fingerprint, row.made) for row in rows]


def decertify(connection: Connection, site: str, fingerprint: str) -> bool:
    """The certificate is the site's no more."""
    here = site_certificate.c
    gone = delete(site_certificate).where(here.site == site, here.fingerprint == fingerprint)
    return connection.execute(gone).rowcount == 1


def _client(row: Row[tuple[object, ...]]) -> Client:
    told = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public way to a row's names)
    return Client(**{**told, "roles": tuple(told["roles"].split())})
