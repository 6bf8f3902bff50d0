"""The table of the worklist: one narrow row a patient in scope, derived from the screening, so that a page is quick.

It can be made again at will. Lists of criteria are texts with a space around each name (`" I-09 E-03 "`).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table

from natars_fhir.store.tables.core import Moment, _text, metadata

#: `number` is the hospital's own identifier, `place` where the screening log counts the patient; `bar` the first
#: criterion that bars, `bars` every one, `open` what is missing, `waits` for what a person is waited for. `used`: may
#: the patient be shown? `changed`: when the findings were last another, `came`: when data came last.
worklist = Table(
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
    Column("changed", Moment, nullable=False),
    Column("came", Moment, nullable=False),
    Index("worklist_subject", "site", "pseudonym"),
    Index("worklist_changed", "site", "changed"),
)
