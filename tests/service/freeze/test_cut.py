"""The cut: one moment, one order, marks that only the key makes, and no data that another mapping read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from natars_fhir.service.freeze.cut import StaleError, cut, end_of, gone_mark
from natars_fhir.store import due
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import reading
from tests.service.freeze.frozen import AS_OF, freeze_of
from tests.service.hospital import NOW, intake, mappings


def test_subjects_are_in_one_order_and_sites_too(store: Store) -> None:
    with cut(store, intake(), mappings(), AS_OF) as now:
        assert [one.site for one in now.subjects] == ["hospital-b", "hospital-c"]
        assert [one.site for one in now.sites] == sorted(mappings().sites)
        assert [one.site for one in now.logs] == sorted(mappings().sites)
    assert end_of(AS_OF).isoformat() == "2025-06-01T15:59:59+00:00"  # the end of the day in Shanghai


def test_a_mark_is_the_same_with_the_key_and_another_without_it(store: Store) -> None:
    other = replace(intake(), key=b"another key of sixteen bytes and more")
    with cut(store, intake(), mappings(), AS_OF) as now:
        (fact,) = now.subjects[0].record.about("sex")
        assert now.named(fact) == now.named(fact._replace(value="other", when="2020"))
        assert now.named(fact) != now.named(fact._replace(path="Patient.other"))
        assert now.named(fact) != replace(now, intake=other).named(fact)


def test_who_is_gone_is_known_to_those_who_know_the_pseudonym() -> None:
    assert gone_mark("a") == gone_mark("a") != gone_mark("b")


def test_what_another_mapping_read_is_not_frozen(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        connection.execute(update(reading).where(reading.c.site == "hospital-b").values(mapping="another"))
    with pytest.raises(StaleError, match="another mapping read"):
        freeze_of(store, tmp_path)
    assert list(tmp_path.glob("natars-*")) == []


def test_while_somebody_is_still_to_be_screened_nothing_is_frozen(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        due.mark(connection, "hospital-b", {"Patient/1": (1,)}, NOW)
    with pytest.raises(StaleError, match="to be screened"):
        freeze_of(store, tmp_path)
