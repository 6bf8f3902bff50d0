"""Pull: how far a site's server was read, the exports that it is asked for, and of what it tells us."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text

from natars_fhir.store.tables.core import Moment, _text, metadata

#: One row a site. `holder` pulls, alone, until `lease` ends. `began`, `ended`: the last pull, and the last that was
#: good; `failures` in a row since, the last with what `outcome`; none is made by itself before `until`.
pull = Table(
    "pull",
    metadata,
    _text("site", key=True),
    Column("holder", Text),
    Column("lease", Moment),
    Column("began", Moment),
    Column("ended", Moment),
    Column("failures", Integer, nullable=False),
    _text("outcome"),
    Column("until", Moment),
)

#: The high-water mark of a type, by the hospital's clock; `asked` is a digest of what was asked for, so that a mark is
#: void once something else is.
pull_mark = Table(
    "pull_mark",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    _text("asked"),
    Column("mark", Moment, nullable=False),
    Column("moved", Moment, nullable=False),
)

#: The export that is under way at a site's server: `status` is where it tells how far it is, sealed.
pull_job = Table(
    "pull_job",
    metadata,
    _text("site", key=True),
    _text("id"),
    _text("asked"),
    Column("status", LargeBinary, nullable=False),
    Column("begun", Moment, nullable=False),
)

#: A subscription of ours at a site's server. `id` is a part of our address, `place` its id there, `secret` what it says
#: to us, sealed. `told` is the number of the last event that it spoke of, `seen` the last of which nothing is missing.
pull_subscription = Table(
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
    Column("heard", Moment, nullable=False),
    Column("made", Moment, nullable=False),
    Column("behind", Boolean, nullable=False),
)

#: What we were told of and did not fetch yet: `key` is the resource (`Observation/17`), `gone`: it was deleted.
pull_event = Table(
    "pull_event",
    metadata,
    _text("site", key=True),
    _text("key", key=True),
    Column("gone", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)
