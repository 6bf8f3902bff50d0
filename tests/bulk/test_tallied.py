"""Tallies of pieces add up to that of the whole, with the lines of the file."""

from __future__ import annotations

from natars_fhir.bulk.screen import Tally, screen_files
from natars_fhir.bulk.tallied import added, packed
from natars_fhir.domain.issue import Issue
from tests import ward

WRONG = Issue("error", "structure", "", "Wrong.")


def test_lines_are_counted_on_within_a_file_and_anew_in_the_next() -> None:
    def piece(name: str, line: int, lines: int) -> bytes:
        return packed(Tally(documents=1, problems=[(name, line, WRONG)], unreadable=1), name, lines)

    whole = added([piece("a", 2, 10), piece("a", 3, 5), piece("b", 1, 7), packed(Tally(), "b", 0)])
    assert [(name, line) for name, line, _ in whole.problems] == [("a", 2), ("a", 13), ("b", 1)]
    assert (whole.documents, whole.unreadable) == (3, 3)


def test_nothing_is_lost_on_the_way() -> None:
    folder = ward.FIXTURES / "hospital-a"
    tally, _ = screen_files([folder], ward.reader("hospital-a"), ward.mappings().study, ward.AS_OF)
    assert added([packed(tally, "a", 1)]) == tally
