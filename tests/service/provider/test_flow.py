"""Somebody is sent away with a question and comes back with an answer to it; every other answer is refused."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from natars_fhir.service.provider import flow
from natars_fhir.service.provider.refusal import ProviderRefusedError
from tests.service.access.clients_of import ec_key, private
from tests.service.hospital import KEY, NOW
from tests.service.provider.hospitals import BACK, ISSUER, Login, directory, provider, through


def why(login: Login, folder: Path, **query: str) -> str:
    with pytest.raises(ProviderRefusedError) as wrong:
        through(login, provider(folder), directory(), **query)
    return wrong.value.why


def test_the_question_is_the_standards_with_a_challenge_and_nothing_secret(tmp_path: Path) -> None:
    Login()
    asked = flow.begin("b", "/pages/home")
    address = flow.address(directory(), provider(tmp_path), asked, BACK, NOW)
    query = {name: told[0] for name, told in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{ISSUER}/auth?tenant=7&response_type=code&")
    assert query["redirect_uri"] == BACK
    assert query["code_challenge_method"] == "S256"
    assert (query["state"], query["nonce"]) == (asked.state, asked.nonce)
    assert asked.verifier not in address
    assert "s3cret" not in address


def test_the_answer_tells_who_it_is_and_we_say_who_we_are(tmp_path: Path) -> None:
    login = Login()
    assert through(login, provider(tmp_path), directory()).claims["sub"] == "b-17"
    sent = login.exchange.calls.last.request.headers["authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"natars:s3cret%3A%26"


def test_we_sign_where_the_provider_wants_it(tmp_path: Path) -> None:
    import json

    (tmp_path / "key").write_text(json.dumps(private(ec_key(), "ours")))
    login, one = Login(), provider(tmp_path, auth="private_key_jwt", key_file=str(tmp_path / "key"))
    through(login, one, directory())
    form = parse_qs(login.exchange.calls.last.request.content.decode())
    said = jwt.decode(form["client_assertion"][0], ec_key().public_key(), ["ES384"], audience=f"{ISSUER}/token")
    assert said["iss"] == said["sub"] == "natars"
    assert "authorization" not in login.exchange.calls.last.request.headers


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "another"}, "state"),
        ({"state": "-"}, "state"),
        ({"iss": "https://login.evil.example"}, "issuer"),
        ({"error": "access_denied"}, "provider"),
        ({"code": "-"}, "answer"),
        ({"code": ""}, "answer"),
    ],
)
def test_an_answer_that_is_none_to_our_question_is_refused_and_no_code_is_sent(
    query: dict[str, str], expected: str, tmp_path: Path
) -> None:
    login = Login()
    assert why(login, tmp_path, **query) == expected
    assert not login.exchange.called


def test_a_provider_that_names_itself_must_in_every_answer(tmp_path: Path) -> None:
    login = Login(published={"authorization_response_iss_parameter_supported": True})
    assert why(login, tmp_path) == "issuer"
    assert through(login, provider(tmp_path), directory(), iss=ISSUER).claims["iss"] == ISSUER


@pytest.mark.parametrize("token", [{}, {"id_token": 7}, {"id_token": None}, {"error": "invalid_grant"}])
def test_an_exchange_without_a_token_is_refused(token: dict[str, Any], tmp_path: Path) -> None:
    assert why(Login(token=token), tmp_path) == "answer"


@pytest.mark.parametrize(("status", "expected"), [(400, "answer"), (401, "answer"), (302, "answer"), (500, "away")])
def test_what_the_exchange_refuses_is_told_and_no_redirect_is_followed(
    status: int, expected: str, tmp_path: Path
) -> None:
    login = Login()
    login.exchange.mock(return_value=httpx.Response(status, headers={"location": "https://evil.example/"}))
    assert why(login, tmp_path) == expected


@pytest.mark.parametrize("missing", ["secret", "nothing"])
def test_without_our_secret_nothing_is_asked(missing: str, tmp_path: Path) -> None:
    one = provider(tmp_path, secret_file=str(tmp_path / "nothing"))
    login = Login()
    with pytest.raises(ProviderRefusedError, match="away"):
        through(login, one, directory())
    assert not login.exchange.called


def test_what_was_asked_is_sealed_in_the_browser_and_soon_too_old() -> None:
    asked = flow.begin("b", "/pages/home")
    sealed = flow.seal(KEY, asked, NOW)
    assert asked.verifier not in sealed
    assert flow.opened(KEY, sealed, NOW + timedelta(minutes=9)) == asked
    for key, told, at in ((KEY, sealed, NOW + timedelta(minutes=11)), (KEY, "", NOW), (KEY, sealed[:-2], NOW),
                          (b"x" * 32, sealed, NOW)):  # fmt: skip
        with pytest.raises(ProviderRefusedError, match="state"):
            flow.opened(key, told, at)


def test_two_questions_share_nothing() -> None:
    one, other = flow.begin("b", ""), flow.begin("b", "")
    assert not {one.state, one.nonce, one.verifier} & {other.state, other.nonce, other.verifier}


def test_the_providers_own_session_is_ended_where_it_has_such_a_place(tmp_path: Path) -> None:
    Login()
    told = flow.ending(directory(), provider(tmp_path), "t0ken", "https://adapter.example/pages/login", NOW)
    query = {name: told[0] for name, told in parse_qs(urlsplit(told).query).items()}
    assert told.startswith(f"{ISSUER}/end?")
    assert "t0ken" in query["id_token_hint"]
    assert query["post_logout_redirect_uri"] == "https://adapter.example/pages/login"


@pytest.mark.parametrize("end", [None, "http://login.hospital-b.example/end", 7])
def test_where_it_has_none_the_person_is_logged_out_here_alone(end: object, tmp_path: Path) -> None:
    Login(published={"end_session_endpoint": end})
    assert flow.ending(directory(), provider(tmp_path), "t0ken", "https://adapter.example/", NOW) == ""


def test_a_provider_that_is_away_hinders_no_logout(tmp_path: Path) -> None:
    Login().discovery.mock(side_effect=httpx.ConnectError("x"))
    assert flow.ending(directory(), provider(tmp_path), "t0ken", "https://adapter.example/", NOW) == ""
