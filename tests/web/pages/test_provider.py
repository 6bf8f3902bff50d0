"""The way to a hospital's login and back: each step shows only what it must, and each refusal a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import respx

from natars_fhir.mapping.faults import MappingError
from natars_fhir.service.access import accounts
from natars_fhir.service.provider.refusal import WHY
from natars_fhir.store import accounts as kept
from natars_fhir.web.pages.provider import WHY_NOT
from tests.service.hospital import KEY
from tests.service.provider.hospitals import ISSUER, Login
from tests.web.pages.people import Reception, Somebody

FILE = f"""
[provider.b]
name = "Hospital B"
issuer = "{ISSUER}"
client = "natars"
secret_file = "SECRET"
[[provider.b.grant]]
claim = "groups"
has = "sarcoma"
role = "coordinator"
site = "hospital-b"
"""


@pytest.fixture(scope="module")
def with_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    tmp_path = tmp_path_factory.mktemp("provider")
    (tmp_path / "secret").write_text("s3cret")
    file = tmp_path / "providers.toml"
    file.write_text(FILE.replace("SECRET", str(tmp_path / "secret")), "utf-8")
    made = Reception(tmp_path, providers=file, public_url="https://adapter.example")
    yield made
    made.store.close()


@pytest.fixture
def there(with_provider: Reception) -> Iterator[Reception]:
    directory = with_provider.app.state.pages.directory
    directory._published.clear()
    directory._keys.clear()
    respx.mock.start()
    yield with_provider.emptied()
    respx.mock.stop(quiet=True)


def sent(browser: Somebody, login: Login, to: str = "/pages/home") -> str:
    """A browser begins; the state that it comes back with."""
    address = browser.get(f"/pages/login/by/b?next={to}").headers["location"]
    login.sent_to(address)
    return dict(one.split("=") for one in urlsplit(address).query.split("&"))["state"]


def back(browser: Somebody, state: str, **more: str) -> httpx.Response:
    query = "&".join(f"{name}={value}" for name, value in {"code": "c0de", "state": state, **more}.items())
    return browser.get(f"/pages/login/by/b/back?{query}")


def test_the_login_page_offers_it_and_the_way_ends_on_the_page_that_was_wanted(there: Reception) -> None:
    browser, login = there.browser(), Login()
    assert 'href="/pages/login/by/b?next=%2Fpages"' in browser.get("/pages/login").text
    response = back(browser, sent(browser, login, "/pages/account"))
    assert response.headers["location"] == "/pages/account"
    assert "zhang.wei" in browser.get("/pages/account").text
    assert "Change the password" not in browser.get("/pages/account").text


def test_what_was_asked_is_in_a_cookie_that_no_script_reads_and_goes_with_the_answer(there: Reception) -> None:
    browser, login = there.browser(), Login()
    state = sent(browser, login)
    told = browser.get("/pages/login/by/b").headers.get_list("set-cookie")
    (ours,) = [one for one in told if one.startswith("__Host-natars-provider=")]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in ours.split(";")}
    assert state not in ours
    gone = [one for one in back(browser, state).headers.get_list("set-cookie") if "provider" in one]
    assert "Max-Age=0" in gone[0]


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"groups": ["staff"]}, "You have no role here"),
        ({"nonce": "another"}, "cannot be taken"),
        ({"aud": "another"}, "cannot be taken"),
    ],
)
def test_who_cannot_come_in_is_told_why_and_nothing_of_the_token(
    there: Reception, claims: dict[str, object], told: str
) -> None:
    browser, login = there.browser(), Login(claims=claims)
    response = browser.follow(back(browser, sent(browser, login)))
    assert told in response.text
    assert "b-17" not in response.text
    assert "c0de" not in response.text
    assert browser.get("/pages/home").status_code == 303


def test_somebody_who_goes_back_at_the_provider_is_told_so(there: Reception) -> None:
    browser, login = there.browser(), Login()
    response = back(browser, sent(browser, login), error="access_denied", error_description="geheim")
    assert "geheim" not in response.headers["location"]
    assert "did not let you in" in browser.follow(response).text


def test_a_provider_that_is_away_is_told_and_the_password_still_opens(there: Reception) -> None:
    Login().discovery.mock(side_effect=httpx.ConnectError("x"))
    browser = there.browser()
    page = browser.follow(browser.get("/pages/login/by/b")).text
    assert "does not answer" in page
    assert 'name="password"' in page


@pytest.mark.parametrize("path", ["", "/back?code=c0de&state=x"])
def test_who_tries_too_often_from_one_address_waits_and_nobody_is_asked(there: Reception, path: str) -> None:
    login, browser = Login(), there.browser()
    statuses = [browser.get(f"/pages/login/by/b{path}").status_code for _ in range(33)]
    assert (statuses[:30], statuses[-1]) == ([303] * 30, 429)
    assert login.discovery.call_count <= 1
    browser.get("/pages/login")
    assert browser.send("/pages/login", {"name": "x", "password": "x"}).status_code == 429


def test_while_a_provider_is_away_one_browser_waits_for_it(there: Reception) -> None:
    login = Login()
    login.discovery.mock(side_effect=httpx.ReadTimeout("slow"))
    for _ in range(3):
        assert there.browser().get("/pages/login/by/b").headers["location"] == "/pages/login?why=away"
    assert login.discovery.call_count == 1


def test_an_answer_without_a_question_and_a_login_that_is_not_there(there: Reception) -> None:
    Login()
    assert back(there.browser(), "state").headers["location"] == "/pages/login?why=state"
    assert there.browser().get("/pages/login/by/another").status_code == 404


def test_nobody_is_sent_elsewhere_after_it(there: Reception) -> None:
    browser, login = there.browser(), Login()
    assert back(browser, sent(browser, login, "https://evil.example/")).headers["location"] == "/pages"


def test_logging_out_leads_to_the_end_at_the_provider(there: Reception) -> None:
    browser, login = there.browser(), Login()
    back(browser, sent(browser, login))
    browser.get("/pages/account")
    response = browser.send("/pages/logout")
    assert f'content="0; url={ISSUER}/end?id_token_hint=' in response.text
    assert browser.get("/pages/home").status_code == 303


def test_who_is_disabled_here_is_told_so(there: Reception) -> None:
    browser, login = there.browser(), Login()
    back(browser, sent(browser, login))
    with there.store.read() as connection:
        (one,) = kept.every(connection)
    accounts.disable(there.store, KEY, one.id, there.clock())
    assert "Your account here is disabled" in browser.follow(back(browser, sent(browser, login))).text


def test_every_reason_has_a_sentence() -> None:
    assert set(WHY_NOT) == set(WHY)


def test_an_application_does_not_start_with_a_faulty_file(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE.replace("hospital-b", "hospital-z"))
    with pytest.raises(MappingError, match="no mapping file"):
        Reception(tmp_path, providers=tmp_path / "p.toml")
