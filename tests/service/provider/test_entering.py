"""Whom a provider names is what its claims grant today: one site, the roles of it, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from natars_fhir.service.access import accounts, sessions
from natars_fhir.service.access.accounts import Wanted
from natars_fhir.service.access.sessions import Known, rule_of
from natars_fhir.service.provider.entering import Granted, enter, granted, token_of
from natars_fhir.service.provider.file import Provider
from natars_fhir.service.provider.flow import Told
from natars_fhir.service.provider.refusal import ProviderRefusedError
from natars_fhir.settings import Settings
from natars_fhir.store import accounts as kept
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.tables.audit import audit
from tests.blank import blank
from tests.service.hospital import KEY, NOW
from tests.service.provider.hospitals import ISSUER, provider


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(blank(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def hospital(tmp_path: Path) -> Provider:
    return provider(tmp_path, person_claim="staff")


def told(*groups: str, **more: Any) -> Told:
    return Told(
        {"sub": "b-17", "preferred_username": "Zhang.Wei", "groups": [*groups], "staff": "S-1", **more}, "t0ken"
    )


def known(store: Store, token: str) -> Known:
    found = sessions.known(store, token, rule_of(Settings()), NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["sarcoma"], Granted("hospital-b", ("coordinator",))),
        (["sarcoma", "sarcoma-investigators"], Granted("hospital-b", ("coordinator", "investigator"))),
        (["sarcoma-a"], Granted("hospital-a", ("coordinator",))),
        (["sarcoma-a", "sarcoma"], Granted("hospital-b", ("coordinator",))),
        (["staff"], None),
        ([], None),
        (["SARCOMA"], None),
        ("sarcoma", Granted("hospital-b", ("coordinator",))),
        ({"sarcoma": True}, None),
        (None, None),
        ([["sarcoma"]], None),
    ],
)
def test_claims_grant_what_the_file_says(hospital: Provider, groups: Any, expected: Granted | None) -> None:
    assert granted(hospital, {"groups": groups}) == expected


def test_who_comes_first_gets_an_account_and_needs_no_second_factor_of_ours(store: Store, hospital: Provider) -> None:
    found = known(store, enter(store, KEY, hospital, told("sarcoma"), NOW))
    one = found.account
    assert (one.name, one.site, one.roles, one.person) == ("zhang.wei", "hospital-b", ("coordinator",), "S-1")
    assert (one.issuer, one.subject, one.password) == (ISSUER, "b-17", "")
    assert found.step == ""
    assert found.session.provided is not None
    assert b"t0ken" not in found.session.provided
    assert token_of(KEY, found.session.provided) == "t0ken"


def test_what_the_claims_of_today_say_counts(store: Store, hospital: Provider) -> None:
    first = known(store, enter(store, KEY, hospital, told("sarcoma"), NOW)).account
    again = known(store, enter(store, KEY, hospital, told("sarcoma-investigators"), NOW)).account
    assert (again.id, again.roles) == (first.id, ("investigator",))
    with pytest.raises(ProviderRefusedError, match="nobody"):
        enter(store, KEY, hospital, told("staff"), NOW)
    with store.read() as connection:
        acts = connection.execute(select(audit.c.act).order_by(audit.c.seq)).scalars().all()
    assert acts == ["account made", "login", "account changed", "login", "login refused"]


def test_who_is_granted_nothing_any_more_is_out_of_every_session(store: Store, hospital: Provider) -> None:
    tokens = [enter(store, KEY, hospital, told("sarcoma"), NOW) for _ in range(2)]
    other = enter(store, KEY, hospital, told("sarcoma", sub="b-18"), NOW)
    with pytest.raises(ProviderRefusedError, match="nobody"):
        enter(store, KEY, hospital, told("staff"), NOW)
    assert [sessions.known(store, token, rule_of(Settings()), NOW) for token in tokens] == [None, None]
    assert known(store, other).account.subject == "b-18"
    enter(store, KEY, hospital, told("sarcoma"), NOW)


@pytest.mark.parametrize(("claim", "expected"), [("S-2", "S-2"), (None, ""), ("", ""), (["S-1"], ""), (7, "")])
def test_whom_the_claim_of_today_does_not_name_the_account_does_not_speak_for(
    store: Store, hospital: Provider, claim: Any, expected: str
) -> None:
    assert known(store, enter(store, KEY, hospital, told("sarcoma"), NOW)).account.person == "S-1"
    again = known(store, enter(store, KEY, hospital, told("sarcoma", staff=claim), NOW)).account
    assert (again.person, again.roles) == (expected, ("coordinator",))


def test_whom_an_account_was_made_for_stays_where_no_claim_is_to_say_so(store: Store, hospital: Provider) -> None:
    silent = hospital.model_copy(update={"person_claim": ""})
    accounts.add(store, KEY, Wanted("li", ("investigator",), "hospital-b", "S-2", ISSUER, "b-17"), NOW)
    again = known(store, enter(store, KEY, silent, told("sarcoma"), NOW)).account
    assert (again.person, again.roles) == ("S-2", ("coordinator",))


def test_who_was_disabled_here_stays_out(store: Store, hospital: Provider) -> None:
    one = known(store, enter(store, KEY, hospital, told("sarcoma"), NOW)).account
    accounts.disable(store, KEY, one.id, NOW)
    with pytest.raises(ProviderRefusedError, match="disabled"):
        enter(store, KEY, hospital, told("sarcoma"), NOW)


def test_a_name_that_somebody_has_does_not_open_their_account(store: Store, hospital: Provider) -> None:
    mine, _ = accounts.add(store, KEY, Wanted("zhang.wei", ("operator",)), NOW, "a long sentence of mine")
    other = known(store, enter(store, KEY, hospital, told("sarcoma"), NOW)).account
    assert other.id != mine.id
    assert other.name.startswith("zhang.wei (")
    assert other.roles == ("coordinator",)


def test_another_providers_subject_of_the_same_name_is_somebody_else(store: Store, hospital: Provider) -> None:
    one = known(store, enter(store, KEY, hospital, told("sarcoma"), NOW)).account
    there = hospital.model_copy(update={"issuer": "https://login.hospital-a.example"})
    assert known(store, enter(store, KEY, there, told("sarcoma"), NOW)).account.id != one.id


def test_without_grants_those_alone_are_let_in_whose_accounts_were_made_by_hand(
    store: Store, hospital: Provider
) -> None:
    bare = hospital.model_copy(update={"grant": ()})
    with pytest.raises(ProviderRefusedError, match="nobody"):
        enter(store, KEY, bare, told("sarcoma"), NOW)
    wanted = Wanted("li", ("investigator",), "hospital-b", "S-2", ISSUER, "b-17")
    one, password = accounts.add(store, KEY, wanted, NOW)
    assert password == ""
    found = known(store, enter(store, KEY, bare, told(), NOW)).account
    assert replace(found, used=None) == replace(one, used=None)


def test_nobody_logs_in_with_a_password_to_an_account_of_a_provider(store: Store, hospital: Provider) -> None:
    from natars_fhir.service.access import login

    enter(store, KEY, hospital, told("sarcoma"), NOW)
    for password in ("", "x" * 20):
        assert login.enter(store, KEY, "zhang.wei", password, NOW) is None


def test_a_claim_that_is_no_name_is_not_used_as_one(store: Store, hospital: Provider) -> None:
    for number, name in enumerate((None, 7, "a\u0000b", "")):
        claims = told("sarcoma", preferred_username=name, sub=f"b-{number}", staff=name)
        enter(store, KEY, hospital, claims, NOW)
    with store.read() as connection:
        assert [one.name for one in kept.every(connection)] == ["b-0", "b-1", "b-2", "b-3"]
