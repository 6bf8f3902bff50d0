"""A subject's way goes out as R5's progress, and in R4 by the extension of it: states, causes, days."""

from __future__ import annotations

from typing import Any

import pytest

from natars_fhir.domain.life import Event, Life, follow
from natars_fhir.emit.code_system import code_systems
from natars_fhir.emit.identity import identity
from natars_fhir.emit.research_subject import research_subject
from natars_fhir.fhir.r5 import to_r5
from tests import ward
from tests.emit.judged import faults, in_r5
from tests.emit.trial import BASE, KEY, MRN, NEOADJUVANT, PATIENT, screening

COURSE = ward.mappings().study.life
WHO = identity(PATIENT, "natars", KEY, BASE, MRN)
WAY = (
    Event("candidate", "2024-03-01"),
    Event("consented", "2024-03-05"),
    Event("signed", "2024-03-06", by="甲"),
    Event("allocated", "2024-03-10"),
    Event("first-dose", "2024-03-12"),
    Event("operated", "2024-06"),
    Event("died", ""),
)


def subject(way: Life) -> dict[str, Any]:
    state = None if way.state in ("candidate", "potential-candidate") else way.state
    arm = NEOADJUVANT if way.allocated else None
    return research_subject(screening(), "ResearchStudy/natars-hospital-a", WHO, "Consent/1", arm, state, way)


def codes(entry: dict[str, Any], name: str) -> list[str]:
    return [one["code"] for one in entry.get(name, {}).get("coding", [])]


@pytest.mark.parametrize("length", range(1, len(WAY) + 1))
def test_at_every_stage_it_is_valid_in_r4_and_r5_and_the_last_state_is_the_status(length: int) -> None:
    told = subject(follow(COURSE, WAY[:length]))
    assert faults(told) == []
    progress = in_r5(told)["progress"]
    assert codes(progress[-1], "subjectState") == [told["status"]]
    assert [one for one in progress if "endDate" not in one and one is not progress[-1]] in ([], progress[-2:-1])


def test_each_step_has_its_state_its_cause_and_its_days() -> None:
    progress = in_r5(subject(follow(COURSE, WAY)))["progress"]
    assert [codes(one, "subjectState")[0] for one in progress] == [
        "candidate",
        "screening",
        "eligible",
        "on-study",
        "on-study-intervention",
        "follow-up",
        "off-study",
    ]
    assert [codes(one, "reason") for one in progress[1:]] == [[event.cause] for event in WAY[1:]]
    assert [one.get("startDate") for one in progress] == [event.day or None for event in WAY]
    assert [one.get("endDate") for one in progress] == [event.day or None for event in WAY[1:]] + [None]
    assert {codes(one, "type")[0] for one in progress} == {"Enrollment"}
    assert progress[3]["reason"]["text"] == "in an arm; the trial is not randomised"


def test_in_r5_the_state_stands_once_and_where_no_way_is_told_it_stands_alone() -> None:
    told = subject(follow(COURSE, WAY[:2]))
    made, lost = to_r5(told)
    assert lost == []
    assert [codes(one, "subjectState") for one in made["progress"]] == [["candidate"], ["screening"]]
    bare = research_subject(screening(), "ResearchStudy/natars-hospital-a", WHO)
    assert [codes(one, "subjectState") for one in to_r5(bare)[0]["progress"]] == [["candidate"]]


@pytest.mark.parametrize(
    ("length", "period"),
    [
        (1, None),
        (2, {"start": "2024-03-05"}),
        (6, {"start": "2024-03-05"}),
    ],
)
def test_the_period_is_from_the_consent_to_the_end(length: int, period: dict[str, str] | None) -> None:
    assert subject(follow(COURSE, WAY[:length])).get("period") == period


def test_the_period_ends_with_the_last_day_that_is_known() -> None:
    ended = follow(COURSE, [*WAY[:4], Event("completed", "2024-05-01"), Event("operated", "2024-04-01")])
    assert subject(ended)["period"] == {"start": "2024-03-05", "end": "2024-05-01"}


def test_every_cause_is_published_in_both_languages() -> None:
    (words,) = [one for one in code_systems(ward.mappings().study, BASE) if one["id"] == "subject-cause"]
    assert [one["code"] for one in words["concept"]] == list(COURSE.causes)
    assert all(one["designation"][0]["language"] == "zh" for one in words["concept"])
    assert faults(words) == []
