"""Operators make and end accounts, of their site or of all; the trial office sees them; nobody reaches beyond."""

from __future__ import annotations

import re

import pytest

from natars_fhir.service.access import accounts
from natars_fhir.service.access.accounts import Wanted
from natars_fhir.store import accounts as kept
from natars_fhir.store.accounts import Account
from tests.service.hospital import KEY
from tests.web.pages.people import PASSWORD, Reception


@pytest.fixture
def ops(here: Reception) -> Account:
    return here.person("ops", "operator", site="")


def named(here: Reception, name: str) -> Account:
    with here.store.read() as connection:
        found = kept.by_name(connection, name)
    assert found is not None
    return found


def shown_once(text: str) -> str:
    found = re.search(r'id="password">([a-z0-9-]+)<', text)
    assert found is not None
    return found[1]


def test_an_account_is_made_and_its_password_shown_once_and_good(here: Reception, ops: Account) -> None:
    browser = here.browser(ops)
    assert "Accounts: 1" in browser.get("/pages/people").text
    said = {"name": " Li.Na ", "role": ["investigator", "coordinator"], "site": "hospital-b", "person": "S-001"}
    response = browser.send("/pages/people/add", said)
    password = shown_once(response.text)
    one = named(here, "li.na")
    assert (one.site, one.roles, one.person) == ("hospital-b", ("coordinator", "investigator"), "S-001")
    assert password not in browser.get("/pages/people").text
    new = here.browser()
    new.get("/pages/login")
    response = new.send("/pages/login", {"name": "li.na", "password": password})
    assert new.follow(response).text.count("Set up the second factor") >= 1


@pytest.mark.parametrize(
    "said",
    [
        {"name": "x", "role": ["coordinator"], "site": ""},
        {"name": "x", "role": ["trial-office"], "site": "hospital-a"},
        {"name": "x", "role": ["coordinator"], "site": "nowhere"},
        {"name": "x", "role": ["engine"], "site": "hospital-a"},
        {"name": "x", "site": "hospital-a"},
        {"name": "", "role": ["operator"], "site": ""},
        {"name": "OPS", "role": ["operator"], "site": ""},
        {"name": "a\u202eb", "role": ["operator"], "site": ""},
        {"name": "x" * 101, "role": ["operator"], "site": ""},
    ],
)
def test_an_account_that_cannot_be_is_refused_and_what_was_typed_stays(
    here: Reception, ops: Account, said: dict[str, object]
) -> None:
    browser = here.browser(ops)
    browser.get("/pages/people")
    response = browser.send("/pages/people/add", {**said, "person": "S-<1>"})
    assert response.status_code == 422
    assert "The account cannot be made" in response.text
    assert 'value="S-&lt;1&gt;"' in response.text
    assert "Accounts: 1" in browser.get("/pages/people").text


def test_an_account_is_disabled_and_enabled_again(here: Reception, ops: Account) -> None:
    one = here.person("li")
    theirs, browser = here.browser(one), here.browser(ops)
    browser.get("/pages/people")
    assert "li is disabled" in browser.send("/pages/people/disable", {"account": one.id}).text
    assert theirs.get("/pages/home").status_code == 303
    assert "li can log in again" in browser.send("/pages/people/change", {"account": one.id, "act": "enable"}).text
    assert here.again(one).disabled is None


def test_whoever_mistyped_too_often_is_unlocked(here: Reception, ops: Account) -> None:
    one = here.person("li")
    guess = here.browser()
    for _ in range(6):
        guess.get("/pages/login")
        guess.send("/pages/login", {"name": "li", "password": "wrong"})
    browser = here.browser(ops)
    assert "waits after too many attempts" in browser.get("/pages/people").text
    browser.send("/pages/people/change", {"account": one.id, "act": "unlock"})
    assert here.again(one).state(here.clock()) == "good"


@pytest.mark.parametrize("second", [True, False])
def test_a_password_is_reset_with_or_without_the_second_factor(here: Reception, ops: Account, second: bool) -> None:
    one = here.person("li")
    browser = here.browser(ops)
    browser.get("/pages/people")
    said = {"account": one.id, **({"second": "1"} if second else {})}
    password = shown_once(browser.send("/pages/people/reset", said).text)
    assert password != PASSWORD
    assert (here.again(one).enrolled is None) == second
    assert here.again(one).fresh


def test_whom_a_hospitals_login_lets_in_gets_no_password(here: Reception, ops: Account) -> None:
    wanted = Wanted("wu", ("coordinator",), "hospital-a", "", "https://login.hospital-a.example", "a-7")
    one, _ = accounts.add(here.store, KEY, wanted, here.clock())
    browser = here.browser(ops)
    assert "Reset the password of" not in browser.get("/pages/people").text
    refused = browser.send("/pages/people/reset", {"account": one.id, "second": "1"})
    assert refused.status_code == 404
    assert here.again(one) == one
    assert browser.send("/pages/people/disable", {"account": one.id}).status_code == 200


def test_the_trial_office_sees_everybody_may_disable_and_does_nothing_else(here: Reception) -> None:
    one = here.person("li")
    browser = here.browser(here.person("office", "trial-office", site=""))
    page = browser.get("/pages/people").text
    assert "li" in page
    assert "A new account" not in page
    assert "Reset the password" not in page
    for path in ("add", "reset", "change"):
        assert browser.send(f"/pages/people/{path}", {"account": one.id, "act": "enable"}).status_code == 403
    assert browser.send("/pages/people/disable", {"account": one.id}).status_code == 200
    assert here.again(one).disabled is not None


def test_an_operator_of_a_site_has_its_people_alone(here: Reception) -> None:
    mine, other = here.person("mine"), here.person("other", site="hospital-b")
    browser = here.browser(here.person("ops-a", "operator", site="hospital-a"))
    page = browser.get("/pages/people").text
    assert "mine" in page
    assert "other" not in page.replace("another", "")
    assert "Trial office" not in page
    for path in ("disable", "reset"):
        assert browser.send(f"/pages/people/{path}", {"account": other.id}).status_code == 404
    browser.send("/pages/people/add", {"name": "new", "role": ["coordinator"], "site": "hospital-b"})
    assert named(here, "new").site == "hospital-a"
    assert browser.send("/pages/people/disable", {"account": mine.id}).status_code == 200


@pytest.mark.parametrize("path", ["disable", "reset"])
def test_nobody_changes_their_own_account_here(here: Reception, ops: Account, path: str) -> None:
    browser = here.browser(ops)
    browser.get("/pages/people")
    assert browser.send(f"/pages/people/{path}", {"account": ops.id}).status_code == 403


@pytest.mark.parametrize(
    "said", [{"account": "nobody", "act": "enable"}, {"act": "enable"}, {"account": "", "act": "x"}]
)
def test_what_is_not_there_is_not_changed(here: Reception, ops: Account, said: dict[str, str]) -> None:
    browser = here.browser(ops)
    browser.get("/pages/people")
    assert browser.send("/pages/people/change", said).status_code == 404
