"""Feeds, quarantine, outbox and tokens without a browser: what is told, what is done, and who may."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from natars_fhir.service.access import bearers
from natars_fhir.service.ingest.ingest import push
from natars_fhir.store import audit, outbox, quarantine
from natars_fhir.store.audit import Act
from natars_fhir.store.outbox import Attempt, Settled
from natars_fhir.store.quarantine import Unused, Wanted
from tests.service.hospital import KEY, NOW, Node, born_on_30_february, bundle, condition, patient
from tests.web.pages.people import Reception, Somebody

SITE = "hospital-b"


@pytest.fixture
def operator(here: Reception) -> Somebody:
    pushed(here, patient(), condition(), born_on_30_february())
    return here.browser(here.person("ops", "operator", site=""))


def pushed(here: Reception, *resources: Node, site: str = SITE) -> None:
    now = here.app.state.live.active
    raw = json.dumps(bundle("collection", *resources), ensure_ascii=False).encode()
    push(here.store, now.intake, now.readers[site]["R4"], raw, NOW - timedelta(minutes=5))


def acts(here: Reception, site: str = SITE) -> list[Act]:
    with here.store.read() as connection:
        return [*audit.acts(connection, site)]


def set_apart(here: Reception, raw: bytes) -> int:
    """A document that could be used today, set apart by an earlier program."""
    with here.store.of(SITE).write() as connection:
        quarantine.set_apart(connection, SITE, Unused("", raw, ()), NOW)
        return quarantine.listed(connection, Wanted(), SITE)[-1].number


def given_up(here: Reception) -> int:
    """A letter that the site's server refused."""
    with here.store.of(SITE).write() as connection:
        outbox.queue(connection, SITE, [("ResearchStudy", "ResearchStudy?identifier=x", b"{}")], NOW)
        (letter,) = outbox.due_letters(connection, SITE, NOW, 1)
        settled = [Settled(letter, Attempt(NOW, "422", ("business-rule",)), "dead")]
        outbox.write_down(connection, settled)
        outbox.settle(connection, settled)
        return letter.seq


def test_the_state_tells_the_last_push_the_rate_and_the_faults_with_their_places(
    here: Reception, operator: Somebody
) -> None:
    page = operator.get(f"/pages/feeds?site={SITE}").text
    assert "2024-06-15 11:55" in page
    assert "1 / 1 / 1" in page
    assert "Bundle.entry.resource.birthDate" in page
    part = operator.get(f"/pages/feeds/now?site={SITE}").text
    assert "<html" not in part
    assert "1 / 1 / 1" in part


def test_a_week_later_the_rate_is_nothing_and_the_last_push_stays(here: Reception, operator: Somebody) -> None:
    here.clock.later(days=8)
    browser = here.browser(here.person("ops3", "operator", site=""))
    page = browser.get(f"/pages/feeds?site={SITE}").text
    assert "2024-06-15 11:55" in page
    assert "1 / 1 / 1" not in page
    assert "0 / 0 / 0" in page


def test_what_is_of_use_now_is_tried_once_more_and_taken_in(here: Reception, operator: Somebody) -> None:
    number = set_apart(here, json.dumps(bundle("collection", patient("7"), condition("c7", of="Patient/7"))).encode())
    operator.get(f"/pages/feeds/quarantine/one?site={SITE}&number={number}")
    told = operator.follow(operator.send("/pages/feeds/quarantine/replay", {"site": SITE, "number": number}))
    assert "It is of use now" in told.text
    assert acts(here)[-1].act == "replay"


def test_what_is_no_better_stays_and_is_dismissed_with_a_reason(here: Reception, operator: Somebody) -> None:
    listed = operator.get(f"/pages/feeds/quarantine?site={SITE}").text
    number = re.search(r'aria-label="Document (\d+)"', listed)[1]  # type: ignore[index]
    told = operator.follow(operator.send("/pages/feeds/quarantine/replay", {"site": SITE, "number": number}))
    assert "It was tried and stays" in told.text
    assert "birthDate" in told.text
    assert operator.send("/pages/feeds/quarantine/dismiss", {"site": SITE, "number": number}).status_code == 422
    fields = {"site": SITE, "number": number, "reason": "a test patient <b>"}
    told = operator.follow(operator.send("/pages/feeds/quarantine/dismiss", fields))
    assert "ops, " in told.text
    assert "a test patient &lt;b&gt;" in told.text
    assert acts(here)[-1].act == "dismiss"


def test_all_that_wait_are_tried_in_one_go(here: Reception, operator: Somebody) -> None:
    set_apart(here, json.dumps(bundle("collection", patient("7"))).encode())
    operator.get(f"/pages/feeds/quarantine?site={SITE}")
    told = operator.follow(operator.send("/pages/feeds/quarantine/all", {"site": SITE}))
    assert "2 were tried, and 1 of them are of use now" in told.text


def test_what_was_given_up_is_explained_and_sent_again(here: Reception, operator: Somebody) -> None:
    number = given_up(here)
    page = operator.get(f"/pages/feeds/outbox?site={SITE}").text
    assert "1 given up" in page
    assert "rules or profiles refuse" in page
    assert "422 business-rule" in operator.get(f"/pages/feeds/outbox/one?site={SITE}&number={number}").text
    told = operator.follow(operator.send("/pages/feeds/outbox/replay", {"site": SITE, "number": number}))
    assert "1 wait again" in told.text
    assert (acts(here)[-1].act, dict(acts(here)[-1].counts)) == ("outbox replay", {"letters": 1})


def test_nothing_is_done_at_a_site_that_was_not_named(here: Reception, operator: Somebody) -> None:
    before = len(acts(here, "hospital-a"))
    operator.get("/pages/feeds/quarantine")
    for path in ("quarantine/all", "quarantine/replay", "quarantine/dismiss", "outbox/replay"):
        assert operator.send(f"/pages/feeds/{path}").status_code == 422
    assert len(acts(here, "hospital-a")) == before


def test_a_token_is_shown_once_rotated_and_revoked(here: Reception, operator: Somebody) -> None:
    operator.get("/pages/feeds/tokens")
    made = operator.send("/pages/feeds/tokens/add", {"site": SITE, "label": "engine", "role": "engine", "days": "30"})
    token = re.search(r'id="token">(natars_[^<]+)<', made.text)[1]  # type: ignore[index]
    who, state = bearers.found(here.store, token, NOW)
    assert (who and who.site, state) == (SITE, "good")
    listed = operator.get("/pages/feeds/tokens").text
    assert token not in listed
    ident = re.search(r'aria-label="Rotate (\w+)"', listed)[1]  # type: ignore[index]
    rotated = operator.send("/pages/feeds/tokens/rotate", {"token": ident, "overlap": "24"})
    assert "goes on for: a day" in rotated.text
    assert bearers.found(here.store, token, NOW)[1] == "good"
    operator.follow(operator.send("/pages/feeds/tokens/revoke", {"token": ident}))
    assert bearers.found(here.store, token, NOW)[1] == "revoked"
    assert operator.send("/pages/feeds/tokens/revoke", {"token": ident}).status_code == 409


NO_TOKENS = (
    {"site": "", "label": "x", "role": "engine"},
    {"site": SITE, "label": "x", "role": "trial-office"},
    {"site": SITE, "label": "", "role": "engine"},
    {"site": SITE, "label": "x"},
    {"site": "nowhere", "label": "x", "role": "engine"},
    {"site": SITE, "label": "x", "role": "engine", "scope": "everything"},
)


def test_a_token_that_cannot_be_is_not_made(operator: Somebody) -> None:
    operator.get("/pages/feeds/tokens")
    for fields in NO_TOKENS:
        response = operator.send("/pages/feeds/tokens/add", fields)
        assert response.status_code == 422
        assert "cannot be made" in response.text


def test_a_sites_operator_sees_and_touches_their_site_alone(here: Reception, operator: Somebody) -> None:
    one, token = bearers.add(here.store, KEY, bearers.Wanted(SITE, "b", ("engine",)), NOW)
    letter = given_up(here)
    with here.store.read() as connection:
        number = quarantine.listed(connection, Wanted(), SITE)[0].number
    other = here.browser(here.person("ops-a", "operator", site="hospital-a"))
    page = other.get("/pages/feeds").text
    assert SITE not in page
    assert one.id not in other.get("/pages/feeds/tokens").text
    for path in ("", "/now", "/quarantine", "/outbox"):
        assert other.get(f"/pages/feeds{path}?site={SITE}").status_code == 404
    for path, asked in (("quarantine", number), ("outbox", letter)):
        assert other.get(f"/pages/feeds/{path}/one?number={asked}").status_code == 404
        assert other.send(f"/pages/feeds/{path}/replay", {"number": asked}).status_code == 404
    assert other.send("/pages/feeds/tokens/revoke", {"token": one.id}).status_code == 404
    assert bearers.found(here.store, token, NOW)[1] == "good"


def test_people_of_the_ward_do_not_come_here(here: Reception) -> None:
    for role in ("coordinator", "investigator"):
        browser = here.browser(here.person(role, role))
        for path in ("", "/now", "/quarantine", "/quarantine/one", "/outbox", "/outbox/one", "/tokens"):
            assert browser.get(f"/pages/feeds{path}").status_code == 403
