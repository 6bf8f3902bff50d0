"""A site that leaves is removed whole, and the audit says so; not where it has a file, or somebody was allocated."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from natars_fhir.service.upkeep.leaving import ACT, foretold, remove
from natars_fhir.store import audit, leaving
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.due import screening_due
from natars_fhir.store.tables.subject import allocation
from tests.service.hospital import KEY, NOW, Hospital, condition, patient, transaction
from tests.service.test_corrections import whole
from tests.service.worklist.test_log import allocated

SITE = "generic"


@pytest.fixture
def hospital(store: Store) -> Hospital:
    found = Hospital(store)
    found.push(transaction(patient("1"), condition()))
    return found


def acts(store: Store) -> list[tuple[str, int]]:
    with store.read() as connection:
        return [(one.act, one.status) for one in audit.acts(connection, SITE)]


def test_it_is_told_first_and_then_removed_and_the_audit_says_how_many_rows_of_which_table(hospital: Hospital) -> None:
    store = hospital.store
    told = foretold(store, SITE, has_file=False)
    assert told.issue is None
    assert told.rows["resource_version"] == 2
    before = acts(store)
    left = remove(store, KEY, SITE, "somebody", NOW, has_file=False)
    assert left.rows == told.rows
    assert foretold(store, SITE, has_file=False).rows == {}
    assert acts(store) == [*before, (ACT, 200)]
    with store.read() as connection:
        last = list(audit.acts(connection, SITE))[-1]
    assert (last.counts, last.person) == (left.rows, "somebody")


def test_a_site_that_comes_back_is_a_new_one(hospital: Hospital) -> None:
    remove(hospital.store, KEY, SITE, "", NOW, has_file=False)
    assert hospital.push(transaction(patient("1"), condition())).counts["created"] == 2
    assert hospital.screening() is not None


@pytest.mark.parametrize(("has_file", "text"), [(True, "mappings/sites"), (False, "allocated (1)")])
def test_nothing_goes_of_a_site_that_may_not_be_removed_and_the_try_is_told(
    hospital: Hospital, has_file: bool, text: str
) -> None:
    store = hospital.store
    with store.of(SITE).write() as connection:
        given = {"patient": "Patient/1", "trial": "natars", "arm": "surgery", "move": 1, "day": "2024-06-15"}
        connection.execute(insert(allocation).values(site=SITE, **given, by="a person", role="office", at=NOW))
    for found in (foretold(store, SITE, has_file=has_file), remove(store, KEY, SITE, "", NOW, has_file=has_file)):
        assert found.issue is not None
        assert text in found.issue.text
        assert found.rows == {}
    assert acts(store)[-1] == (ACT, 422)
    with store.read() as connection:
        assert {"resource_version", "reading", "patient"} <= set(leaving.rows(connection, SITE))


def test_whom_the_hospitals_own_record_tells_as_allocated_keeps_the_site(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(*whole(), allocated("1")))
    found = remove(store, KEY, SITE, "", NOW, has_file=False)
    assert found.issue is not None
    assert "allocated (1)" in found.issue.text
    assert found.rows == {}


def test_who_was_allocated_once_keeps_the_site_though_nothing_tells_it_any_more(store: Store) -> None:
    hospital = Hospital(store)
    hospital.push(transaction(*whole(), allocated("1")))
    gone = [{"request": {"method": "DELETE", "url": f"{one['resourceType']}/{one['id']}"}} for one in whole()]
    hospital.push({"resourceType": "Bundle", "type": "transaction", "entry": gone})
    assert remove(store, KEY, SITE, "", NOW, has_file=False).issue is not None


def test_who_is_still_to_be_screened_keeps_the_site_for_nobody_knows_what_the_record_tells(hospital: Hospital) -> None:
    due = {"patient": "Patient/1", "cause": "1", "since": NOW, "tries": 0, "ready": NOW}
    with hospital.store.of(SITE).write() as connection:
        connection.execute(insert(screening_due).values(site=SITE, **due))
    found = remove(hospital.store, KEY, SITE, "", NOW, has_file=False)
    assert found.issue is not None
    assert "still to be screened (1)" in found.issue.text
    assert found.rows == {}
