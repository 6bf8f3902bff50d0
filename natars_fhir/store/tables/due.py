"""Due: who is to be screened, because of what was taken in and is kept already."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from natars_fhir.store.tables.core import Moment, metadata

#: One row for each document that touched a person, gone with the screening that follows: `patient` is a name of theirs,
#: `cause` numbers the resource versions, `since` is when they came. After `tries` that failed, nothing before `ready`.
screening_due = Table(
    "screening_due",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("site", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ready", Moment, nullable=False),
    Index("screening_due_of", "site", "patient"),
)
