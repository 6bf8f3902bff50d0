"""What could not be used is kept once in its bytes, however often it comes, and knows where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from natars_fhir.domain.issue import Issue
from natars_fhir.store import quarantine
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Apart, Unused, Wanted
from tests.store.samples import LATER, NOW

FAULT = Issue("error", "value", "Patient.birthDate", 'a "code":"structure" within a text is no code')
ENTRY = Unused("Bundle.entry[1].resource", b'{"resource"', (FAULT,), "Patient", "R4", "m1", b"around")
DOCUMENT = Unused("", b"{", (Issue("fatal", "structure", "Resource", "y"),), "", "R5", "m1")


def only(store: Store, site: str = "a") -> Apart:
    with store.read() as connection:
        (one,) = quarantine.listed(connection, Wanted(), site)
    return one


def test_it_is_kept_once_in_its_bytes_and_counted(store: Store) -> None:
    with store.write() as connection:
        quarantine.set_apart(connection, "a", ENTRY, NOW)
        quarantine.set_apart(connection, "a", replace(ENTRY, place="Bundle.entry[7].resource", issues=()), LATER)
        assert list(quarantine.set_aside(connection, "b")) == []
        (kept,) = quarantine.set_aside(connection, "a")
        assert quarantine.content(connection, 1) == (ENTRY.raw, b"around")
    assert kept == replace(ENTRY, place="Bundle.entry[7].resource", issues=())
    one = only(store)
    assert (one.state, one.count, one.first, one.last) == ("waiting", 2, NOW, LATER)
    assert (one.kind, one.fhir, one.tries, one.became) == ("Patient", "R4", 0, None)


def test_the_same_bytes_of_two_sites_are_two(store: Store) -> None:
    with store.write() as connection:
        for site in ("a", "b"):
            quarantine.set_apart(connection, site, ENTRY, NOW)
        assert [one.site for one in quarantine.listed(connection, Wanted())] == ["a", "b"]
        assert quarantine.one(connection, 1, "b") is None
        assert quarantine.one(connection, 2, "b") == quarantine.one(connection, 2)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [1, 2, 3]),
        (Wanted(most=2), [1, 2]),
        (Wanted(after=1), [2, 3]),
        (Wanted(state="dismissed"), [3]),
        (Wanted(state="waiting", after=1), [2]),
        (Wanted(kind="Patient"), [1]),
        (Wanted(code="structure"), [2]),
        (Wanted(code="value"), [1, 3]),
        (Wanted(code="val%"), []),
    ],
)
def test_rows_are_asked_for_by_what_they_say(store: Store, wanted: Wanted, numbers: list[int]) -> None:
    with store.write() as connection:
        for unused in (ENTRY, DOCUMENT, replace(ENTRY, raw=b"other", kind="Condition")):
            quarantine.set_apart(connection, "a", unused, NOW)
        quarantine.dismiss(connection, 3, "Li", "a test message", NOW)
        assert [one.number for one in quarantine.listed(connection, wanted, "a")] == numbers
        assert quarantine.counts(connection, "a") == {"waiting": 2, "replayed": 0, "dismissed": 1}
        assert quarantine.counts(connection, "b") == {"waiting": 0, "replayed": 0, "dismissed": 0}


def test_what_waits_is_tried_once_by_each_mapping(store: Store) -> None:
    with store.write() as connection:
        for unused in (ENTRY, DOCUMENT):
            quarantine.set_apart(connection, "a", unused, NOW)
        assert quarantine.untried(connection, "a", "m1", 9) == []
        assert quarantine.untried(connection, "a", "m2", 9) == [1, 2]
        assert quarantine.untried(connection, "a", "m2", 1) == [1]
        quarantine.refused_again(connection, 1, DOCUMENT.issues, "m2", LATER)
        assert quarantine.untried(connection, "a", "m2", 9) == [2]
        one = quarantine.one(connection, 1)
    assert one is not None
    assert (one.state, one.tries, one.tried, one.issues) == ("waiting", 1, LATER, DOCUMENT.issues)


def test_what_was_of_use_and_comes_again_waits_again_and_what_was_dismissed_does_not(store: Store) -> None:
    with store.write() as connection:
        for unused in (ENTRY, DOCUMENT):
            quarantine.set_apart(connection, "a", unused, NOW)
        quarantine.used(connection, 1, {"created": 1}, "m2", NOW)
        quarantine.dismiss(connection, 2, "Li", "a test message", NOW)
        before = quarantine.listed(connection, Wanted(), "a")
        for unused in (ENTRY, DOCUMENT):
            quarantine.set_apart(connection, "a", unused, LATER)
        after = quarantine.listed(connection, Wanted(), "a")
    assert [(one.state, one.settled) for one in before] == [("replayed", NOW), ("dismissed", NOW)]
    assert (before[0].became, before[1].by, before[1].reason) == ({"created": 1}, "Li", "a test message")
    assert [(one.state, one.settled, one.count) for one in after] == [("waiting", None, 2), ("dismissed", NOW, 2)]
