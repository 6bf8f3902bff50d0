"""The tables of the Bulk Data export: jobs, their files, whom these hold, and what was exported of which id.

A job may be of every site (`whose` is empty), so that it is no site's row, nor are its files: a question goes by its
id, which nobody can guess, and they hold nothing of a person. Whom they hold, and what was exported, is a site's own.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from natars_fhir.store.tables.core import Moment, _text, metadata

#: What somebody asked for. `state`: waiting, running, done, failed, or purged (its files held somebody who is forgotten
#: by now). `void` while it runs: what it has written holds somebody who was forgotten meanwhile. `begun` is the
#: moment that its manifest tells as the time of the transaction.
export_job = Table(
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
    Column("made", Moment, nullable=False),
    Column("begun", Moment),
    Column("ended", Moment),
    Column("expires", Moment),
    Index("export_job_state", "state", "made"),
)

#: A file of a job: `role` is output, error or deleted; `size` its bytes, `packed` those of its gzip.
export_file = Table(
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

#: Which subjects the files of a job hold, and which sites they were asked of (`subject` is empty).
export_subject = Table(
    "export_subject",
    metadata,
    _text("job", key=True),
    _text("site", key=True),
    _text("subject", key=True),
    Index("export_subject_of", "subject"),
)

#: What came out last of each id: a digest of it, since when it is so, since when there is such an id, and since when
#: there is none any more. Of who is forgotten the ids alone stay, so that clients are told to delete them.
export_known = Table(
    "export_known",
    metadata,
    _text("site", key=True),
    _text("kind", key=True),
    _text("ident", key=True),
    _text("subject"),
    _text("hash"),
    Column("first", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("gone", Moment),
    Index("export_known_of", "site", "subject"),
    Index("export_known_gone", "site", "gone"),
)

#: One row: the last moment that a manifest told, so that the next is later, whatever becomes of the machine's clock.
export_clock = Table(
    "export_clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", Moment, nullable=False),
)
