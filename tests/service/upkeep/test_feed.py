"""How a feed does: rate, failures by place, what stays away; and a second chance for what was given up."""

from __future__ import annotations

from datetime import timedelta

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.schema import Expects
from natars_fhir.service.deliver.resending import resend
from natars_fhir.service.upkeep.feed import Rate, feed
from natars_fhir.store import audit, letters, outbox, quarantine
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.outbox import Attempt, Settled
from natars_fhir.store.quarantine import Unused
from tests.service.hospital import KEY, NOW, Hospital, mappings, patient

SITE = "hospital-b"
HERE = mappings().sites[SITE]


def came(store: Store, hours: float, status: int = 200, **counts: int) -> None:
    told = {name.replace("_", " "): number for name, number in counts.items()}
    with store.of(SITE).write() as connection:
        audit.write(connection, KEY, Act(SITE, NOW - timedelta(hours=hours), "push", "h", status, told))


def test_rates_are_of_an_hour_a_day_and_a_week(store: Store) -> None:
    came(store, 24 * 8, created=100)
    came(store, 30, created=5, let_go=1)
    came(store, 2, 422, refused=1)
    came(store, 0.5, created=2, unchanged=3, screened=9)
    found = feed(store, HERE, NOW)
    assert (found.hour, found.day) == (Rate(1, 0, 5), Rate(2, 1, 6))
    assert (found.week.pushes, found.week.refused) == (3, 1)


def test_the_last_push_stays_however_long_ago_it_was(store: Store) -> None:
    assert feed(store, HERE, NOW).last is None
    came(store, 24 * 90, created=1)
    found = feed(store, HERE, NOW)
    assert (found.last, found.week) == (NOW - timedelta(days=90), Rate(0, 0, 0))


def test_failures_are_counted_by_kind_and_place_whatever_the_entry_was(store: Store) -> None:
    with store.of(SITE).write() as connection:
        for number in range(3):
            issue = Issue("error", "value", f"Bundle.entry[{number}].resource.birthDate", "no date")
            hint = Issue("information", "informational", "", "x")
            quarantine.set_apart(connection, SITE, Unused("", f"{number}".encode(), (issue, hint)), NOW)
        quarantine.dismiss(
            connection, quarantine.listed(connection, quarantine.Wanted(), SITE)[0].number, "a", "b", NOW
        )
    found = feed(store, HERE, NOW)
    assert [(one.code, one.place, one.count) for one in found.failures] == [
        ("value", "Bundle.entry.resource.birthDate", 2)
    ]
    assert (found.apart["waiting"], found.apart["dismissed"]) == (2, 1)


def test_what_the_file_expects_and_stays_away_is_quiet(store: Store) -> None:
    Hospital(store, SITE).push(patient())
    site = HERE.model_copy(update={"expects": Expects(types=("Patient", "Observation"), days=3)})
    assert feed(store, site, NOW).quiet == []
    later = feed(store, site, NOW + timedelta(days=4)).quiet
    assert [(one.kind, one.state) for one in later] == [("Patient", "overdue"), ("Observation", "never")]


def test_what_was_given_up_waits_again_and_another_sites_letters_stay(store: Store) -> None:
    for site in (SITE, "hospital-a"):
        with store.of(site).write() as connection:
            outbox.queue(connection, site, [("ResearchStudy", "ResearchStudy?x", b"{}")], NOW)
            settled = [
                Settled(one, Attempt(NOW, "422"), "dead") for one in outbox.due_letters(connection, site, NOW, 1)
            ]
            outbox.settle(connection, settled)
    assert resend(store, KEY, SITE, [], NOW) == 1
    with store.read() as connection:
        assert letters.left(connection, [SITE, "hospital-a"]) == {(SITE, "waiting"): 1, ("hospital-a", "dead"): 1}
