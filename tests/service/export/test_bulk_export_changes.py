"""Of a subject's lines those are new that were others at that moment, or were not there: over any course of events."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from natars_fhir.service.export.bulk_export_changes import Moment, by_subject, compared, deletions, parts
from natars_fhir.service.export.exported import Line
from natars_fhir.store.export_known import Known
from tests.service.hospital import NOW

#: What each of a few resources says at one time; None where it is not there.
STATES = st.lists(st.lists(st.none() | st.integers(0, 2), min_size=3, max_size=3), min_size=1, max_size=6)


def line(ident: int, says: int) -> Line:
    return Line("Observation", f"o{ident}", f'{{"says":{says}}}'.encode(), "s")


def lines(state: list[int | None]) -> list[Line]:
    return [line(ident, says) for ident, says in enumerate(state) if says is not None]


@settings(max_examples=100, deadline=None)
@given(STATES, st.integers(0, 5))
def test_who_takes_over_what_is_told_since_then_holds_what_there_is(states: list[list[int | None]], start: int) -> None:
    """Who has everything of one export, and takes over the changes and deletions since, has all of a later."""
    start = min(start, len(states) - 1)
    known: dict[tuple[str, str], Known] = {}
    held: dict[tuple[str, str], bytes] = {}
    at = [NOW + timedelta(milliseconds=number) for number in range(len(states))]
    for number, state in enumerate(states):
        since = at[start] if number > start else None
        out, told = compared(known, lines(state), {"Observation"}, Moment(at[number], since))
        known |= {(one.kind, one.ident): one for one in told}
        if number == start:
            held = {(one.kind, one.id): one.raw for one in out}
    if len(states) - 1 > start:
        held |= {(one.kind, one.id): one.raw for one in out}
        for ids, one in known.items():
            if one.gone is not None and one.first <= at[start] < one.gone:
                held.pop(ids, None)
    assert held == {(one.kind, one.id): one.raw for one in lines(states[-1])}


def test_what_is_as_it_was_is_not_written_down_again() -> None:
    _, first = compared({}, lines([1, 2]), {"Observation"}, Moment(NOW))
    known = {(one.kind, one.ident): one for one in first}
    out, again = compared(known, lines([1, 2]), {"Observation"}, Moment(NOW + timedelta(1)))
    assert (len(out), again) == (2, [])


def test_subjects_come_one_by_one_and_deletions_in_transactions_that_have_an_end() -> None:
    some = [line(1, 1), line(2, 1)._replace(subject="t"), line(3, 1)._replace(subject="t")]
    assert [(subject, len(found)) for subject, found in by_subject(some)] == [("s", 1), ("t", 2)]
    assert [len(one) for one in parts(range(5), 2)] == [2, 2, 1]
    told = list(deletions([("Patient", f"p{number}") for number in range(250)], "job"))
    assert [len(one["entry"]) for one in told] == [100, 100, 50]
    assert len({one["id"] for one in told}) == 3
    assert told == list(deletions([("Patient", f"p{number}") for number in range(250)], "job"))
