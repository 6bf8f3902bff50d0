"""A client gets a token where it proves itself, once for each assertion, and for no more than it may have."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import respx
from sqlalchemy import func, select
from structlog.testing import capture_logs

from natars_fhir.service.access import bearers, registration
from natars_fhir.service.access.grant import Granted, GrantRefusedError, Grants, grant
from natars_fhir.service.access.published import Published
from natars_fhir.service.http import client as http_client
from natars_fhir.store import audit
from natars_fhir.store.engine import Store
from natars_fhir.store.tables.access import bearer_token, smart_assertion
from tests.service.access.clients_of import (
    AUDIENCE,
    claims,
    client,
    ec_key,
    form,
    jwks,
    public,
    rsa_key,
    signed,
    worker,
)
from tests.service.hospital import KEY, NOW

URL = "https://his.hospital-b.example/jwks.json"


class Refuse(Exception):  # noqa: N818
    """What the door says when there is no room."""


@pytest.fixture
def store(either_store: Store) -> Store:
    return either_store


@pytest.fixture
def grants(store: Store) -> Grants:
    registration.register(store, KEY, client())
    registration.register(
        store, KEY, client("engine-b", "hospital-b", url=URL, keys="", scopes="system/Observation.rs system/Patient.c")
    )
    return made(store)


def made(store: Store, noting: Callable[[str], bool] = lambda _: True) -> Grants:
    return Grants(store, KEY, Published(lambda: http_client(1.0)), AUDIENCE, 300, lambda _: None, noting)


def asked(grants: Grants, assertion: str, scope: str = "system/*.cruds", **more: str) -> Granted:
    return grant(grants, form(assertion, scope, **more), NOW)


def error(grants: Grants, assertion: str, scope: str = "system/*.cruds", **more: str) -> str:
    with pytest.raises(GrantRefusedError) as refused:
        asked(grants, assertion, scope, **more)
    assert "PLANTED" not in refused.value.text
    return refused.value.error


def test_a_client_that_proves_itself_gets_a_token_of_its_site_for_five_minutes(grants: Grants) -> None:
    given = asked(grants, signed(claims()), "system/Observation.read user/*.rs")
    assert (given.seconds, given.scopes) == (300, "system/Observation.rs")
    who, _ = bearers.found(grants.store, given.token, NOW)
    assert who is not None
    assert (who.site, who.by) == ("hospital-a", "client engine-a")
    assert [who.does(kind, "r") for kind in ("Observation", "Patient")] == [True, False]
    assert bearers.found(grants.store, given.token, NOW + timedelta(seconds=299))[1] == "good"
    assert bearers.found(grants.store, given.token, NOW + timedelta(seconds=300))[1] == "expired"


@respx.mock
def test_a_client_may_publish_its_keys(grants: Grants) -> None:
    respx.get(URL).mock(return_value=httpx.Response(200, text=jwks(public(ec_key(), "ec-1"))))
    said = claims("engine-b")
    assert asked(grants, signed(said, ec_key(), "ec-1", "ES384", jku=URL)).scopes == (
        "system/Observation.rs system/Patient.c"
    )


def test_an_assertion_is_used_once_by_whichever_worker(grants: Grants) -> None:
    assertion = signed(claims())
    other = made(worker(grants.store))
    asked(grants, assertion)
    assert error(other, assertion) == error(grants, assertion) == "invalid_client"


def test_of_many_workers_at_once_one_takes_the_assertion(grants: Grants) -> None:
    assertion, workers = signed(claims()), [made(worker(grants.store)) for _ in range(8)]

    def one(worker: Grants) -> bool:
        try:
            asked(worker, assertion)
        except GrantRefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, workers)) == 1


def test_a_jti_is_one_clients_own(grants: Grants) -> None:
    registration.register(grants.store, KEY, client("engine-c", "hospital-c"))
    asked(grants, signed(claims(jti="same")))
    asked(grants, signed(claims("engine-c", jti="same")))


def test_a_refused_assertion_is_not_used_up_by_an_attacker(grants: Grants) -> None:
    said = claims()
    assert error(grants, signed(said, rsa_key("attacker"))) == "invalid_client"
    asked(grants, signed(said))


@pytest.mark.parametrize(
    "attack",
    [
        lambda: signed(claims("engine-b"), kid="rsa"),  # the client of another site, with my key
        lambda: signed(claims("engine-a"), ec_key(), "ec-1", "ES384"),  # the key of another client
        lambda: signed(claims("nobody")),
        lambda: signed(claims(), kid="another"),
        lambda: signed(claims(), kid=None),
        lambda: signed(claims(), kid=""),
        lambda: signed(claims(), jku="https://attacker.example/jwks.json"),
        lambda: signed(claims(), jku=URL),  # registered, but for another client
        lambda: signed(claims(), typ="at+jwt"),
        lambda: signed(claims(), alg="RS256"),
        lambda: signed(claims(aud="https://other.example/auth/token")),
        lambda: signed(claims(exp=int(NOW.timestamp()) - 1)),
        lambda: signed(claims(sub="engine-b")),
        lambda: "PLANTED",
        lambda: "",
    ],
)  # fmt: skip
def test_who_does_not_prove_itself_gets_nothing_and_nobody_is_asked(grants: Grants, attack: Callable[[], str]) -> None:
    with respx.mock(assert_all_called=False) as net:
        net.get(URL).mock(return_value=httpx.Response(200, text=jwks(public(ec_key(), "ec-1"))))
        elsewhere = net.route(host="attacker.example").mock(return_value=httpx.Response(200, text=jwks()))
        assert error(grants, attack()) == "invalid_client"
        assert not elsewhere.called


def test_a_key_that_is_brought_along_is_not_looked_at(grants: Grants) -> None:
    attacker = rsa_key("attacker")
    assert error(grants, signed(claims(), attacker, jwk=public(attacker, "rsa"))) == "invalid_client"


@pytest.mark.parametrize(
    "scope", ["", "openid", "user/*.cruds", "patient/*.rs", "system/Observation.", "system/Observation.rs?x=y"]
)
def test_who_asks_for_nothing_that_it_may_have_is_told_so(grants: Grants, scope: str) -> None:
    assert error(grants, signed(claims()), scope) == "invalid_scope"


@respx.mock
def test_asking_for_more_gives_no_more(grants: Grants) -> None:
    respx.get(URL).mock(return_value=httpx.Response(200, text=jwks(public(ec_key(), "ec-1"))))

    def by(scope: str) -> Granted:
        return asked(grants, signed(claims("engine-b"), ec_key(), "ec-1", "ES384"), scope)

    assert by("system/*.cruds system/*.*").scopes == "system/Observation.rs system/Patient.c"
    assert by("system/Patient.cruds").scopes == "system/Patient.c"
    with pytest.raises(GrantRefusedError, match="scopes"):
        by("system/Condition.rs system/Patient.rs")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, "invalid_client"),
        ({"client_id": "engine-b"}, "invalid_client"),
    ],
)
def test_a_request_of_another_kind_is_told_in_the_words_of_oauth(
    grants: Grants, more: dict[str, str], told: str
) -> None:
    assert error(grants, signed(claims()), **more) == told


def test_a_client_is_revoked_with_all_that_it_has(grants: Grants) -> None:
    given = [asked(grants, signed(claims())).token for _ in range(3)]
    other = worker(grants.store)
    assert registration.revoke(other, KEY, "engine-a", NOW)
    assert {bearers.found(grants.store, token, NOW)[1] for token in given} == {"revoked"}
    assert error(grants, signed(claims())) == "invalid_client"
    assert not registration.revoke(grants.store, KEY, "engine-a", NOW)


def test_a_client_that_is_revoked_while_it_asks_gets_nothing(grants: Grants, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(_: str) -> None:
        registration.revoke(grants.store, KEY, "engine-a", NOW)

    assert error(replace(grants, admit=meanwhile), signed(claims())) == "invalid_client"
    with grants.store.read() as connection:
        acts = [act.act for act in audit.acts(connection, "hospital-a")]
    assert "token given: client engine-a" not in acts


def test_what_the_door_says_is_said_after_the_client_is_known_and_before_it_is_given_anything(grants: Grants) -> None:
    sites: list[str] = []

    def admit(site: str) -> None:
        sites.append(site)
        raise Refuse

    shut = replace(grants, admit=admit)
    assertion = signed(claims())
    assert error(shut, signed(claims(), rsa_key("attacker"))) == "invalid_client"
    assert sites == []
    with pytest.raises(Refuse):
        asked(shut, assertion)
    assert sites == ["hospital-a"]
    asked(grants, assertion)


def test_what_is_given_and_refused_is_in_the_sites_audit_and_what_was_sent_is_not(grants: Grants) -> None:
    with capture_logs() as logs:
        token = asked(grants, signed(claims())).token
        for wrong in (signed(claims(aud="PLANTED")), signed(claims("PLANTED")), "PLANTED"):
            error(grants, wrong)
        error(grants, signed(claims()), "system/PLANTED.x")
    with grants.store.read() as connection:
        acts = [act.act for act in audit.acts(connection, "hospital-a")]
    assert acts == [
        "client registered: client engine-a",
        "token given: client engine-a",
        "no token given (invalid_client): client engine-a",
        "no token given (invalid_scope): client engine-a",
    ]
    assert len(logs) == 3
    assert "PLANTED" not in json.dumps(logs) + str(acts)
    assert token not in json.dumps(logs) + str(acts)


def test_an_attacker_cannot_fill_the_audit(grants: Grants) -> None:
    few = iter([True, True])
    sparing = made(grants.store, lambda _: next(few, False))
    for _ in range(10):
        error(sparing, signed(claims(), rsa_key("attacker")))
    with grants.store.read() as connection:
        acts = [act.act for act in audit.acts(connection, "hospital-a")]
    assert len([act for act in acts if act.startswith("no token")]) == 2


def test_what_has_ended_is_forgotten_by_and_by(grants: Grants) -> None:
    def rows() -> list[int]:
        with grants.store.read() as connection:
            counts = (select(func.count()).select_from(table) for table in (bearer_token, smart_assertion))
            return [connection.execute(count).scalar_one() for count in counts]

    for day in range(5):
        now = NOW + timedelta(days=2 * day)
        grant(grants, form(signed(claims(now=now))), now)
    assert rows() == [1, 1]
