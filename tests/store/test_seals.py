"""The chain of an audit: any single change to what is sealed is found, and told with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from natars_fhir.store import audit, seals
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.seals import Head
from natars_fhir.store.tables.audit import audit as rows
from natars_fhir.store.tables.audit import audit_seal, audit_tally
from tests.service.hospital import KEY
from tests.store.samples import LATER, NOW

SITES = ("a", "b")


def fill(store: Store, number: int, *, sealed: bool = True) -> None:
    """Acts of two sites in turn, sealed page by page."""
    for at in range(number):
        with store.write() as connection:
            act = Act(SITES[at % 2], NOW + timedelta(seconds=at), "push", f"h{at}", 200 + at % 2, {"created": at})
            audit.write(connection, KEY, act)
            if sealed and at % 3 == 2:
                seal(connection)
    if sealed:
        with store.write() as connection:
            seal(connection)


def seal(connection: Connection) -> int:
    return sum(seals.seal(connection, KEY, site) for site in SITES)


def flaws(connection: Connection) -> list[tuple[str, int, int, str]]:
    found = [flaw for site in SITES for flaw in seals.flaws(connection, KEY, site)]
    return [(one.site, one.position, one.row, one.what.split(":")[0]) for one in found]


def test_what_nobody_touched_has_no_flaw_sealed_or_not(store: Store) -> None:
    fill(store, 7)
    fill(store, 2, sealed=False)
    with store.read() as connection:
        assert flaws(connection) == []
        assert seals.sites(connection) == ["a", "b"]
        assert [head.position for site in SITES if (head := seals.head(connection, site))] == [4, 3]
        assert [len(seals.waiting(connection, site)) for site in SITES] == [1, 1]


def test_a_row_that_is_committed_late_is_sealed_after_those_that_came_before_it(store: Store) -> None:
    fill(store, 6, sealed=False)
    with store.write() as connection:
        late = connection.execute(select(rows).where(rows.c.seq == 3)).mappings().one()
        connection.execute(delete(rows).where(rows.c.seq == 3))
        assert seal(connection) == 5
        connection.execute(insert(rows).values(**late))
        assert [row["seq"] for row in seals.waiting(connection, "a")] == [3]
        assert seal(connection) == 1
        assert flaws(connection) == []


def test_of_two_sealers_the_second_has_to_try_again(store: Store) -> None:
    fill(store, 2)
    with store.write() as connection:
        taken = connection.execute(select(audit_seal).where(audit_seal.c.site == "a")).mappings().one()
    for change in ({"audit": 99}, {"position": 2}):
        with pytest.raises(IntegrityError), store.write() as connection:
            connection.execute(insert(audit_seal).values({**taken, **change}))


def test_sums_are_taken_once_a_row(store: Store) -> None:
    fill(store, 9)
    with store.write() as connection:
        assert seal(connection) == 0
        found = {(row.site, row.name): row.count for row in connection.execute(select(audit_tally))}
        last = connection.execute(select(audit_tally.c.last).where(audit_tally.c.site == "a")).scalars().all()
    assert found == {("a", "200"): 5, ("a", "created"): 20, ("b", "201"): 4, ("b", "created"): 16}
    assert {*last} == {NOW + timedelta(seconds=8)}


def test_a_head_that_was_kept_tells_of_a_tail_that_was_cut(store: Store) -> None:
    fill(store, 8)
    with store.write() as connection:
        head = seals.head(connection, "a")
        assert head is not None
        assert seals.holds(connection, head)
        last = connection.execute(select(audit_seal).where(audit_seal.c.site == "a")).mappings().all()[-1]
        connection.execute(delete(audit_seal).where(audit_seal.c.audit == last["audit"]))
        connection.execute(delete(rows).where(rows.c.seq == last["audit"]))
        assert flaws(connection) == []  # a shorter chain is a chain
        assert not seals.holds(connection, head)
        assert not seals.holds(connection, Head("c", 1, ""))


# What somebody may do to the rows whose database this is, and where it is found: (site, position, row), or a part of it


def _edit(column: str, value: Any) -> Callable[[Connection, Any], None]:
    def edit(connection: Connection, seq: int) -> None:
        connection.execute(update(rows).where(rows.c.seq == seq).values({column: value}))

    return edit


def _gone(connection: Connection, seq: int) -> None:
    connection.execute(delete(rows).where(rows.c.seq == seq))


def _gone_with_its_seal(connection: Connection, seq: int) -> None:
    _gone(connection, seq)
    connection.execute(delete(audit_seal).where(audit_seal.c.audit == seq))


def _seal_gone(connection: Connection, seq: int) -> None:
    connection.execute(delete(audit_seal).where(audit_seal.c.audit == seq))


def _seal_edited(connection: Connection, seq: int) -> None:
    connection.execute(update(audit_seal).where(audit_seal.c.audit == seq).values(digest="0" * 64))


def _swapped(connection: Connection, seq: int) -> None:
    """Two rows of the site change places: their numbers do."""
    other = seq + 2
    for before, after in ((seq, -1), (other, seq), (-1, other)):
        connection.execute(update(rows).where(rows.c.seq == before).values(seq=after))


def _seals_swapped(connection: Connection, seq: int) -> None:
    other = seq + 2
    for before, after in ((seq, -1), (other, seq), (-1, other)):
        connection.execute(update(audit_seal).where(audit_seal.c.audit == before).values(audit=after))


def _copied(connection: Connection, seq: int) -> None:
    row = connection.execute(select(rows).where(rows.c.seq == seq)).mappings().one()
    connection.execute(insert(rows).values({**row, "seq": seq + 1_000}))


def _invented(connection: Connection, seq: int) -> None:
    row = connection.execute(select(rows).where(rows.c.seq == seq)).mappings().one()
    connection.execute(insert(rows).values({**row, "seq": seq + 1_000, "status": 201, "mark": "1" * 80}))


CHANGES: dict[str, Callable[[Connection, int], None]] = {
    "at": _edit("at", LATER), "act": _edit("act", "read"), "by": _edit("by", "x"), "person": _edit("person", "x"),
    "about": _edit("about", "x"), "hash": _edit("hash", "x"), "status": _edit("status", 500),
    "counts": _edit("counts", "{}"), "request": _edit("request", "x"), "mark": _edit("mark", "0" * 80),
    "site": _edit("site", "c"), "gone": _gone, "gone with its seal": _gone_with_its_seal, "seal gone": _seal_gone,
    "seal edited": _seal_edited, "swapped": _swapped, "seals swapped": _seals_swapped, "copied": _copied,
    "invented": _invented,
}  # fmt: skip


@pytest.fixture(scope="module")
def sealed() -> Any:
    with TemporaryDirectory() as folder:
        opened = open_store(f"sqlite:///{Path(folder)}/store.sqlite")
        fill(opened, 24)
        yield opened
        opened.close()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CHANGES)), st.integers(1, 20))
def test_any_single_change_is_found_with_its_place(sealed: Store, change: str, seq: int) -> None:
    site, position = SITES[(seq - 1) % 2], (seq + 1) // 2
    with sealed.read() as connection:
        CHANGES[change](connection, seq)
        found = flaws(connection)
        connection.rollback()
    if change in ("copied", "invented"):
        assert (site, 0, seq + 1_000) in {one[:3] for one in found}
    else:
        assert (site, position) in {one[:2] for one in found}
    with sealed.read() as connection:
        assert flaws(connection) == []
