"""The tables of who may: bearer tokens and clients, of which no secret is kept, and what their sites present besides.

They are asked before a site is known, so they are no site's rows: a question goes by a hash, an id or a fingerprint.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from natars_fhir.store.tables.core import Moment, _text, metadata

#: A bearer token, by its hash. `site` is empty where it speaks for no single one, `client` where none asked for it.
bearer_token = Table(
    "bearer_token",
    metadata,
    _text("hash", key=True),
    _text("id"),
    _text("site"),
    _text("label"),
    _text("roles"),
    _text("scopes"),
    _text("client"),
    Column("made", Moment, nullable=False),
    Column("expires", Moment),
    Column("revoked", Moment),
    Column("used", Moment),
    Index("bearer_token_id", "id", unique=True),
    Index("bearer_token_of", "client", "expires"),
)

#: A client of SMART Backend Services: its public keys, or the address where it publishes them.
smart_client = Table(
    "smart_client",
    metadata,
    _text("id", key=True),
    _text("site"),
    _text("roles"),
    _text("scopes"),
    _text("url"),
    _text("keys"),
    Column("made", Moment, nullable=False),
    Column("revoked", Moment),
    Column("used", Moment),
)

#: An assertion that a client has used up, by the hash of its jti, until it is too old to be used anyway.
smart_assertion = Table(
    "smart_assertion",
    metadata,
    _text("client", key=True),
    _text("jti", key=True),
    Column("until", Moment, nullable=False),
)

#: The certificates with which a site's requests come through a proxy that asks for them.
site_certificate = Table(
    "site_certificate",
    metadata,
    _text("site", key=True),
    _text("fingerprint", key=True),
    Column("made", Moment, nullable=False),
)
