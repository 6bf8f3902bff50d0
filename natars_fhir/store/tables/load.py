"""Load: how far each file was taken in, written in the transaction that took it in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from natars_fhir.store.tables.core import Moment, metadata

#: `name` and `hash` say which file it is; `at` and `line` where the rest begins, in its text as it is uncompressed.
#: `state`: under-way, done, or cut-off (what is there was read, and the file ends too early).
load = Table(
    "load",
    metadata,
    Column("site", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Index("load_of", "site", "hash"),
)
