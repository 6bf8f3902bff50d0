"""A subject's page: the derivation line by line, its table, and the arm that the office records; never a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from natars_fhir.domain.study import Officer
from natars_fhir.mapping.files import Mappings
from natars_fhir.service.upkeep.audit import told
from natars_fhir.store import accounts
from tests.pages.house import OFFICER, with_office
from tests.service.spoken import HospitalA, push_case
from tests.service.subjects import SITE, only, sign
from tests.web.pages.office.conftest import Desk
from tests.web.pages.people import Reception

AT = "/pages/trial/subject"
#: Somebody of the trial office.
NAMED = "办公室丁"


@pytest.fixture(scope="module")
def names(office: Desk) -> dict[str, str]:
    """Site → the subject there."""
    text = office.get("/pages/trial/subjects").text
    return {site: name for name, site in re.findall(r"of=(\w{32})\"[^\n]*?<td>(hospital-\w)</td>", text)}


def test_each_value_is_shown_with_its_lines_and_no_hospitals_name_for_anything(
    office: Desk, names: dict[str, str]
) -> None:
    text = office.get(f"{AT}?of={names['hospital-c']}").text
    assert "PFS: event, 184 days (progression)" in text
    assert "Counted from the index surgery, day 0" in text
    assert "c-191" not in text
    assert "Procedure/" not in text
    assert "无进展" not in text
    assert "事件，184 天" in office.get(f"{AT}?of={names['hospital-c']}", accept_language="zh").text.replace(", ", "，")


def test_the_derivation_is_a_table(office: Desk, names: dict[str, str]) -> None:
    response = office.get(f"{AT}/derivation.csv?of={names['hospital-c']}")
    assert response.headers["content-type"].startswith("text/csv")
    assert ",PFS,event,progression,184," in response.text


def test_a_sites_people_see_their_own_subjects_alone(office: Desk, names: dict[str, str]) -> None:
    assert office.get(f"{AT}?of={names['hospital-b']}", "b").status_code == 200
    assert office.get(f"{AT}?of={names['hospital-c']}", "b").status_code == 404
    assert office.get(f"{AT}/derivation.csv?of={names['hospital-c']}", "b").status_code == 404
    assert office.get(f"{AT}?of={'0' * 32}").status_code == 404
    assert office.get(AT).status_code == 303


def test_a_view_is_in_the_audit_by_pseudonym(office: Desk, names: dict[str, str]) -> None:
    office.get(f"{AT}?of={names['hospital-b']}")
    *_, (_, last) = told(office.reception.store, ["hospital-b"])
    assert (last.act, last.about, last.by) == ("view", names["hospital-b"], f"account {office.people['office'].id}")
    assert last.person


#: What is refused when an arm is recorded, and the line that says why.
REFUSED_IN_CHINESE = (
    ({"day": "2024-06-16"}, "日期在今天之后。"),
    ({"arm": "none"}, "仅分组须注明组别，且须为本试验的组别：neoadjuvant, surgery-only。"),
)


def _with_two(*named: Any) -> Mappings:
    """A name that a login can have, too."""
    found = with_office(*named)
    return replace(found, study=replace(found.study, office=(*found.study.office, Officer(NAMED))))


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[tuple[Reception, str]]:
    """A subject whom an investigator signed for."""
    with patch("natars_fhir.web.app.load", _with_two):
        reception = Reception(tmp_path)
    push_case(HospitalA(reception.store))
    sign(reception.store)
    yield reception, only(reception.store).pseudonym
    reception.store.close()


def test_the_office_records_the_arm_once_and_by_its_own_people(signed: tuple[Reception, str]) -> None:
    reception, name = signed
    stranger = reception.browser(reception.person("stranger", "trial-office", site=""))
    fields = {"of": name, "arm": "neoadjuvant", "day": "2024-06-15"}
    assert "Record the arm" in stranger.get(f"{AT}?of={name}").text
    refused = stranger.send(f"{AT}/arm", fields)
    assert refused.status_code == 403
    assert "does not name you as a person of the trial office" in refused.text
    officer = reception.person("officer", "trial-office", site="")
    with reception.store.write(()) as connection:
        accounts.change(connection, officer.id, person=OFFICER)
    browser = reception.browser(reception.again(officer))
    browser.get(f"{AT}?of={name}")
    for wrong, said in REFUSED_IN_CHINESE:
        text = browser.send(f"{AT}/arm", {**fields, **wrong}, accept_language="zh").text
        assert said in text
        assert re.search(r'<p class="quiet-text">[^<]*[a-z]{4}', text.replace("neoadjuvant, surgery-only", "")) is None
    for wrong, status in ({"day": "x"}, 422), ({"day": "2024-06-16"}, 422), ({"arm": "none"}, 422), ({"of": "0"}, 404):
        assert browser.send(f"{AT}/arm", {**fields, **wrong}).status_code == status
    kept = browser.send(f"{AT}/arm", fields)
    assert kept.status_code == 200
    assert "The arm is kept, and the site is told." in kept.text
    assert "The Neoadjuvant Therapy Group" in kept.text
    inside = browser.get(f"{AT}?of={name}", accept_language="zh").text
    assert ("新辅助治疗组" in inside, "The Neoadjuvant Therapy Group" in inside) == (True, False)
    again = browser.send(f"{AT}/arm", fields)
    assert again.status_code == 409
    assert "has an arm already" in again.text


def test_a_login_that_is_called_like_somebody_records_no_arm(signed: tuple[Reception, str]) -> None:
    reception, name = signed
    browser = reception.browser(reception.person(NAMED, "trial-office", site=""))
    browser.get(f"{AT}?of={name}")
    refused = browser.send(f"{AT}/arm", {"of": name, "arm": "neoadjuvant", "day": "2024-06-15"})
    assert refused.status_code == 403
    assert "does not name you as a person of the trial office" in refused.text
    assert not only(reception.store).way.allocated


def test_a_sites_people_record_no_arm_here(signed: tuple[Reception, str]) -> None:
    reception, name = signed
    browser = reception.browser(reception.person("zhang", "investigator", site=SITE))
    assert "Record the arm" not in browser.get(f"{AT}?of={name}").text
    assert browser.send(f"{AT}/arm", {"of": name, "arm": "neoadjuvant", "day": "2024-06-15"}).status_code == 403
