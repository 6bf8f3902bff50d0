"""The tables of the audit: what was done, its chain of seals, and the sums that are taken as rows are sealed.

`audit` and `audit_seal` are append-only. A row is written in the transaction of what it tells; its seal follows after
the commit, so that writers never wait for each other's place in a chain.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from natars_fhir.store.tables.core import Moment, _number, _text, metadata

#: Who did what when. `by`, `person` and `about` are pseudonyms; `mark` is a number used once and a digest of the row
#: that only the holder of the installation's key can make.
audit = Table(
    "audit",
    metadata,
    _number(),
    _text("site"),
    Column("at", Moment, nullable=False),
    _text("act"),
    _text("by"),
    _text("person"),
    _text("about"),
    _text("hash"),
    Column("status", Integer, nullable=False),
    _text("counts"),
    _text("request"),
    _text("mark"),
    Index("audit_of", "site", "seq"),
)

#: The chain of a site: `digest` is keyed, over the digest before it and the row. Two sealers cannot take one position.
audit_seal = Table(
    "audit_seal",
    metadata,
    _text("site", key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("audit", BigInteger, nullable=False, unique=True),
    _text("digest"),
    Index("audit_sealed", "site", "audit"),
)

#: What the sealed rows come to, so that nobody has to add up the whole audit: acts by status, and their counts.
audit_tally = Table(
    "audit_tally",
    metadata,
    _text("site", key=True),
    _text("act", key=True),
    _text("name", key=True),
    Column("count", BigInteger, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
)
