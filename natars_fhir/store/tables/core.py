"""The tables. Truth, append-only: `resource_version`, `attestation`, `delivery`, `audit`, `quarantine`; the rest is
derived from it.

Every row belongs to one site, and no question asks across sites (architecture.md §1). SQLite is the default, and
nothing here is SQLite's own: the same tables serve PostgreSQL. https://docs.sqlalchemy.org/en/21/core/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A moment as text, in UTC and always as long, so that it sorts by itself and keeps its zone in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Raises ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """The moment, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


def _number() -> Column[int]:
    """Counts up with every row; SQLite counts only a plain INTEGER."""
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


#: One row: a digest by which the key that goes with this store is known; `schema` is the first release's own number.
store = Table("store", metadata, Column("schema", Integer, primary_key=True), Column("key_check", Text))

#: The bytes of resources that came together, one after the other, made small as one: that takes a tenth of the room.
parcel = Table("parcel", metadata, _number(), _text("site"), Column("body", LargeBinary, nullable=False))

#: Every version of every resource that a view reads; its bytes are a part of a parcel. `counted` numbers the versions
#: that counted, from 1; an older one that came late has 0.
resource_version = Table(
    "resource_version",
    metadata,
    _number(),
    _text("site"),
    _text("key"),
    _text("kind"),
    Column("number", BigInteger),
    Column("updated", Text),
    _text("hash"),
    Column("counted", Integer, nullable=False),
    Column("parcel", BigInteger, nullable=False),
    Column("start", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("received", Moment, nullable=False),
    Index("resource_version_of", "site", "key"),
)

#: What the newest version of each resource says; `body` is the Reading. A deleted resource keeps its row.
reading = Table(
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

#: Under which key a business identifier was first heard of.
resource_alias = Table(
    "resource_alias",
    metadata,
    _text("site", key=True),
    _text("alias", key=True),
    _text("key"),
    sqlite_with_rowid=False,  # rows are found by their key alone
)

#: A reading's facts rest on another resource too (a Medication): who is to be read again when that one changes.
mention = Table(
    "mention",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("other", key=True),
    Index("mention_of", "site", "other", "key"),
)

#: The names that a Patient resource says its person goes by.
patient_name = Table(
    "patient_name",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("name", key=True),
    Index("patient_named", "site", "name", "key"),
)

#: Where each patient stands now: what was found last, the ResearchSubject that the site was told of, and `again`, the
#: first day on which time alone may change it.
patient = Table(
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
    Index("patient_target", "site", "target"),
)

#: What named persons said: statements on criteria, and signatures. `basis` digests what the data said then; `document`
#: is the row in `resource_version` of the response that brought it.
attestation = Table(
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
    Column("at", Moment, nullable=False),
    _text("reason"),
    _text("data"),
    _text("basis"),
    Column("document", BigInteger),
    Column("received", Moment, nullable=False),
    Index("attestation_of", "site", "patient"),
)

#: The history: one row per change of findings, with the resource versions that brought it about.
screening = Table(
    "screening",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    Column("at", Moment, nullable=False),
    _text("as_of"),
    _text("verdict"),
    Column("in_scope", Boolean, nullable=False),
    _text("findings"),
    Column("body", LargeBinary, nullable=False),
    _text("cause"),
    _text("act"),
    Index("screening_of", "site", "patient"),
)

#: What the site must be told. `state`: waiting, done, dead (given up) or superseded (a later row says it better). What
#: is `about` one subject goes in order; where that is empty, what has one target does.
outbox = Table(
    "outbox",
    metadata,
    _number(),
    _text("site"),
    _text("kind"),
    _text("target"),
    Column("body", LargeBinary, nullable=False),
    _text("hash"),
    _text("state"),
    Column("queued", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    _text("about"),
    Index("outbox_waiting", "site", "state", "seq"),
    Index("outbox_target", "site", "target", "state", "seq"),
    Index("outbox_kind", "site", "kind", "state"),
    Index("outbox_about", "site", "about", "kind"),
)

#: Every attempt to deliver, and what the site's server said: codes alone.
delivery = Table(
    "delivery",
    metadata,
    _number(),
    Column("outbox", ForeignKey("outbox.seq"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    _text("outcome"),
    _text("codes"),
)

#: What could not be used, in the bytes that came: a whole document, or one entry of it (`place`), with what stood
#: around it. `state`: waiting, replayed (`became` says what came of it) or dismissed (`by` whom, and the `reason`).
quarantine = Table(
    "quarantine",
    metadata,
    _number(),
    _text("site"),
    Column("at", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    _text("place"),
    _text("kind"),
    _text("fhir"),
    _text("hash"),
    _text("issues"),
    _text("state"),
    Column("tries", Integer, nullable=False),
    Column("tried", Moment),
    _text("tried_with"),
    Column("became", Text),
    Column("by", Text),
    Column("reason", Text),
    Column("settled", Moment),
    Column("raw", LargeBinary, nullable=False),
    Column("around", LargeBinary),
    Index("quarantine_of", "site", "hash", unique=True),
    Index("quarantine_waiting", "site", "state", "tried_with", "seq"),
)

#: What no view reads: type, id and hash, and never its content.
let_go = Table(
    "let_go",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    _text("id", key=True),
    _text("hash", key=True),
    Column("at", Moment, nullable=False),
)

#: What was not understood, counted as it came; a code only of systems that the site has declared.
gap = Table(
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
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
)

#: When each kind (a type of resource, or a concept) came first and last, and how often.
heard = Table(
    "heard",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    Column("count", Integer, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
)

#: What was answered to a document that has an identifier, to be said again when it is sent again.
answered = Table(
    "answered",
    metadata,
    _text("site", key=True),
    _text("identifier", key=True),
    _text("hash", key=True),
    Column("answer", LargeBinary, nullable=False),
)
