"""What a site is asked: what is missing, data first; it is over when nothing is, or when it is declined."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from natars_fhir.domain.life import Event, Life, follow
from natars_fhir.domain.people import with_people
from natars_fhir.domain.record import Fact
from natars_fhir.domain.request import Decline, request, wanted
from natars_fhir.domain.screening import screen
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Study
from natars_fhir.domain.subject import life, news
from tests.domain.test_people import YES, stated
from tests.domain.test_signing import spoken
from tests.domain.trial_patients import ALLOCATED, AS_OF, CANDIDATE, biopsy, record

AT = datetime(2024, 6, 15, 4, tzinfo=UTC)


def part(study: Study, *told: Fact, said: Any = ()) -> PeoplesPart:
    return PeoplesPart(with_people(screen(record(*told), study, AS_OF), said))


def way(study: Study, *told: Fact) -> Life:
    found = part(study, *told)
    return life(study, record(*told), screen(record(*told), study, AS_OF), found)


def without(concept: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in CANDIDATE if fact.concept != concept)


def test_what_data_decides_is_asked_before_what_people_say_and_advice_of_nobody(study: Study) -> None:
    found = wanted(part(study, *without("asa-class")))
    assert found[0][0].id == "I-18"
    order = ["data", "data-or-attestation", "attestation"]
    assert [one.decided_by for one, _ in found] == sorted((one.decided_by for one, _ in found), key=order.index)
    assert "I-09r" not in {one.id for one, _ in found}


def test_it_is_open_while_something_is_missing_and_complete_when_nothing_is(study: Study) -> None:
    told = without("asa-class")
    asked = request(part(study, *told), way(study, *told))
    assert (asked.status, "I-18" in {one.id for one, _ in asked.wanted}) == ("requested", True)
    whole = part(study, *CANDIDATE, said=spoken(study, *CANDIDATE))
    assert request(whole, way(study, *CANDIDATE)).status == "completed"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param((biopsy("WDLPS"),), id="barred"),
        pytest.param((*CANDIDATE, ALLOCATED), id="allocated"),
    ],
)
def test_nothing_is_asked_of_whom_something_bars_or_who_is_in_an_arm(study: Study, told: tuple[Fact, ...]) -> None:
    assert request(part(study, *told), way(study, *told)).status == "cancelled"


def test_what_was_declined_is_not_asked_again_unless_more_is_missing(study: Study) -> None:
    told = without("asa-class")
    found = part(study, *told)
    everything = frozenset(one.id for one, _ in wanted(found))
    refused = request(found, way(study, *told), [Decline(everything, "no"), Decline(frozenset({"X"}), "never")])
    assert (refused.status, refused.why) == ("rejected", "never")
    assert request(found, way(study, *told), [Decline(everything - {"I-18"}, "no")]).status == "requested"
    both = [Decline(everything - {"I-18"}, "no"), Decline(frozenset({"I-18"}), "nor this")]
    assert request(found, way(study, *told), both).status == "rejected"


def test_only_what_changed_is_noticed(study: Study) -> None:
    found = part(study, *CANDIDATE)
    assert news([], found) == ["candidate"]
    assert news([Event("candidate", "2024-06-01", AT)], found) == []
    barred = part(study, *CANDIDATE, said=[stated(study, "E-08", YES, *CANDIDATE, at=AT)])
    assert news([Event("candidate", "2024-06-01", AT)], barred) == ["ineligible"]


def test_a_way_is_made_of_what_was_noticed_and_of_today(study: Study) -> None:
    told = [Event("candidate", "2024-06-01", AT.replace(day=1)), Event("ineligible", "2024-06-03", AT.replace(day=3))]
    found = part(study, *CANDIDATE)
    steps = life(study, record(*CANDIDATE), screen(record(*CANDIDATE), study, AS_OF), found, told).steps
    assert [step.state for step in steps] == ["screening", "ineligible", "candidate", "screening"]
    assert steps[-1].since == AS_OF.isoformat()
    assert follow(study.life, []).allocated is False
