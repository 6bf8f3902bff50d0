"""The tables serve PostgreSQL too, and a moment keeps its order and its zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from natars_fhir.store.tables.core import Moment, Table, metadata

FROM, TO = datetime(1970, 1, 2), datetime(2200, 1, 1)  # noqa: DTZ001 (the strategy adds the zone)
MOMENTS = st.datetimes(FROM, TO, timezones=st.timezones())
KIND = Moment()


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_made_in_postgresql(table: Table) -> None:
    made = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    assert f"CREATE TABLE {table.name}" in made.replace('"', "")
    assert ("BIGSERIAL" in made) == ("seq" in table.c and table.c.seq.primary_key)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_row_belongs_to_a_site(table: Table) -> None:
    exports = ("export_job", "export_file", "export_clock")  # they may be of every site, and hold nothing of a person
    assert "site" in table.c or table.name in ("store", "delivery", "smart_assertion", *exports)


@given(first=MOMENTS, second=MOMENTS)
def test_moments_sort_as_texts_and_come_back(first: datetime, second: datetime) -> None:
    one, two = (KIND.process_bind_param(moment, None) for moment in (first, second))
    assert one is not None
    assert two is not None
    assert (one < two) == (first.astimezone(UTC) < second.astimezone(UTC))
    assert KIND.process_result_value(one, None) == first.astimezone(UTC)


def test_no_moment_is_nothing() -> None:
    assert KIND.process_bind_param(None, None) is None
    assert KIND.process_result_value(None, None) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        KIND.process_bind_param(datetime(2024, 1, 1), None)  # noqa: DTZ001


def test_a_moment_is_kept_in_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert (
        KIND.process_bind_param(datetime(2024, 6, 15, 1, tzinfo=shanghai), None) == "2024-06-14T17:00:00.000000+00:00"
    )
