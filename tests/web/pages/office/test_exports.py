"""The office asks for an export on a page, sees how far it is, fetches its files, and takes it away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from natars_fhir.service.export.bulk_export import home
from natars_fhir.service.export.bulk_export_work import Workshop, work_once
from tests.service.hospital import KEY, intake, mappings
from tests.web.pages.office.conftest import Desk

AT = "/pages/trial/exports"


def work(office: Desk) -> None:
    """What a round does."""
    here = office.reception
    folder = home(here.settings.export_folder, KEY)
    shop = Workshop(here.store, intake(), mappings().sites, folder, timedelta(hours=1))
    assert work_once(shop, here.clock, lambda: False)


def test_one_is_asked_for_watched_fetched_and_taken_away(office: Desk) -> None:
    browser = office.browser()
    assert "There is none yet." in browser.get(AT).text
    assert "is being made" not in browser.follow(browser.send(f"{AT}/begin", {"of": "hospital-c", "arm": ""})).text
    assert "Exports under way: 1." in browser.get(f"{AT}/progress", hx_request="true").text
    work(office)
    assert browser.get(f"{AT}/progress", hx_request="true").headers["hx-refresh"] == "true"
    text = browser.get(AT).text
    paths = re.findall(r'href="(/pages/trial/exports/file/[^"]+)"', text)
    (patients,) = [path for path in paths if "Patient" in path]
    lines = browser.get(patients).content.splitlines()
    assert len(lines) == 1
    assert b"c-191" not in lines[0]
    assert office.browser("stranger").get(patients).status_code == 404
    (ident,) = set(re.findall(r'name="export" value="(\w+)"', text))
    browser.get(AT)
    browser.send(f"{AT}/remove", {"export": ident})
    assert "There is none yet." in browser.get(AT).text
    assert browser.get(patients).status_code == 404


def test_more_than_may_be_under_way_are_refused(office: Desk) -> None:
    browser = office.browser("stranger")
    browser.get(AT)
    for _ in range(office.reception.settings.export_jobs):
        assert browser.send(f"{AT}/begin", {"of": "", "arm": ""}).status_code == 303
    refused = browser.send(f"{AT}/begin", {"of": "", "arm": ""})
    assert refused.status_code == 429
    assert "under way already" in refused.text


@pytest.mark.parametrize("asked", [{"of": "nowhere"}, {"arm": "none"}])
def test_a_site_or_an_arm_that_there_is_not_is_refused(office: Desk, asked: dict[str, str]) -> None:
    browser = office.browser()
    browser.get(AT)
    assert browser.send(f"{AT}/begin", asked).status_code == 422


def test_a_sites_people_see_none_of_it(office: Desk) -> None:
    assert office.get(AT, "b").status_code == 403
