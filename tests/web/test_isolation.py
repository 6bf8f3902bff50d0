"""No site sees another: every route there is, asked with another site's token, tells nothing and changes nothing.

A route that is added is asked too: the requests are made from the application's routes.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from natars_fhir.service.office.keeper import Keeper
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.core import metadata
from tests.web.sites import BORN, KNOWN, NOBODY, SECRET, Request, Sites, requests

#: Whose rows these are is told by a row of another table.
OF_OTHERS = {"store", "delivery", "bearer_token", "smart_client", "smart_assertion", "site_certificate"}


#: What is asked takes minutes, and is asked once for all tests here.
pytestmark = pytest.mark.xdist_group("isolation")


@pytest.fixture
def made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for their figures until they are made: whether that takes longer than a page waits depends on what
    else the machine does, and two answers could not be compared."""
    ask = Keeper.ask
    monkeypatch.setattr(Keeper, "ask", lambda keeper, name, patience=0.0: ask(keeper, name, max(patience, 60.0)))


@pytest.fixture(params=["sqlite", "postgres"])
def asked(
    request: pytest.FixtureRequest, once: dict[str, dict[str, object]], quick_hashes: None, made_at_once: None
) -> dict[str, object]:
    """What was asked of this database, and what was answered."""
    if request.param not in once:
        once[request.param] = _asked(request, request.getfixturevalue("tmp_path_factory"))
    return once[request.param]


@pytest.fixture(scope="module")
def once() -> dict[str, dict[str, object]]:
    """By database; a fixture with parameters would be made anew whenever the order of the tests changes them."""
    return {}


def _asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Hospital B, and the trial office, ask all that can be asked of A's patient; and the same of nobody."""
    told: dict[str, object] = {}
    for ident in (KNOWN, NOBODY):
        second_wall = request.param == "postgres"  # the routes are the same ones
        more = {"database": request.getfixturevalue("postgres_server").fresh()} if request.param == "postgres" else {}
        sites = Sites(tmp_path_factory.mktemp(ident), **more)
        before = rows(sites.store, "hospital-a")
        for who, token in (("b", sites.b), ("office", sites.office)):
            if who == "office" and ident == NOBODY:
                continue
            thinned = second_wall or who == "office"
            theirs = requests(sites.call, ident, thinned)
            every = [(one, sites.ask(one, token)) for one in theirs if who != "office" or not _of_an_operator(one)]
            told[f"{who} of {ident}"] = every
            told[f"a after {who} of {ident}"] = (before, rows(sites.store, "hospital-a"))
        if ident == KNOWN:
            told[f"a of {ident}"] = [
                (one, sites.ask(one, sites.a)) for one in requests(sites.call, ident, thinned=True)
            ]
        sites.store.close()
        sites.call.app.state.close()
    return told


def _of_an_operator(one: Request) -> bool:
    """What an operator of all sites does at a site that they name: try once more, dismiss, send again."""
    return one.method == "POST" and one.path.startswith("/pages/feeds/")


def rows(store: Store, site: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is kept of a site; when its people's own token was used last is no part of it."""
    with store.read() as connection:
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(select(table).where(table.c.site == site))), key=repr
            )
            for name, table in metadata.tables.items()
            if "site" in table.c and name not in OF_OTHERS
        }


def answers(asked: dict[str, object], whose: str) -> list[tuple[Request, tuple[int, str]]]:
    return asked[whose]  # type: ignore[return-value]


@pytest.mark.parametrize("who", ["b", "office"])
def test_nothing_that_a_site_said_is_told_to_another(asked: dict[str, object], who: str) -> None:
    told = answers(asked, f"{who} of {KNOWN}")
    assert len(told) > 200
    assert [one for one, (_, text) in told if SECRET in text or BORN in text] == []


def test_another_sites_patient_is_answered_as_one_that_nobody_knows(asked: dict[str, object]) -> None:
    for (one, told), (_, other) in zip(answers(asked, f"b of {KNOWN}"), answers(asked, f"b of {NOBODY}"), strict=True):
        assert told == (other[0], other[1].replace(NOBODY, KNOWN)), one


def test_nothing_of_a_site_is_changed_by_what_another_asks(asked: dict[str, object]) -> None:
    before, after = asked[f"a after b of {KNOWN}"]  # type: ignore[misc]
    assert before == after
    assert any(SECRET in str(row) for row in before["reading"])


def test_the_trial_office_leaves_nothing_at_a_site_but_that_it_looked(asked: dict[str, object]) -> None:
    before, after = asked[f"a after office of {KNOWN}"]  # type: ignore[misc]
    assert {name for name in before if before[name] != after[name]} <= {"audit", "export_known", "export_subject"}


def test_what_is_asked_would_find_something_if_it_were_ones_own(asked: dict[str, object]) -> None:
    """Else nothing would be proved: A finds its own patient by the very requests that tell B nothing."""
    mine = {(one.method, one.path): answer for one, answer in answers(asked, f"a of {KNOWN}")}
    theirs = [one for one, (status, _) in answers(asked, f"b of {KNOWN}") if status == 404 and "$populate" in one.path]
    found = [
        one for one, (status, text) in answers(asked, f"a of {KNOWN}") if status == 200 and "$populate" in one.path
    ]
    assert theirs
    assert found
    assert SECRET in mine["GET", "/fhir/r4/ConceptMap"][1]
    assert any(SECRET in text or BORN in text for _, text in mine.values())


def test_no_request_breaks_anything(asked: dict[str, object]) -> None:
    every = [
        pair for whose in asked if " of " in whose and not whose.startswith("a after") for pair in answers(asked, whose)
    ]
    assert [one for one, (status, _) in every if status >= 500] == []
