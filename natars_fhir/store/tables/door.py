"""Tables of the door: by what a resource is found, and the conditions that only one sender at a time may ask."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from natars_fhir.store.tables.core import Moment, _text, metadata

#: By what a resource of a site is found, as a number made of it (`store.identified`): a business identifier, a patient.
#: Rows are only added: whoever finds one looks into the resource whether it still says so.
identified = Table(
    "identified",
    metadata,
    _text("site", key=True),
    Column("name", BigInteger, primary_key=True, autoincrement=False),
    _text("key", key=True),
    sqlite_with_rowid=False,
)

#: A condition under which something was created or changed: its row is held until the sender's transaction ends, so
#: that of two who ask at once the second sees what the first made.
condition = Table(
    "condition",
    metadata,
    _text("site", key=True),
    Column("name", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)
