"""First look: PostgreSQL plans by what it knows of its tables, and of new ones it knows nothing.

It keeps a plan once a statement came often, and looks at its tables once a minute
(https://www.postgresql.org/docs/15/routine-vacuuming.html#AUTOVACUUM). What was planned while they were all but empty
reads all rows of a site to find a few: the busier the first minute is, the more. So who writes has the database look as
soon as there is something to see, and again whenever there is twice as much
(https://www.postgresql.org/docs/15/sql-analyze.html); then it plans anew.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Lock

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

#: Tables of which many rows are asked for at once. `reading` stands for all: they grow with it.
_LOOK = text(
    "ANALYZE reading, resource_alias, resource_version, identified, mention, patient_name, patient, outbox, screening, "
    "subject_move, subject_state, worklist, let_go"
)
#: Of a table that is cut by site (`store.partitions`) the parts are counted.
_GREW = text(
    "SELECT sum(greatest(known.reltuples, 0)) <= 0 "
    "OR sum(seen.n_mod_since_analyze) > sum(greatest(known.reltuples, 0)) "
    "FROM pg_class AS known JOIN pg_stat_all_tables AS seen ON seen.relid = known.oid "
    "WHERE known.relkind = 'r' AND (known.oid = 'reading'::regclass "
    "OR known.oid IN (SELECT relid FROM pg_partition_tree('reading')))"
)
#: So many transactions make enough rows to see how they are spread.
_ENOUGH = 20


class FirstLook:
    """Counts what this process writes, and has the database look."""

    def __init__(self) -> None:
        self._alone, self._left, self._next = Lock(), _ENOUGH, _ENOUGH

    def written(self, engine: Engine) -> None:
        """A transaction was kept."""
        with self._alone:
            self._left -= 1
            if self._left:
                return
            self._left = self._next
            self._next *= 2
        _look(engine)


def _look(engine: Engine) -> None:
    """What was written is kept by now, so nobody hears of a fault here: the next look makes up for it."""
    with suppress(SQLAlchemyError), engine.connect() as connection, connection.begin():
        if connection.execute(_GREW).scalar():
            connection.execute(_LOOK)
