"""Every act is written down with pseudonyms alone, and only the holder of the key can write one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from natars_fhir.store import audit
from natars_fhir.store.actor import acting, acts_as
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.audit import audit as table
from tests.service.hospital import KEY
from tests.store.samples import LATER, NOW


def test_the_audit_keeps_its_order_and_its_site(store: Store) -> None:
    acts = [Act("a", NOW, "push", "h1", 200, {"created": 2}, by="x"), Act("a", LATER, "push again", "h1", by="x")]
    with store.write() as connection:
        for act in [*acts, Act("b", NOW, "push", "h2", 422, {})]:
            audit.write(connection, KEY, act)
        assert list(audit.acts(connection, "a")) == acts
        assert [act for _, act in audit.numbered(connection, "a", LATER)] == acts[1:]


def test_an_act_is_of_whoever_acts_at_the_moment(store: Store) -> None:
    with store.write() as connection:
        audit.write(connection, KEY, Act("a", NOW, "day"))
        with acting("command", "r1"):
            audit.write(connection, KEY, Act("a", NOW, "attest", by="other"))
            with acting("nobody", "r2"):
                acts_as("token:engine")
                audit.write(connection, KEY, Act("a", NOW, "push"))
            audit.write(connection, KEY, Act("a", NOW, "sign"))
        found = [(act.by, act.request) for act in audit.acts(connection, "a")]
    assert found == [("program", ""), ("other", "r1"), ("token:engine", "r2"), ("command", "r1")]


@pytest.mark.parametrize(
    "change",
    [
        {"site": "b"}, {"at": LATER}, {"act": "read"}, {"by": "other"}, {"person": "p"}, {"about": "q"}, {"hash": "i"},
        {"status": 201}, {"counts": '{"created": 3}'}, {"request": "s"}, {"mark": "0" * 80},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_an_edit_of_any_column_is_known_without_a_seal(store: Store, change: dict[str, object]) -> None:
    with store.write() as connection:
        audit.write(connection, KEY, Act("a", NOW, "push", "h", 200, {"created": 2}))
        row = connection.execute(select(table)).mappings().one()
        assert audit.genuine(KEY, row)
        assert not audit.genuine(KEY[::-1], row)
        connection.execute(update(table).values(**change))
        assert not audit.genuine(KEY, connection.execute(select(table)).mappings().one())


def test_two_equal_acts_bear_different_marks(store: Store) -> None:
    act = Act("a", NOW, "push")
    with store.write() as connection:
        for one in (act, replace(act)):
            audit.write(connection, KEY, one)
        assert len({*connection.execute(select(table.c.mark)).scalars()}) == 2
