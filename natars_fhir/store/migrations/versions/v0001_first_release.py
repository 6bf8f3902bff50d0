"""The tables of the first release, 0.1.0, as they were. Nothing here is to be changed.

Revision 0001
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

revision = "0001"
down_revision = None

metadata = MetaData()


def _number() -> Column[int]:
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


Table(
    "answered",
    metadata,
    _text("site", key=True),
    _text("identifier", key=True),
    _text("hash", key=True),
    Column("answer", LargeBinary, nullable=False),
)
Table(
    "attestation",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("kind"),
    _text("criterion"),
    _text("answer"),
    _text("by"),
    _text("who"),
    _text("role"),
    _text("at"),
    _text("reason"),
    _text("data"),
    _text("basis"),
    Column("document", BigInteger),
    _text("received"),
    Index("attestation_of", "site", "patient"),
)
Table(
    "audit",
    metadata,
    _number(),
    _text("site"),
    _text("at"),
    _text("act"),
    _text("hash"),
    Column("status", Integer, nullable=False),
    _text("counts"),
)
Table(
    "gap",
    metadata,
    _text("site", key=True),
    _text("what", key=True),
    _text("kind", key=True),
    _text("about", key=True),
    _text("item", key=True),
    _text("concept", key=True),
    _text("display"),
    Column("count", Integer, nullable=False),
    _text("first"),
    _text("last"),
)
Table(
    "heard",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    Column("count", Integer, nullable=False),
    _text("first"),
    _text("last"),
)
Table(
    "let_go",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    _text("id", key=True),
    _text("hash", key=True),
    _text("at"),
)
Table(
    "mention",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("other", key=True),
    Index("mention_of", "site", "other"),
)
Table(
    "outbox",
    metadata,
    _number(),
    _text("site"),
    _text("kind"),
    _text("target"),
    Column("body", LargeBinary, nullable=False),
    _text("state"),
    _text("queued"),
    _text("due"),
    Column("attempts", Integer, nullable=False),
    Column("lease", Text),
    Column("holder", Text),
    Index("outbox_kind", "site", "kind", "state"),
    Index("outbox_target", "site", "target", "state", "seq"),
    Index("outbox_waiting", "state", "seq"),
)
Table(
    "patient",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("findings"),
    Column("in_scope", Boolean, nullable=False),
    _text("verdict"),
    Column("target", Text),
    Column("again", Text),
    Index("patient_again", "site", "again"),
)
Table(
    "patient_name",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("name", key=True),
    Index("patient_named", "site", "name"),
)
Table(
    "quarantine",
    metadata,
    _number(),
    _text("site"),
    _text("at"),
    _text("place"),
    _text("hash"),
    Column("raw", LargeBinary, nullable=False),
    _text("issues"),
    Index("quarantine_of", "site", "hash"),
)
Table(
    "reading",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("kind"),
    Column("subject", Text),
    Column("number", BigInteger),
    Column("updated", Text),
    _text("hash"),
    _text("mapping"),
    Column("versions", Integer, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("body", LargeBinary),
    Index("reading_about", "site", "subject"),
)
Table("resource_alias", metadata, _text("site", key=True), _text("alias", key=True), _text("key"))
Table(
    "resource_version",
    metadata,
    _number(),
    _text("site"),
    _text("key"),
    _text("kind"),
    Column("number", BigInteger),
    Column("updated", Text),
    _text("hash"),
    Column("raw", LargeBinary, nullable=False),
    _text("received"),
    Index("resource_version_of", "site", "key", "hash"),
)
Table(
    "screening",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("at"),
    _text("as_of"),
    _text("verdict"),
    Column("in_scope", Boolean, nullable=False),
    _text("findings"),
    Column("body", LargeBinary, nullable=False),
    _text("cause"),
    _text("act"),
    Index("screening_of", "site", "patient"),
)
Table("store", metadata, Column("schema", Integer, primary_key=True), Column("key_check", Text))
Table(
    "delivery",
    metadata,
    _number(),
    Column("outbox", ForeignKey("outbox.seq"), nullable=False, index=True),
    _text("at"),
    _text("outcome"),
    _text("codes"),
)


def upgrade() -> None:
    """Makes them, in an empty database."""
    metadata.create_all(op.get_bind())
