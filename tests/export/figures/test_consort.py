"""The CONSORT flow: its numbers come from the screening log and from the endpoints, and they add up."""

from __future__ import annotations

from dataclasses import replace

from natars_fhir.export.figures.consort import flow, table
from tests import ward
from tests.domain.endpoints.course import BORN, NEO, SURGERY, SURGERY_ONLY
from tests.export.figures_made import LOG, SUBJECTS
from tests.export.made import subject

STUDY = ward.mappings().study
WHOLE = flow([LOG], SUBJECTS, STUDY, {NEO: 1})


def test_up_to_allocation_the_screening_log_counts() -> None:
    assert (WHOLE.known, WHOLE.in_scope, WHOLE.excluded, WHOLE.allocated, WHOLE.planned) == (60, 50, 12, 22, 102)
    assert WHOLE.excluded_by == (("I-02", 2), ("I-11", 5), ("E-04", 4), ("died or withdrew", 1))
    waiting = WHOLE.undetermined + WHOLE.candidate + WHOLE.eligible
    assert WHOLE.excluded + waiting + WHOLE.left + WHOLE.allocated == WHOLE.in_scope


def test_from_allocation_on_the_endpoints_count_by_arm() -> None:
    treated, operated = WHOLE.arms
    assert (treated.arm, treated.allocated, treated.withheld, treated.followed, treated.unaccounted) == (
        NEO, 11, 1, 10, 0,
    )  # fmt: skip
    assert (treated.treated, treated.operated, treated.never) == (1, 9, (("pending", 1),))
    assert (operated.arm, operated.followed, operated.unaccounted, operated.operated) == (SURGERY_ONLY, 10, 1, 10)
    assert [(one.parameter, one.subjects, one.events, one.undated) for one in operated.analysed] == [
        ("PFS", 9, 4, 1), ("OS", 9, 4, 1),
    ]  # fmt: skip


def test_sites_are_added_up() -> None:
    twice = flow([LOG, replace(LOG, excluded_by={"I-02": 1, "E-01": 2})], SUBJECTS, STUDY)
    assert (twice.known, twice.allocated) == (120, 44)
    assert twice.excluded_by == (("I-02", 3), ("I-11", 5), ("E-01", 2), ("E-04", 4), ("died or withdrew", 1))
    assert [one.withheld for one in twice.arms] == [0, 0]


def test_who_has_no_arm_is_a_column_of_their_own() -> None:
    found = flow([LOG], [*SUBJECTS, subject("x", BORN, SURGERY)], STUDY)
    assert [(one.arm, one.followed) for one in found.arms] == [(NEO, 10), (SURGERY_ONLY, 10), ("", 1)]


def test_the_table_beside_has_every_number() -> None:
    rows = {row[:3]: row[3] for row in table(WHOLE).rows}
    assert rows["excluded-by", "", "I-11"] == 5
    assert rows["never-operated", NEO, "pending"] == 1
    assert (rows["analysed PFS", SURGERY_ONLY, ""], rows["events without a day OS", SURGERY_ONLY, ""]) == (9, 1)
    assert len(rows) == len(table(WHOLE).rows)
