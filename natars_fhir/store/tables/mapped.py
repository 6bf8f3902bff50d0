"""The tables of the mapping desk: what people of a site mapped over its file, and which of it counts since when.

Both are append-only: a version is never changed, and going back is a turn of its own.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from natars_fhir.store.tables.core import Moment, _number, _text, metadata

#: `text` is TOML, lines as a site's file has them; `by` is who made it, as the audit calls them.
site_mapping = Table(
    "site_mapping",
    metadata,
    _text("site", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("text"),
    _text("by"),
    Column("made", Moment, nullable=False),
)

#: From `at` on this version counts, until the next turn of the site; 0 is the file alone. `newest` is the last version
#: that was there then.
site_mapping_turn = Table(
    "site_mapping_turn",
    metadata,
    _number(),
    _text("site"),
    Column("version", Integer, nullable=False),
    Column("newest", Integer, nullable=False),
    _text("by"),
    Column("at", Moment, nullable=False),
    Index("site_mapping_turn_of", "site", "seq"),
)
