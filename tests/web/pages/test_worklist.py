"""The worklist over HTTP: what the address may ask for, what it never holds, and whom it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.service.screening.due import work_off
from natars_fhir.service.worklist.worklist_page import MOST
from natars_fhir.store import audit, due
from natars_fhir.web.pages.worklist import SINCE, WAITS, Filters, filters
from tests.service.hospital import NOW, intake, mappings
from tests.web.pages.wards import Ward, lms, ward

CRITERIA = ["I-09", "E-04"]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """One ward for all that only looks: a page and a half of patients."""
    made = ward(tmp_path_factory.mktemp("ward"))
    for number in range(MOST + 5):
        made.hospital.push(lms(f"p{number}", f"Z9{number:04}"))
    yield made
    made.reception.store.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Filters()),
        ({"place": "candidate", "bars": "I-09", "lacks": "E-04", "waits": "sign", "since": "7"},
         Filters("candidate", "I-09", "E-04", "sign", "7")),
        ({"place": "left", "bars": "I-99", "lacks": "' or 1=1", "waits": "x", "since": "8"}, Filters()),
        ({"sort": "number"}, Filters(sort="number", down=False)),
        ({"sort": "hash; drop table", "down": "0"}, Filters(down=False)),
        ({"page": "3"}, Filters(page=3)),
        ({"page": "-1"}, Filters()),
        ({"page": "٣"}, Filters()),
        ({"page": "9" * 30}, Filters()),
    ],
)  # fmt: skip
def test_an_address_asks_for_what_there_is_and_for_nothing_else(query: dict[str, str], expected: Filters) -> None:
    assert filters(query, CRITERIA) == expected


def test_what_an_address_asks_for_is_told_by_an_address_again() -> None:
    asked = Filters("candidate", "I-09", "", "sign", "7", "number", down=False)
    assert filters({**asked.told, **asked.order}, CRITERIA) == asked


def test_the_list_is_paged_and_sorting_keeps_the_filters(here: Ward) -> None:
    browser = here.worker("coordinator")
    first = browser.get("/pages/worklist?place=undetermined&sort=number")
    assert first.status_code == 200
    assert re.findall(r"Z9\d{4}", first.text)[:2] == ["Z90000", "Z90001"]
    assert len(re.findall(r'<th scope="row">', first.text)) == MOST
    assert f"Patients found: {MOST + 5}. Page 1 of 2." in first.text
    (address,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = browser.get(address.replace("&amp;", "&"))
    assert re.findall(r"Z9\d{4}", second.text) == [f"Z9{number:04}" for number in range(MOST, MOST + 5)]
    for heading in re.findall(r'aria-sort="\w+"><a href="([^"]+)"', first.text):
        assert "place=undetermined" in heading


@pytest.mark.parametrize("query", ["", "?since=1", "?waits=state", "?lacks=I-15", "?sort=came&down=0", "?bars=I-09"])
def test_every_filter_answers(here: Ward, query: str) -> None:
    assert here.worker("coordinator").get(f"/pages/worklist{query}").status_code == 200


def test_a_number_goes_neither_into_an_address_nor_into_the_log(here: Ward, capfd: pytest.CaptureFixture[str]) -> None:
    browser = here.worker("investigator")
    browser.get("/pages/worklist")
    found = browser.send("/pages/worklist/find", {"number": "Z90003"})
    assert found.status_code == 303
    assert re.fullmatch(r"/pages/patient/[0-9a-f]{32}", found.headers["location"])
    shown = browser.follow(found)
    assert "Z90003" in shown.text
    assert "Z90003" not in "".join(capfd.readouterr())
    assert browser.get("/pages/worklist/find?number=Z90003").status_code == 405


@pytest.mark.parametrize(("number", "rows"), [("Z9000", 10), ("nobody", 0), ("%", 0), ("' or ''='", 0), (" ", 0)])
def test_several_or_none_of_a_number_are_told(here: Ward, number: str, rows: int) -> None:
    browser = here.worker("coordinator")
    browser.get("/pages/worklist")
    found = browser.send("/pages/worklist/find", {"number": number})
    assert found.status_code == 200
    assert len(re.findall(r'<th scope="row">', found.text)) == rows


def test_a_look_at_the_list_is_in_the_audit_with_how_many_were_seen(here: Ward) -> None:
    here.worker("coordinator").get("/pages/worklist?sort=number")
    with here.reception.store.read() as connection:
        acts = [act for _, act in audit.numbered(connection, "hospital-a") if act.act == "look"]
    assert acts[-1].counts == {"patients": MOST}
    assert acts[-1].about == ""


def test_another_site_sees_none_of_them(here: Ward) -> None:
    browser = here.worker("coordinator", "", site="hospital-b")
    told = browser.get("/pages/worklist")
    assert "Z9" not in told.text
    assert "No patient is found." in told.text
    found = browser.send("/pages/worklist/find", {"number": "Z90003"})
    assert "No patient in scope" in found.text
    assert browser.get(here.address()).status_code == 404


def test_every_choice_has_a_name_in_chinese(here: Ward) -> None:
    told = here.worker("coordinator").get("/pages/worklist", accept_language="zh-CN").text
    assert all(text not in told for text in [*WAITS.values(), *SINCE.values()])
    assert "待定" in told


def test_data_that_no_screening_has_taken_up_is_told_until_one_has(tmp_path: Path) -> None:
    made = ward(tmp_path)
    made.hospital.push(lms("p1", "Z90001"))
    browser, store = made.worker("coordinator"), made.reception.store
    with store.write() as connection:
        due.mark(connection, "hospital-a", {"Patient/p1": [1]}, NOW)
    assert "still to be screened: 1." in browser.get("/pages/worklist").text
    work_off(store, intake(), mappings().sites["hospital-a"], lambda: NOW)
    assert "still to be screened" not in browser.get("/pages/worklist").text
    store.close()
