"""Who is let in where, what a form must prove, and that nothing that was typed is lost when a session ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import Request, Response
from sqlalchemy import select

from natars_fhir.service.access import accounts
from natars_fhir.service.access.roles import NAMES, allowed
from natars_fhir.service.access.sessions import draft, rule_of, sweep
from natars_fhir.store import accounts as kept
from natars_fhir.store.tables.people import draft as drafts
from natars_fhir.web.needs import declared, reachable
from natars_fhir.web.pages.entrance import Enters, enters, page_of
from natars_fhir.web.pages.registry import PAGES, ROOT, seen, start
from natars_fhir.web.pages.routes import pages
from tests.service.hospital import KEY
from tests.web.pages.people import Reception

#: What people have.
ROLES = [name for name in NAMES if name != "engine"]
OF_A_SITE = {"coordinator", "investigator"}


@pytest.fixture(scope="module")
def with_notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """With a page that has a form, as pages of patients have: a text, and who may send it."""
    here = Reception(tmp_path_factory.mktemp("notes"))

    def shown(request: Request) -> Response:
        page = page_of(request)
        return Response(f'<meta name="csrf" content="{page.csrf}"><p>{page.typed("reason")}</p>')

    def taken(request: Request) -> Response:
        return page_of(request).go("/note", done=1)

    router = here.app.router
    for path, take, method in (("/note", shown, "GET"), ("/note/add", taken, "POST")):
        may = enters("worklist")
        router.add_api_route(ROOT + path, take, methods=[method], response_model=None, dependencies=may)
    yield here
    here.store.close()


@pytest.fixture
def noting(with_notes: Reception) -> Reception:
    return with_notes.emptied()


def test_every_route_of_the_pages_says_who_may(here: Reception) -> None:
    routes = {path: declared(route) for path, route in reachable(pages(here.app.state.pages).routes)}
    assert len(routes) > 8
    named = {path: told for path, told in routes.items() if not path.startswith(f"{ROOT}/static")}
    assert all(isinstance(told, Enters) for told in named.values())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_the_pages_that_it_may_and_no_other(here: Reception, role: str) -> None:
    site = "hospital-a" if role in OF_A_SITE else ""
    browser = here.browser(here.person("one", role, site=site))
    for entry in PAGES.values():
        expected = 200 if entry.may in allowed([role]) and (site or not entry.of_site) else 403
        assert browser.get(ROOT + entry.path).status_code == expected
    for entry in seen(allowed([role])).values():
        linked = f'href="{ROOT}{entry.path}"' in browser.get("/pages/home").text
        assert linked is bool(site or not entry.of_site)
    assert browser.get("/pages").headers["location"] == start(allowed([role]))


def test_who_is_not_logged_in_is_shown_the_way_and_comes_back(here: Reception) -> None:
    response = here.browser().get("/pages/people?site=hospital-a")
    assert response.status_code == 303
    assert response.headers["location"] == "/pages/login?next=%2Fpages%2Fpeople%3Fsite%3Dhospital-a"


def test_a_part_of_a_page_takes_the_whole_page_to_the_login(here: Reception) -> None:
    response = here.browser().get(
        "/pages/people", hx_request="true", hx_current_url="http://adapter.example/pages/home?x=1"
    )
    assert response.headers["hx-redirect"] == "/pages/login?next=%2Fpages%2Fhome%3Fx%3D1"
    assert response.text == ""


def test_a_session_ends_without_requests_and_in_any_case(here: Reception) -> None:
    browser = here.browser(here.person())
    for _ in range(3):
        here.clock.later(minutes=29)
        assert browser.get("/pages/home").status_code == 200
    here.clock.later(minutes=31)
    assert "why=over" in browser.get("/pages/home").headers["location"]
    browser = here.browser(here.person("another"))
    for _ in range(26):
        assert browser.get("/pages/home").status_code == 200
        here.clock.later(minutes=28)
    assert "why=over" in browser.get("/pages/home").headers["location"]


@pytest.mark.parametrize("act", ["disable", "reset"])
def test_what_is_done_with_an_account_counts_at_its_next_request(here: Reception, act: str) -> None:
    one = here.person()
    browser = here.browser(one)
    assert browser.get("/pages/home").status_code == 200
    getattr(accounts, act)(here.store, KEY, one.id, here.clock())
    assert browser.get("/pages/home").status_code == 303


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(here: Reception) -> None:
    one = here.person("ops", "operator", site="")
    browser = here.browser(one)
    assert browser.get("/pages/people").status_code == 200
    with here.store.write(()) as connection:
        kept.change(connection, one.id, roles=("trial-office",))
    assert browser.send("/pages/people/add", {}).status_code == 403


@pytest.mark.parametrize("proof", ["", "wrong", "0" * 64, "." + "0" * 64, "1f." + "0" * 64, "é.é"])
def test_a_form_without_the_proof_of_a_page_of_ours_is_refused(here: Reception, proof: str) -> None:
    browser = here.browser(here.person())
    browser.get("/pages/account")
    browser.proof = proof
    response = browser.send("/pages/logout")
    assert response.status_code == 403
    assert "load the page again" in response.text
    assert browser.get("/pages/home").status_code == 200


def test_the_proof_of_another_session_is_none(here: Reception) -> None:
    mine, other = here.browser(here.person("one")), here.browser(here.person("two"))
    mine.get("/pages/account")
    other.get("/pages/account")
    other.proof = mine.proof
    assert other.send("/pages/logout").status_code == 403


def test_what_another_site_of_the_web_makes_a_browser_send_is_refused(here: Reception) -> None:
    browser = here.browser(here.person())
    browser.get("/pages/account")
    assert browser.send("/pages/logout", sec_fetch_site="cross-site").status_code == 403
    assert browser.send("/pages/logout", sec_fetch_site="same-origin").status_code == 303


def test_what_was_typed_when_the_session_ended_comes_back_to_the_same_person_alone(noting: Reception) -> None:
    zhang, li = noting.person("zhang"), noting.person("li")
    browser = noting.browser(zhang)
    browser.get("/pages/note?patient=1")
    noting.clock.later(hours=2)
    response = browser.send("/pages/note/add", {"reason": "腹膜后 <b>, long thought of"})
    assert response.headers["location"] == "/pages/login?next=%2Fpages%2Fnote%3Fpatient%3D1&why=over"
    assert "what you typed is kept" in browser.follow(response).text
    assert "long thought" not in noting.browser(li).get("/pages/note?patient=1").text
    again = noting.browser(zhang)
    assert "long thought" not in again.get("/pages/note?patient=2").text
    assert "腹膜后 <b>, long thought of" in again.get("/pages/note?patient=1").text
    assert again.send("/pages/note/add", {"reason": "sent at last"}).status_code == 303
    assert "long thought" not in again.get("/pages/note?patient=1").text


def test_what_was_typed_is_unreadable_in_the_store_and_goes_within_a_day(noting: Reception) -> None:
    browser = noting.browser(noting.person())
    browser.get("/pages/note")
    noting.clock.later(hours=2)
    browser.send("/pages/note/add", {"reason": "geheim"})
    with noting.store.read() as connection:
        (row,) = connection.execute(select(drafts)).all()
    assert b"geheim" not in row.fields
    noting.clock.later(hours=25)
    sweep(noting.store, rule_of(noting.settings), noting.clock())
    with noting.store.read() as connection:
        assert connection.execute(select(drafts)).all() == []


def test_a_form_that_is_too_late_without_its_proof_keeps_nothing(noting: Reception) -> None:
    zhang = noting.person()
    browser = noting.browser(zhang)
    browser.get("/pages/note")
    noting.clock.later(hours=2)
    browser.proof = "0" * 64
    assert browser.send("/pages/note/add", {"reason": "planted"}).status_code == 403
    assert "planted" not in noting.browser(zhang).get("/pages/note").text


@pytest.mark.parametrize(
    ("content_type", "body", "status", "head"),
    [("application/json", b"{}", 415, "Not readable"),
     ("application/x-www-form-urlencoded", b"a=%ff", 400, "Not readable"),
     ("application/x-www-form-urlencoded", b"a=1&" * 600, 400, "Not readable"),
     ("application/x-www-form-urlencoded", b"a" * 70_000, 413, "Too long")],
)  # fmt: skip
def test_what_is_no_form_of_ours_is_refused(
    here: Reception, content_type: str, body: bytes, status: int, head: str
) -> None:
    browser = here.browser()
    browser.get("/pages/login")
    response = browser._ask("POST", "/pages/login", body, {"content-type": content_type})
    assert response.status_code == status
    assert f"<h1>{head}</h1>" in response.text


def test_a_program_is_told_the_same_as_an_outcome(here: Reception) -> None:
    browser = here.browser(here.person())
    response = browser.get("/pages/people", accept="application/json")
    assert response.status_code == 403
    assert response.json()["resourceType"] == "OperationOutcome"
    assert browser.get("/pages/nothing").status_code == 404
    assert "There is nothing here." in browser.get("/pages/nothing").text


def test_a_password_that_was_typed_too_late_is_not_kept(here: Reception) -> None:
    one = here.person()
    browser = here.browser(one)
    browser.get("/pages/account/password")
    here.clock.later(hours=2)
    browser.send("/pages/account/password", {"old": "geheim", "new": "geheim", "again": "geheim"})
    assert draft(here.store, KEY, one.id, "/pages/account/password") == {"at": ["/pages/account/password"]}
