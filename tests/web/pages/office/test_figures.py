"""The pages of figures: who sees them, of which site, with which numbers; what is being made is said."""

from __future__ import annotations

import csv
import io
import json
import re
from threading import Event
from typing import Any

import pytest

from natars_fhir.service.office import trial as made_by
from natars_fhir.service.upkeep.audit import told
from natars_fhir.web.pages.office import room
from natars_fhir.web.pages.office.room import SECTIONS
from tests.web.pages.office.conftest import Desk, made

FIGURES = [entry.path for entry in SECTIONS.values() if entry.may == "figures"]
EVERY = pytest.mark.parametrize("path", FIGURES)


def subjects(text: str) -> set[str]:
    return set(re.findall(r"\b[0-9a-f]{32}\b", re.sub(r'name="csrf" content="\w+"|name="csrf" value="\w+"', "", text)))


@EVERY
def test_the_office_sees_all_sites_and_a_coordinator_their_own(office: Desk, path: str) -> None:
    whole, own = office.get(f"/pages{path}"), office.get(f"/pages{path}", "b")
    assert (whole.status_code, own.status_code) == (200, 200)
    assert "hospital-c" not in own.text
    assert 'id="site"' not in own.text
    assert subjects(own.text) <= subjects(whole.text)


@EVERY
def test_another_site_than_ones_own_or_than_there_is_is_not_found(office: Desk, path: str) -> None:
    assert office.browser("b").get(f"/pages{path}?site=hospital-c").status_code == 404
    assert office.browser().get(f"/pages{path}?site=nowhere").status_code == 404
    assert office.get(f"/pages{path}?site=hospital-c").status_code == 200


@EVERY
def test_an_operator_sees_no_figure(office: Desk, path: str) -> None:
    assert office.get(f"/pages{path}", "operator").status_code == 403


def test_the_list_of_visits_is_what_the_command_lists(office: Desk) -> None:
    text = office.get("/pages/trial/visits?all=1").text
    (count,) = re.findall(r"Visits: (\d+)", text)
    rows = [*csv.DictReader(io.StringIO(office.get("/pages/trial/figure/visits.csv").content.decode("utf-8-sig")))]
    assert int(count) == sum(int(row[name]) for row in rows for name in ("overdue", "due", "done", "missed", "planned"))


def test_every_chart_has_its_table_and_its_downloads(office: Desk) -> None:
    text = office.get("/pages/trial").text
    for name in ("enrolment", "first-bars"):
        (option,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text)
        numbers: dict[str, Any] = json.loads(option)
        shown = [value for series in numbers["series"] for value in series["data"] if series["type"] == "bar"]
        assert all(f'<td class="number">{value}</td>' in text for value in shown)
    for form in ("svg", "png", "csv"):
        assert f"/pages/trial/figure/enrolment.{form}?language=en" in text
        assert f"/pages/trial/figure/consort.{form}?language=en" in text


def test_curves_come_with_numbers_at_risk_and_the_caution(office: Desk) -> None:
    text = office.get("/pages/trial/endpoints").text
    assert "The arms are not randomised" in text
    assert text.count("Numbers at risk, by months") == 4


def test_a_look_is_in_the_audit_of_its_site_and_names_nobody(office: Desk) -> None:
    browser = office.browser("b")
    before = [act for _, act in told(office.reception.store, ["hospital-b"])]
    made(browser, "/pages/trial/subjects")
    after = [act for _, act in told(office.reception.store, ["hospital-b"])][len(before) :]
    assert {act.act for act in after} == {"figures"}
    assert {act.about for act in after} == {""}
    assert after[0].by == f"account {office.people['b'].id}"


def test_figures_that_are_not_there_yet_are_said_to_be_made_and_the_older_ones_shown_meanwhile(
    office: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, browser = Event(), office.browser()
    real = made_by.trial

    def slow(*given: Any) -> Any:
        given[-1](1, 4)
        assert go.wait(20)
        return real(*given)

    made(browser, "/pages/trial")
    monkeypatch.setattr(room, "trial", slow)
    office.reception.clock.later(days=1)
    browser = office.browser()
    first = browser.get("/pages/trial?site=generic")
    assert "The figures are being made" in first.text
    assert "Enrolment by month and site" not in first.text
    part = browser.get("/pages/trial/making?site=generic", hx_request="true")
    assert "hx-trigger" in part.text
    assert "1 of 4 patients" in part.text
    picture = browser.get("/pages/trial/figure/enrolment.svg?site=generic")
    assert picture.status_code == 503
    older = browser.get("/pages/trial")
    assert "Since then something changed." in older.text
    assert "Enrolment by month and site" in older.text
    go.set()
    assert "Enrolment by month and site" in made(browser, "/pages/trial?site=generic").text
    assert browser.get("/pages/trial/making?site=generic", hx_request="true").headers["hx-refresh"] == "true"
    made(browser, "/pages/trial")


@pytest.mark.parametrize("asked", ["0", "-1", "999999", "x", "１", ""])
def test_a_page_of_a_list_that_there_is_not_is_the_nearest_one(office: Desk, asked: str) -> None:
    assert office.get(f"/pages/trial/subjects?page={asked}").status_code == 200


@pytest.mark.parametrize("path", ["", "/endpoints", "/events", "/subjects", "/exports"])
def test_arms_are_called_by_their_chinese_names_on_chinese_pages(office: Desk, path: str) -> None:
    page = office.get(f"/pages/trial{path}", accept_language="zh").text
    assert "The Neoadjuvant Therapy Group" not in page
    assert "The Surgery only Group" not in page
    assert "新辅助治疗组" in page or path == "/events"
