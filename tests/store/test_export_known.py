"""What came out last of each id is each site's own; of who is forgotten the ids stay, as gone, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from natars_fhir.store import export_known, exports
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.export_known import Known
from natars_fhir.store.exports import Job
from tests.blank import blank

NOW = datetime(2024, 6, 15, tzinfo=UTC)
A, B = "hospital-a", "hospital-b"
ONE, TWO = Known("Patient", "p", "s", "h", NOW, NOW), Known("Observation", "o", "s", "h", NOW, NOW)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(blank(tmp_path))
    with opened.write() as connection:
        export_known.keep(connection, A, [ONE, TWO])
        export_known.keep(connection, B, [ONE])
    return opened


def test_it_is_known_by_site_and_subject_and_the_latest_counts(store: Store) -> None:
    later = Known("Patient", "p", "s", "h2", NOW, NOW + timedelta(1), NOW + timedelta(2))
    with store.write() as connection:
        export_known.keep(connection, A, [later])
        assert export_known.of(connection, A, "s") == {("Patient", "p"): later, ("Observation", "o"): TWO}
        assert export_known.of(connection, B, "s") == {("Patient", "p"): ONE}
        assert export_known.of(connection, A, "t") == {}


@pytest.mark.parametrize(
    ("since", "kinds", "found"),
    [(0, ["Patient"], ["p"]), (0, ["Observation"], []), (-1, ["Patient"], []), (2, ["Patient"], [])],
    ids=["between", "another-type", "before-it-was-there", "told-by-then"],
)
def test_gone_is_what_there_was_at_a_moment_and_is_no_more(
    store: Store, since: int, kinds: list[str], found: list[str]
) -> None:
    gone = Known("Patient", "p", "s", "", NOW, NOW, NOW + timedelta(2))
    with store.write() as connection:
        export_known.keep(connection, A, [gone])
        told = export_known.gone(connection, A, kinds, NOW + timedelta(since))
        assert [one[1] for one in told] == found
        assert export_known.subjects(connection, A) == {"s"}


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=1)], ids=["a-true-clock", "a-clock-set-back"])
def test_of_who_is_forgotten_the_ids_stay_as_gone_since_a_moment_that_nobody_was_told(
    store: Store, ahead: timedelta
) -> None:
    with store.write() as connection:
        exports.make(connection, Job("j", "", "c", "", "{}", "", NOW), [A])
        job = exports.begin(connection, NOW + ahead)
        assert job is not None
        assert job.begun is not None
        assert export_known.forget(connection, A, "s", NOW + timedelta(minutes=1)) == 2
        assert export_known.subjects(connection, A) == set()
        gone = export_known.gone(connection, A, ["Patient", "Observation"], job.begun)
        assert [one[1] for one in gone] == ["o", "p"]
        assert {one.hash for one in export_known.of(connection, A, "").values()} == {""}
        assert export_known.subjects(connection, B) == {"s"}
