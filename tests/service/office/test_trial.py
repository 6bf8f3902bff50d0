"""The numbers of the office's pages are those of the commands, of all sites and of one."""

from __future__ import annotations

from natars_fhir.cli.endpoints import whole as told
from natars_fhir.domain.life import Event
from natars_fhir.emit.log_object import missing_object
from natars_fhir.export.agenda import agenda, by_site
from natars_fhir.export.summary import differences, survival
from natars_fhir.service.export.endpoints import subjects
from natars_fhir.service.freeze.cut import end_of
from natars_fhir.service.office.trial import Trial, trial
from natars_fhir.service.worklist.log import log_of, missing_of
from natars_fhir.store import subjects as stored
from natars_fhir.store.engine import Store
from natars_fhir.store.subjects import Whose
from tests.domain.endpoints.course import NEO, SURGERY_ONLY
from tests.extras import needed
from tests.service.freeze.frozen import AS_OF, fill
from tests.service.hospital import NOW, intake, mappings

needed("statistics", "lifelines")


def test_endpoints_are_what_the_command_tells(two: Store, whole: Trial) -> None:
    found = [*subjects(two, intake(), mappings().sites.values(), AS_OF)]
    curves = survival(found, intake().study.conventions.landmarks)
    said = told(found, curves, differences(found))
    shown = [(one.parameter, one.arm, one.curve.subjects, one.curve.events) for one in whole.survival]
    assert shown == [(s["parameter"], s["arm"], s["subjects"], s["events"]) for s in said["survival"]]
    assert {one.subject for one in whole.subjects} == {one["subject"] for one in said["subjects"]}
    assert [one._asdict() for one in whole.never] == said["neverOperated"]
    assert whole.visits == tuple(agenda(found, AS_OF))
    assert whole.visits_by_site == tuple(by_site(whole.visits))


def test_the_log_and_what_is_missing_are_what_the_commands_tell(two: Store, whole: Trial) -> None:
    sites, study = sorted(mappings().sites), intake().study
    logs = [log_of(two, study, site, end_of(AS_OF)).consort for site in sites]
    flow = whole.flow
    assert (flow.known, flow.in_scope) == (sum(one.looked_at for one in logs), sum(one.in_scope for one in logs))
    assert (flow.allocated, flow.planned) == (2, 102)
    assert [(one.arm, one.operated) for one in flow.arms] == [(NEO, 1), (SURGERY_ONLY, 1)]
    for site in sites:
        rows = [missing_object(one) for one in missing_of(two, study, site, end_of(AS_OF))]
        shown = [(one.criterion, one.reason, one.patients) for one in whole.lacks if one.site == site]
        assert shown == [(row["criterion"], row["reason"], row["count"]) for row in rows]


def test_of_one_site_only_its_part_is_told(two: Store) -> None:
    one = trial(two, intake(), [mappings().sites["hospital-b"]], AS_OF)
    assert one.sites == ("hospital-b",)
    assert {row.site for row in (*one.subjects, *one.enrolment, *one.visits, *one.lacks)} <= {"hospital-b"}
    assert [(row.site, row.allocated) for row in one.enrolment] == [("hospital-b", 1)]


def test_it_is_told_how_far_the_work_is(two: Store) -> None:
    seen: list[tuple[int, int]] = []
    trial(two, intake(), [*mappings().sites.values()], AS_OF, lambda done, every: seen.append((done, every)))
    assert seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]
    assert len(seen) > 1


def test_who_withdrew_the_use_of_the_data_is_counted_and_never_named(sqlite: Store) -> None:
    fill(sqlite)
    sites = [*mappings().sites.values()]
    before = trial(sqlite, intake(), sites, AS_OF)
    (name,) = [one.subject for one in before.subjects if one.site == "hospital-c"]
    with sqlite.of("hospital-c").write() as connection:
        said = Event("withdrew-use", "2025-05-01", NOW, "office", "trial-office", "asked")
        stored.cause(connection, Whose("hospital-c", "Patient/c-191", "natars"), said)
    after = trial(sqlite, intake(), sites, AS_OF)
    assert after.withheld == (("hospital-c", NEO, 1),)
    assert name not in repr(after)
    assert [(one.arm, one.withheld) for one in after.flow.arms] == [(NEO, 1), (SURGERY_ONLY, 0)]
