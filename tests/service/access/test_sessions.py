"""A session is its token's, ends by itself, and leaves what was typed for the same person alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from natars_fhir.service.access import sessions
from natars_fhir.service.access.accounts import Wanted, add
from natars_fhir.service.access.login import begun
from natars_fhir.service.access.sessions import Rule, csrf, draft, known, proves, rule_of, sweep
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Store
from natars_fhir.store.sessions import of
from tests.service.hospital import KEY, NOW

pytestmark = pytest.mark.usefixtures("quick_hashes")

RULE = Rule(timedelta(minutes=30), timedelta(hours=12), second=True)


@pytest.fixture
def token(either_store: Store) -> str:
    one, _ = add(either_store, KEY, Wanted("zhang", ("coordinator",), "hospital-a"), NOW, "a long sentence of mine")
    return begun(either_store, KEY, one, NOW, shown=True)


def test_the_rule_is_that_of_the_settings() -> None:
    assert rule_of(Settings()) == RULE


def test_who_is_behind_a_token_is_the_same_caller_as_a_bearer_tokens(either_store: Store, token: str) -> None:
    found = known(either_store, token, RULE, NOW)
    assert found is not None
    who = found.caller
    assert (who.site, who.across, "worklist" in who.may, "sign" in who.may) == ("hospital-a", False, True, False)
    assert who.by == f"account {found.account.id}"
    assert "zhang" not in who.by
    for other in ("", token + "x", token.lower(), "é"):
        assert known(either_store, other, RULE, NOW) is None


def test_a_session_is_over_after_a_while_and_goes_a_day_later(either_store: Store, token: str) -> None:
    late = NOW + timedelta(minutes=30)
    found = known(either_store, token, RULE, late)
    assert found is not None
    assert found.over
    assert sweep(either_store, RULE, late) == 0
    assert sweep(either_store, RULE, NOW + timedelta(hours=25)) == 1
    assert known(either_store, token, RULE, late) is None


def test_when_it_was_used_is_written_once_a_minute(either_store: Store, token: str) -> None:
    found = known(either_store, token, RULE, NOW + timedelta(seconds=59))
    assert found is not None
    for seconds, used in ((59, 0), (61, 61), (90, 61), (125, 125)):
        known(either_store, token, RULE, NOW + timedelta(seconds=seconds))
        with either_store.read() as connection:
            (one,) = of(connection, found.account.id)
        assert one.used == NOW + timedelta(seconds=used)


def test_a_full_disk_is_no_reason_not_to_read(either_store: Store, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OperationalError("full", {}, OSError())

    monkeypatch.setattr("natars_fhir.store.sessions.was_used", full)
    assert known(either_store, token, RULE, NOW + timedelta(minutes=5)) is not None


def test_the_proof_of_a_form_is_made_of_the_token_and_does_not_tell_it() -> None:
    told = csrf("one")
    assert proves("one", told)
    assert told != csrf("one")
    assert "one" not in told
    for other in ("", ".", told[:-1], told + "0", told.partition(".")[2], "x" + told, csrf("two")):
        assert not proves("one", other)


def test_what_was_typed_is_of_one_account_and_one_page(either_store: Store, token: str) -> None:
    found = known(either_store, token, RULE, NOW)
    assert found is not None
    sessions.keep_draft(either_store, KEY, found, "/pages/x", {"reason": ["腹膜后"], "role": ["a", "b"]}, NOW)
    sessions.keep_draft(either_store, KEY, found, "/pages/x", {"reason": ["later"]}, NOW)
    ident = found.account.id
    assert draft(either_store, KEY, ident, "/pages/x") == {"reason": ["later"]}
    assert draft(either_store, KEY, ident, "/pages/y") == {}
    assert draft(either_store, KEY, "another", "/pages/x") == {}
    assert draft(either_store, b"x" * 32, ident, "/pages/x") == {}
    sessions.drop_draft(either_store, ident, "/pages/x")
    assert draft(either_store, KEY, ident, "/pages/x") == {}


def test_what_is_longer_than_anybody_types_is_not_kept(either_store: Store, token: str) -> None:
    found = known(either_store, token, RULE, NOW)
    assert found is not None
    sessions.keep_draft(either_store, KEY, found, "/pages/x", {"reason": ["x" * 1_000_001]}, NOW)
    assert draft(either_store, KEY, found.account.id, "/pages/x") == {}
