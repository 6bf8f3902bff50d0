"""The office starts a freeze on a page, sees how far it is, verifies it, and fetches its files; nobody else does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from natars_fhir.service.freeze import write
from natars_fhir.service.upkeep.audit import told
from tests.service.freeze.frozen import QUICK
from tests.web.pages.office.conftest import Desk, made

AT = "/pages/trial/freezes"


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "PARTS", {"counts": QUICK["counts"]})
        yield


@pytest.fixture(scope="module")
def name(office: Desk) -> str:
    """A freeze that was started on the page."""
    browser = office.browser()
    assert "There is none yet." in browser.get(AT).text
    assert browser.follow(browser.send(f"{AT}/begin", {"day": "2025-06-01"})).status_code == 200
    text = made(browser, AT).text
    assert "The freeze is made." in text
    (found,) = set(re.findall(r"freezes/one\?name=([\w-]+)", text))
    assert browser.get(f"{AT}/progress", hx_request="true").headers["hx-refresh"] == "true"
    return found


def test_its_page_tells_of_every_file_and_verifies_them(office: Desk, name: str) -> None:
    browser = office.browser()
    page = browser.get(f"{AT}/one?name={name}")
    assert "counts.csv" in page.text
    assert "All 1 files are as they were written." in browser.send(f"{AT}/verify", {"name": name}).text
    acts = [act.act for _, act in told(office.reception.store, [""])]
    assert {"freeze", "freeze verified"} <= {*acts}


def test_a_file_of_it_is_fetched_and_that_is_in_the_audit(office: Desk, name: str) -> None:
    response = office.get(f"{AT}/file/{name}/counts.csv")
    assert response.content.startswith(b"\xef\xbb\xbfsite,arm,concept")
    assert response.headers["content-disposition"] == 'attachment; filename="counts.csv"'
    *_, (_, last) = told(office.reception.store, [""])
    assert (last.act, last.by) == ("freeze file", f"account {office.people['office'].id}")


@pytest.mark.parametrize("path", ["manifest.json", "..%2F..%2Fstore.sqlite", "nothing.csv"])
def test_no_other_file_is(office: Desk, name: str, path: str) -> None:
    assert office.get(f"{AT}/file/{name}/{path}").status_code == 404
    assert office.get(f"{AT}/one?name=nothing").status_code == 404


def test_the_same_one_again_is_told(office: Desk, name: str) -> None:
    browser = office.browser()
    browser.get(AT)
    browser.send(f"{AT}/begin", {"day": "2025-06-01"})
    assert "the same one is there already" in made(browser, AT).text
    assert name in browser.get(AT).text


@pytest.mark.parametrize("day", ["", "x", "2030-01-01"])
def test_a_day_that_is_none_or_still_to_come_is_refused(office: Desk, day: str) -> None:
    browser = office.browser()
    browser.get(AT)
    response = browser.send(f"{AT}/begin", {"day": day})
    assert response.status_code == 422
    assert "not a date, or is still to come" in response.text


@pytest.mark.parametrize("path", ["", "/progress", "/one?name=x", "/file/x/y"])
def test_a_sites_people_see_none_of_it(office: Desk, path: str) -> None:
    assert office.get(AT + path, "b").status_code == 403
