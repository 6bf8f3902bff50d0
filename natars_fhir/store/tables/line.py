"""Line: the way to each site's server: who is at work on it, and whether it is well."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from natars_fhir.store.tables.core import Moment, metadata

#: One row a site. `holder` delivers to it, alone, until `lease` ends. `failures`: how often in a row the server failed
#: as a whole, `since` when, with what `outcome`; nothing is tried before `until`.
site_line = Table(
    "site_line",
    metadata,
    Column("site", Text, primary_key=True),
    Column("holder", Text),
    Column("lease", Moment),
    Column("failures", Integer, nullable=False),
    Column("since", Moment),
    Column("until", Moment),
    Column("outcome", Text, nullable=False),
)
