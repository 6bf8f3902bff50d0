"""The tables of a subject's life: what people caused, what was noticed, what a site declined, and whom it forgot.

All append-only, but for a purge; what the hospital's record tells is not here: it is read from the record each time.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table

from natars_fhir.store.tables.core import Moment, _number, _text, metadata

#: Which arm the trial office gave a subject, from which day, and who told it; `move` is its row in `subject_move`.
allocation = Table(
    "allocation",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("arm"),
    Column("move", BigInteger, nullable=False, unique=True),
    _text("day"),
    _text("by"),
    _text("role"),
    Column("at", Moment, nullable=False),
    Index("allocation_of", "site", "patient"),
)

#: What moved a subject: a person's act (`by`), or what was noticed of the verdict and the signature. `strikes` is the
#: cause that a correction takes back.
subject_move = Table(
    "subject_move",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("cause"),
    _text("day"),
    _text("by"),
    _text("role"),
    _text("reason"),
    _text("strikes"),
    Column("at", Moment, nullable=False),
    Index("subject_move_of", "site", "patient"),
)

#: Where a subject stood each time that it came out differently: `state`, since `day`, by `cause`.
subject_state = Table(
    "subject_state",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("state"),
    _text("cause"),
    _text("day"),
    Column("at", Moment, nullable=False),
    Index("subject_state_of", "site", "patient"),
)

#: A request for data that a person declined: the criteria that it named, and why.
declined = Table(
    "declined",
    metadata,
    _number(),
    _text("site"),
    _text("patient"),
    _text("trial"),
    _text("criteria"),
    _text("by"),
    _text("reason"),
    Column("at", Moment, nullable=False),
    Index("declined_of", "site", "patient"),
)

#: Whom the site asked to be forgotten: keyed hashes of every name, number and resource of theirs.
tombstone = Table(
    "tombstone",
    metadata,
    _text("site", key=True),
    _text("hash", key=True),
    _text("pseudonym"),
    Column("at", Moment, nullable=False),
)

#: What a purge removed: counts, by whom and why. It names a pseudonym and nobody.
certificate = Table(
    "certificate",
    metadata,
    _number(),
    _text("site"),
    _text("pseudonym"),
    _text("digest"),
    _text("body"),
    Column("at", Moment, nullable=False),
    Index("certificate_of", "site", "pseudonym"),
)
