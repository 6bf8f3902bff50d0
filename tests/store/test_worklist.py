"""The worklist's rows on both databases: found by what bars and lacks, sorted, paged, and never another site's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from natars_fhir.store import worklist
from natars_fhir.store.engine import Store
from natars_fhir.store.worklist import SORTS, Asked, Line

DAY = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
FIRST = Line("Patient/1", "p1", "A%1", "excluded", "ineligible", "ineligible", ("I-09", "E-04"), (), (), True, DAY, DAY)
LATER = DAY + timedelta(days=2)
SECOND = replace(FIRST, key="Patient/2", pseudonym="p2", number="A_12", place="candidate", bars=(), open=("I-09r",))
SECOND = replace(SECOND, verdict="candidate", with_people="candidate", waits=("state", "sign"), changed=LATER)
THIRD = replace(FIRST, key="Patient/3", pseudonym="p3", number="B3", place="undetermined", bars=(), came=LATER)
THIRD = replace(THIRD, open=("I-09", "I-15"), waits=("state",))
HIDDEN = replace(FIRST, key="Patient/4", pseudonym="p4", number="A4", place="off-study", used=False)


@pytest.fixture
def filled(either_store: Store) -> Store:
    with either_store.write() as connection:
        worklist.put(connection, "a", (FIRST, SECOND, THIRD, HIDDEN))
        worklist.put(connection, "b", [replace(FIRST, number="B1")])
    return either_store


ASKED = {
    "all": (Asked(), ["p2", "p1", "p3"]),
    "place": (Asked(place="candidate"), ["p2"]),
    "bars": (Asked(bars="I-09"), ["p1"]),
    "bars, not the first": (Asked(bars="E-04"), ["p1"]),
    "part of a name": (Asked(lacks="I-09"), ["p3"]),
    "waits": (Asked(waits="sign"), ["p2"]),
    "since": (Asked(since=DAY + timedelta(days=1)), ["p2"]),
    "several": (Asked(waits="state", lacks="I-15"), ["p3"]),
    "nothing": (Asked(place="eligible"), []),
    "a sign of the database": (Asked(bars="%"), []),
    "came": (Asked(sort="came"), ["p3", "p1", "p2"]),
    "number": (Asked(sort="number", down=False), ["p1", "p2", "p3"]),
    "lacks": (Asked(sort="lacks"), ["p3", "p2", "p1"]),
    "no such order": (Asked(sort="hash"), ["p2", "p1", "p3"]),
}


def test_patients_are_found_by_what_bars_and_lacks_and_sorted(filled: Store) -> None:
    with filled.of("a").read() as connection:
        for name, (asked, expected) in ASKED.items():
            found = worklist.page(connection, "a", asked, 0, 10)
            assert [one.pseudonym for one in found] == expected, name
            assert worklist.count(connection, "a", asked) == len(expected), name
        for name in SORTS:
            pages = [worklist.page(connection, "a", Asked(sort=name), at, 1)[0].key for at in range(3)]
            assert sorted(pages) == ["Patient/1", "Patient/2", "Patient/3"]


def test_a_line_is_given_back_as_it_was_put_and_replaced(filled: Store) -> None:
    with filled.of("a").read() as connection:
        assert worklist.named(connection, "a", "p2") == SECOND
        assert worklist.named(connection, "b", "p2") is None
        assert worklist.moments(connection, "a", ["Patient/2", "Patient/9"]) == {"Patient/2": (LATER, DAY)}
    with filled.write() as connection:
        worklist.put(connection, "a", [replace(SECOND, open=())])
        worklist.drop(connection, "a", ["Patient/1"])
    with filled.of("a").read() as connection:
        assert [one.open for one in worklist.page(connection, "a", Asked(), 0, 9)] == [(), ("I-09", "I-15")]


@pytest.mark.parametrize(
    ("part", "keys", "expected"),
    [("1", [], ["p1", "p2"]), ("A_", [], ["p2"]), ("%", [], ["p1"]), ("B", [], ["p3"]), ("A4", [], []),
     ("9", ["Patient/3", "Patient/4"], ["p3"])],
)  # fmt: skip
def test_a_number_is_found_by_a_part_and_its_signs_are_letters(
    part: str, keys: list[str], expected: list[str], store: Store
) -> None:
    with store.write() as connection:
        worklist.put(connection, "a", (FIRST, SECOND, THIRD, HIDDEN))
    with store.read() as connection:
        assert [one.pseudonym for one in worklist.numbered(connection, "a", part, keys, 9)] == expected


def test_places_are_counted_with_their_first_bar(filled: Store) -> None:
    with filled.of("a").read() as connection:
        assert worklist.places(connection, "a") == {
            ("excluded", "I-09", True): 1, ("candidate", "", True): 1, ("undetermined", "", True): 1,
            ("off-study", "I-09", False): 1,
        }  # fmt: skip
