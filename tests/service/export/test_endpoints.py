"""Endpoints out of the store: from what hospitals push, through the readers, to each subject's endpoints."""

from __future__ import annotations

import json
from datetime import date

import pytest

from natars_fhir.domain.life import Event
from natars_fhir.export.subject import Subject
from natars_fhir.service.export.endpoints import Allocated, subjects
from natars_fhir.service.people.subjects import subjects_of
from natars_fhir.store import patients
from natars_fhir.store import subjects as stored
from natars_fhir.store.engine import Store
from natars_fhir.store.subjects import Whose
from tests.domain.endpoints.course import NEO, SURGERY_ONLY, short
from tests.service.hospital import FIXTURES, NOW, Hospital, intake, mappings

AS_OF = date(2025, 6, 1)
CASES = {
    "hospital-b": FIXTURES / "hospital-b" / "from-operation-to-follow-up",
    "hospital-c": FIXTURES / "hospital-c" / "from-allocation-to-progression",
}


@pytest.fixture
def pushed(store: Store) -> Store:
    for site, case in CASES.items():
        Hospital(store, site).push((case / "bundle.json").read_bytes())
    return store


def found(store: Store, *sites: str, **more: object) -> list[Subject]:
    return list(subjects(store, intake(), [mappings().sites[site] for site in sites], AS_OF, **more))  # type: ignore[arg-type]


def everybody(store: Store, site: str) -> list[str]:
    """The pseudonyms of all who are in scope."""
    with store.read() as connection:
        return [one.pseudonym for one in subjects_of(connection, intake(), mappings().sites[site], NOW)]


def test_a_treated_subject_from_allocation_to_progression(pushed: Store) -> None:
    (one,) = found(pushed, "hospital-c")
    told = one.endpoints
    assert (one.site, told.arm, told.surgery) == ("hospital-c", NEO, date(2024, 8, 20))
    assert told.sets == ("ENROLLED", "TREATED-NEO", "OPERATED", "PER-PROTOCOL")
    free, alive = told.time("PFS"), told.time("OS")
    assert free is not None
    assert alive is not None
    assert short(free) == ("event", "progression", 184)
    assert short(alive) == ("censored", "alive", 193)
    assert [cycle.start.isoformat() for cycle in told.cycles] == ["2024-06-13", "2024-07-04", "2024-07-25"]
    assert told.cycles[0].worst.grade == (3, 3)
    assert [(one.worst, one.undivided) for one in told.morbidity] == [("IIIa", True)] * 3


def test_an_operated_subject_of_the_other_arm(pushed: Store) -> None:
    (one,) = found(pushed, "hospital-b")
    assert (one.endpoints.arm, one.endpoints.sets) == (SURGERY_ONLY, ("ENROLLED", "OPERATED", "PER-PROTOCOL"))
    assert one.endpoints.cycles == ()
    assert [m.worst for m in one.endpoints.morbidity] == ["IIIa", "IIIa", "IIIa"]


def test_subjects_go_by_pseudonyms_that_stay_the_same(pushed: Store) -> None:
    names = [one.pseudonym for one in found(pushed, "hospital-b", "hospital-c")]
    assert len(set(names)) == 2
    assert names == [one.pseudonym for one in found(pushed, "hospital-b", "hospital-c")]
    assert all(len(name) == 32 and int(name, 16) for name in names)


def test_what_the_trial_office_recorded_stands_for_what_the_record_says(pushed: Store) -> None:
    (one,) = found(pushed, "hospital-c")
    told = {one.pseudonym: Allocated(SURGERY_ONLY, "2024-07-01")}
    (other,) = found(pushed, "hospital-c", allocations=told)
    assert (other.endpoints.arm, other.endpoints.allocated) == (SURGERY_ONLY, date(2024, 7, 1))
    assert [cycle.start.isoformat() for cycle in other.endpoints.cycles] == ["2024-07-04", "2024-07-25"]
    assert "PER-PROTOCOL" not in other.endpoints.sets


def test_an_allocation_makes_a_subject_of_one_whose_record_tells_none(pushed: Store) -> None:
    """Three patients of hospital C are in scope; of one the record tells an allocation."""
    assert len(found(pushed, "hospital-c")) == 1
    others = {name: Allocated(NEO, "2024-07-01") for name in everybody(pushed, "hospital-c")}
    assert len(others) == len(found(pushed, "hospital-c", allocations=others)) == 3


def test_progress_counts_those_who_come_out_of_those_who_may(pushed: Store) -> None:
    seen: list[tuple[int, int]] = []
    found(pushed, "hospital-c", seen=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 1)]  # of the other two nothing is looked at
    seen.clear()
    nobody = {"0" * 32: Allocated(NEO, "2024-07-01")}  # whose record the store has to be searched for
    found(pushed, "hospital-c", allocations=nobody, seen=lambda done, total: seen.append((done, total)))
    assert (len(seen), seen[-1]) == (3, (1, 1))
    assert all(done <= total for done, total in seen)


def test_a_site_of_which_nothing_is_known_has_no_subject(pushed: Store) -> None:
    assert found(pushed, "hospital-a") == []


def test_one_without_an_event_is_censored_at_the_last_scan_of_the_abdomen(store: Store) -> None:
    case = FIXTURES / "hospital-b" / "followed-by-ct-and-mri-after-surgery"
    Hospital(store, "hospital-b").push((case / "bundle.json").read_bytes())
    (one,) = found(store, "hospital-b")
    free = one.endpoints.time("PFS")
    assert free is not None
    assert (*short(free), free.facts[0].source.reference) == ("censored", "alive", 274, "DiagnosticReport/b-521-bg-25")


@pytest.mark.parametrize(
    ("cause", "left"),
    [("withdrew-use", 0), ("withdrew-follow-up", 1)],
)
def test_whose_use_of_data_was_withdrawn_is_left_out_and_who_left_is_told_to_that_day(
    pushed: Store, cause: str, left: int
) -> None:
    with pushed.write() as connection:
        for key in patients.in_scope(connection, "hospital-c"):
            said = Event(cause, "2024-09-15", NOW, "office", "trial-office", "asked")
            stored.cause(connection, Whose("hospital-c", key, mappings().study.id), said)
    withheld: list[tuple[str, str]] = []
    told = found(pushed, "hospital-c", withheld=lambda *whose: withheld.append(whose))
    assert len(told) == left
    assert sorted(withheld) == ([] if left else [("hospital-c", ""), ("hospital-c", ""), ("hospital-c", NEO)])
    for one in told:
        free = one.endpoints.time("PFS")
        assert free is not None
        assert short(free)[0] == "censored"  # the progression came later
        assert one.endpoints.as_of == date(2024, 9, 15)


def test_whose_consent_became_inactive_and_says_no_day_is_listed_without_endpoints(store: Store) -> None:
    """The day of the signature was taken for that of the withdrawal, and the subject was in no list at all."""
    hospital, case = Hospital(store, "hospital-c"), CASES["hospital-c"] / "bundle.json"
    hospital.push(case.read_bytes())
    told = [entry["resource"] for entry in json.loads(case.read_bytes())["entry"]]
    consent = next(one for one in told if one["id"] == "c-191-consent-11")
    hospital.push(json.dumps({**consent, "status": "inactive", "meta": {"versionId": "2"}}).encode())
    (one,) = found(store, "hospital-c")
    assert (one.endpoints.sets, one.endpoints.until) == (("ENROLLED",), date(2024, 6, 12))
    assert {time.reason for time in one.endpoints.times} == {"withdrawal-undated"}
    assert max(fact.when or "" for fact in one.record.facts) <= "2024-06-12T24"
