"""Further tables of the second release, as they were then: exports, people, pages and pulls.

Nothing here is to be changed once it is out."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()


def _number() -> Column[int]:
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


Table(
    "account",
    metadata,
    _text("id", key=True),
    _text("name"),
    _text("site"),
    _text("roles"),
    _text("person"),
    _text("password"),
    _text("issuer"),
    _text("subject"),
    Column("second", LargeBinary),
    Column("enrolled", Text),
    Column("counter", BigInteger, nullable=False),
    Column("fresh", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked", Text),
    _text("made"),
    Column("used", Text),
    Column("disabled", Text),
    Index("account_name", "name", unique=True),
    Index("account_told", "issuer", "subject"),
)
Table(
    "draft",
    metadata,
    _text("site"),
    _text("account", key=True),
    _text("page", key=True),
    Column("fields", LargeBinary, nullable=False),
    _text("at"),
)
Table("export_clock", metadata, Column("id", Integer, primary_key=True, autoincrement=False), _text("last"))
Table(
    "export_file",
    metadata,
    _text("job", key=True),
    _text("name", key=True),
    _text("role"),
    _text("kind"),
    Column("count", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("packed", BigInteger, nullable=False),
    _text("digest"),
)
Table(
    "export_job",
    metadata,
    _text("id", key=True),
    _text("whose"),
    _text("by"),
    _text("url"),
    _text("asked"),
    _text("folder"),
    _text("state"),
    _text("progress"),
    Column("void", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    _text("made"),
    Column("begun", Text),
    Column("ended", Text),
    Column("expires", Text),
    Index("export_job_state", "state", "made"),
)
Table(
    "export_known",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    _text("ident", key=True),
    _text("subject"),
    _text("hash"),
    _text("first"),
    _text("changed"),
    Column("gone", Text),
    Index("export_known_gone", "site", "gone"),
    Index("export_known_of", "site", "subject"),
)
Table(
    "export_subject",
    metadata,
    _text("job", key=True),
    _text("site", key=True),
    _text("subject", key=True),
    Index("export_subject_of", "subject"),
)
Table(
    "login_session",
    metadata,
    _text("hash", key=True),
    _text("site"),
    _text("account"),
    _text("made"),
    _text("used"),
    Column("second", Boolean, nullable=False),
    Column("provided", LargeBinary),
    Index("login_session_of", "account"),
)
Table(
    "pull",
    metadata,
    _text("site", key=True),
    Column("holder", Text),
    Column("lease", Text),
    Column("began", Text),
    Column("ended", Text),
    Column("failures", Integer, nullable=False),
    _text("outcome"),
    Column("until", Text),
)
Table(
    "pull_event",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    Column("gone", Boolean, nullable=False),
    _text("at"),
)
Table(
    "pull_job",
    metadata,
    _text("site", key=True),
    _text("id"),
    _text("asked"),
    Column("status", LargeBinary, nullable=False),
    _text("begun"),
)
Table(
    "pull_mark",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    _text("asked"),
    _text("mark"),
    _text("moved"),
)
Table(
    "pull_subscription",
    metadata,
    _text("site", key=True),
    _text("topic", key=True),
    _text("id"),
    _text("asked"),
    _text("place"),
    _text("status"),
    Column("secret", LargeBinary, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    _text("heard"),
    _text("made"),
    Column("behind", Boolean, nullable=False),
)
Table(
    "screening_due",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("cause"),
    _text("since"),
    Column("tries", Integer, nullable=False),
    _text("ready"),
    Index("screening_due_of", "site", "patient"),
)
Table(
    "site_mapping",
    metadata,
    _text("site", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("text"),
    _text("by"),
    _text("made"),
)
Table(
    "site_mapping_turn",
    metadata,
    _number(),
    _text("site"),
    Column("version", Integer, nullable=False),
    Column("newest", Integer, nullable=False),
    _text("by"),
    _text("at"),
    Index("site_mapping_turn_of", "site", "seq"),
)
Table(
    "worklist",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    _text("pseudonym"),
    _text("number"),
    _text("place"),
    _text("verdict"),
    _text("with_people"),
    _text("bar"),
    _text("bars"),
    _text("open"),
    Column("lacks", Integer, nullable=False),
    _text("waits"),
    Column("used", Boolean, nullable=False),
    _text("changed"),
    _text("came"),
    Index("worklist_changed", "site", "changed"),
    Index("worklist_subject", "site", "pseudonym"),
)
