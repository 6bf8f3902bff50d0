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
    "condition",
    metadata,
    _text("site", key=True),
    Column("name", BigInteger, primary_key=True, autoincrement=False),
    _text("at"),
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
    "digest_slot",
    metadata,
    _text("site", key=True),
    _text("slot", key=True),
    _text("state"),
    Column("attempts", Integer, nullable=False),
    _text("due"),
)
Table(
    "hook_card",
    metadata,
    _text("site", key=True),
    _text("uuid", key=True),
    _text("patient"),
    _text("at"),
    Index("hook_card_of", "site", "patient"),
)
Table(
    "hook_feedback",
    metadata,
    _number(),
    _text("site"),
    _text("card"),
    _text("patient"),
    _text("outcome"),
    _text("reason"),
    _text("comment"),
    _text("at"),
    _text("received"),
    Index("hook_feedback_about", "site", "patient"),
    Index("hook_feedback_of", "site", "card"),
)
Table(
    "identified",
    metadata,
    _text("site", key=True),
    Column("name", BigInteger, primary_key=True, autoincrement=False),
    _text("key", key=True),
    sqlite_with_rowid=False,
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
Table(
    "site_line",
    metadata,
    _text("site", key=True),
    Column("holder", Text),
    Column("lease", Text),
    Column("failures", Integer, nullable=False),
    Column("since", Text),
    Column("until", Text),
    _text("outcome"),
)
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
Table(
    "subscription",
    metadata,
    _text("site", key=True),
    _text("id", key=True),
    _text("status"),
    _text("version"),
    _text("topic"),
    _text("endpoint"),
    _text("content"),
    _text("reason"),
    Column("headers", LargeBinary),
    Column("heartbeat", Integer, nullable=False),
    Column("timeout", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Column("ends", Text),
    Column("events", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    _text("error"),
    Column("spoken", Text),
    _text("due"),
    Column("lease", Text),
    Column("holder", Text),
    Index("subscription_topic", "site", "topic", "status"),
)
Table(
    "subscription_event",
    metadata,
    _text("site", key=True),
    _text("subscription", key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("kind"),
    _text("ident"),
    _text("target"),
    _text("at"),
    Index("subscription_event_about", "site", "target"),
)
Table("tombstone", metadata, _text("site", key=True), _text("hash", key=True), _text("pseudonym"), _text("at"))
