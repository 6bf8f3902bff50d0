"""The tables that came with the second release, as they were then. Nothing here is to be changed once it is out."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()


def _number() -> Column[int]:
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


Table(
    "allocation",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("arm"),
    Column("move", BigInteger, nullable=False, unique=True),
    _text("day"),
    _text("by"),
    _text("role"),
    _text("at"),
    Index("allocation_of", "site", "patient"),
)
Table(
    "audit_seal",
    metadata,
    _text("site", key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("audit", BigInteger, nullable=False, unique=True),
    _text("digest"),
    Index("audit_sealed", "site", "audit"),
)
Table(
    "audit_tally",
    metadata,
    _text("site", key=True),
    _text("act", key=True),
    _text("name", key=True),
    Column("count", BigInteger, nullable=False),
    _text("first"),
    _text("last"),
)
Table(
    "bearer_token",
    metadata,
    _text("hash", key=True),
    _text("id"),
    _text("site"),
    _text("label"),
    _text("roles"),
    _text("scopes"),
    _text("client"),
    _text("made"),
    Column("expires", Text),
    Column("revoked", Text),
    Column("used", Text),
    Index("bearer_token_id", "id", unique=True),
    Index("bearer_token_of", "client", "expires"),
)
Table(
    "certificate",
    metadata,
    _number(),
    _text("site"),
    _text("pseudonym"),
    _text("digest"),
    _text("body"),
    _text("at"),
    Index("certificate_of", "site", "pseudonym"),
)
Table(
    "declined",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("criteria"),
    _text("by"),
    _text("reason"),
    _text("at"),
    Index("declined_of", "site", "patient"),
)
Table(
    "load",
    metadata,
    _text("site", key=True),
    _text("name", key=True),
    _text("hash"),
    Column("size", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    _text("state"),
    _text("counts"),
    _text("started"),
    _text("changed"),
    Index("load_of", "site", "hash"),
)
Table("parcel", metadata, _number(), _text("site"), Column("body", LargeBinary, nullable=False))
Table("site_certificate", metadata, _text("site", key=True), _text("fingerprint", key=True), _text("made"))
Table("smart_assertion", metadata, _text("client", key=True), _text("jti", key=True), _text("until"))
Table(
    "smart_client",
    metadata,
    _text("id", key=True),
    _text("site"),
    _text("roles"),
    _text("scopes"),
    _text("url"),
    _text("keys"),
    _text("made"),
    Column("revoked", Text),
    Column("used", Text),
)
Table(
    "subject_move",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("cause"),
    _text("day"),
    _text("by"),
    _text("role"),
    _text("reason"),
    _text("strikes"),
    _text("at"),
    Index("subject_move_of", "site", "patient"),
)
Table(
    "subject_state",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("state"),
    _text("cause"),
    _text("day"),
    _text("at"),
    Index("subject_state_of", "site", "patient"),
)
Table("tombstone", metadata, _text("site", key=True), _text("hash", key=True), _text("pseudonym"), _text("at"))
Table(
    "identified",
    metadata,
    _text("site", key=True),
    Column("name", BigInteger, primary_key=True, autoincrement=False),
    _text("key", key=True),
)
Table(
    "condition",
    metadata,
    _text("site", key=True),
    Column("name", BigInteger, primary_key=True, autoincrement=False),
    _text("at"),
)
