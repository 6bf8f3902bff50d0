"""What a push asks of the store is found by an index, so that a push takes as long whoever else is known there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection, connect

from sqlalchemy import create_engine, event, text

from natars_fhir.store.engine import open_store
from natars_fhir.store.tables.core import metadata
from tests.blank import blank
from tests.postgres import Server
from tests.service.hospital import FIXTURES, Hospital, condition, patient, transaction

#: Of these a site has a handful: who was forgotten, and what is subscribed to.
_FEW = frozenset({"tombstone", "subscription"})
#: Of `EXPLAIN QUERY PLAN` (https://www.sqlite.org/eqp.html): all rows that there are, or all of a site.
_WALKS = re.compile(r"SCAN (\w+)|SEARCH (\w+) USING .* \(site=\?\)$")
_TABLES = frozenset(metadata.tables) - _FEW


def _walked(connection: Connection, statement: str) -> Iterator[str]:
    """The tables that a statement walks."""
    for _, _, _, told in connection.execute("EXPLAIN QUERY PLAN " + statement):
        if (found := _WALKS.match(told)) and (name := found[1] or found[2]) in _TABLES:
            yield name


def test_no_statement_of_a_push_walks_a_table_or_a_site(tmp_path: Path) -> None:
    address, seen = blank(tmp_path), set[str]()
    store = open_store(address)
    event.listen(store._engine, "checkout", lambda connection, *_: connection.set_trace_callback(seen.add))
    for site in sorted(FIXTURES.iterdir()):
        hospital = Hospital(store, site.name)
        for raw in (path.read_bytes() for path in sorted(site.glob("*/bundle*.json"))):
            hospital.push(raw)
            hospital.push(raw.replace(b'"final"', b'"amended"'))
    leaves = condition(of="Patient/1", code={"text": "胆囊结石"})
    for said in (condition(), leaves, condition()):
        hospital.push(transaction(patient("1", "N1"), said))
    store.close()
    asked = {re.sub(r"'(?:[^']|'')*'|\d+", "?", one): one for one in seen if re.match("[SUDI][A-Z]+ (?!OINT)", one)}
    assert len(asked) > 50
    with closing(connect(address.removeprefix("sqlite:///"))) as connection:
        assert {(name, shape) for shape, one in asked.items() for name in _walked(connection, one)} == set()


_READ = text(
    "SELECT t.relname, t.seq_tup_read, sum(i.idx_tup_read) FROM pg_stat_user_tables AS t "
    "JOIN pg_stat_user_indexes AS i USING (relid) GROUP BY t.relname, t.seq_tup_read"
)


def _read(address: str) -> dict[str, int]:
    """Rows that were read of each table until now, by those who have gone."""
    engine = create_engine(address)
    with engine.connect() as connection:
        found = {name: int(by_row) + int(by_index) for name, by_row, by_index in connection.execute(_READ)}
    engine.dispose()
    return found


def test_postgresql_reads_no_more_for_a_push_when_more_patients_are_known(postgres_server: Server) -> None:
    """Of plans that were made while there were few, and kept: a whole minute may pass before they are made anew."""
    address = postgres_server.fresh()
    store = open_store(address)
    hospital = Hospital(store)
    for number in map(str, range(300)):
        about = condition(f"c{number}", of=f"Patient/{number}")
        assert hospital.push(transaction(patient(number, f"N{number}"), about)).status == 200
    store.close()
    read = _read(address)
    # a patient has a handful of rows in each; were all of a site read each time it would be 45,000 of each
    assert {name: many for name, many in read.items() if many > 300 * 25} == {}
    assert read["subject_state"] > 0
