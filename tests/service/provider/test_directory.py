"""What a provider publishes is asked of it alone, kept for a while, and asked again when a key is new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from natars_fhir.service.provider.refusal import ProviderRefusedError
from tests.service.access.clients_of import ec_key, public, rsa_key
from tests.service.hospital import NOW
from tests.service.provider.hospitals import ISSUER, Login, directory, provider


def test_it_is_asked_once_an_hour(tmp_path: Path) -> None:
    login, here, one = Login(), directory(), provider(tmp_path)
    for minutes in (0, 30, 59):
        here.published(one, NOW + timedelta(minutes=minutes))
    assert login.discovery.call_count == 1
    here.published(one, NOW + timedelta(minutes=61))
    assert login.discovery.call_count == 2


def test_a_new_key_is_found_and_an_unknown_one_asked_for_once_a_minute(tmp_path: Path) -> None:
    login, here, one = Login(), directory(), provider(tmp_path)
    assert here.key(one, "rsa", "RSA", NOW).key_type == "RSA"
    login.keys = [public(rsa_key("new"), "new")]
    for _ in range(3):
        with pytest.raises(ProviderRefusedError, match="signature"):
            here.key(one, "new", "RSA", NOW + timedelta(seconds=30))
    assert login.set.call_count == 1
    assert here.key(one, "new", "RSA", NOW + timedelta(seconds=61)).key_type == "RSA"
    with pytest.raises(ProviderRefusedError, match="signature"):
        here.key(one, "rsa", "RSA", NOW + timedelta(seconds=62))


def test_a_token_that_names_no_key_means_the_only_one_of_its_type(tmp_path: Path) -> None:
    login, one = Login(), provider(tmp_path)
    assert directory().key(one, "", "EC", NOW).key_type == "EC"
    login.keys.append(public(ec_key("second"), "second"))
    with pytest.raises(ProviderRefusedError, match="signature"):
        directory().key(one, "", "EC", NOW)


@pytest.mark.parametrize(
    "key",
    [public(rsa_key("short", 1024), "k"), public(rsa_key(), "k", use="enc"), {"kty": "oct", "k": "eA", "kid": "k"},
     {"kty": "RSA", "kid": "k"}, {"kty": "RSA", "n": 7, "e": "AQAB", "kid": "k"}, "no key", None],
)  # fmt: skip
def test_a_key_that_cannot_be_used_is_passed_over(key: Any, tmp_path: Path) -> None:
    login, one = Login(), provider(tmp_path)
    login.keys.insert(0, key)
    assert directory().key(one, "rsa", "RSA", NOW).key_type == "RSA"
    with pytest.raises(ProviderRefusedError, match="signature"):
        directory().key(one, "k", "RSA", NOW)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ({"issuer": "https://login.evil.example"}, "issuer"),
        ({"issuer": ISSUER + "/"}, "issuer"),
        ({"token_endpoint": "http://login.hospital-b.example/token"}, "away"),
        ({"jwks_uri": None}, "away"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "away"),
    ],
)
def test_what_it_says_of_itself_must_be_its_own_and_safe(
    published: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    Login(published=published)
    with pytest.raises(ProviderRefusedError, match=expected):
        directory().published(provider(tmp_path), NOW)


@pytest.mark.parametrize(
    "response",
    [httpx.Response(503), httpx.Response(200, content=b"<html>"), httpx.Response(200, json=[]),
     httpx.Response(200, content=b" " * 1_000_001)],
)  # fmt: skip
def test_what_is_no_answer_is_no_provider(response: httpx.Response, tmp_path: Path) -> None:
    Login().discovery.mock(return_value=response)
    with pytest.raises(ProviderRefusedError, match="away"):
        directory().published(provider(tmp_path), NOW)


def test_one_that_is_away_is_asked_once_a_minute_and_found_when_it_is_back(tmp_path: Path) -> None:
    login, here, one = Login(), directory(), provider(tmp_path)
    good = login.discovery.return_value
    login.discovery.mock(side_effect=httpx.ReadTimeout("slow"))
    for seconds in (0, 1, 59):
        with pytest.raises(ProviderRefusedError, match="away"):
            here.published(one, NOW + timedelta(seconds=seconds))
    assert login.discovery.call_count == 1
    login.discovery.mock(return_value=good, side_effect=None)
    assert here.published(one, NOW + timedelta(seconds=60)).token == f"{ISSUER}/token"
    assert login.discovery.call_count == 2


def test_what_it_answers_wrongly_is_told_as_before_until_it_is_asked_again(tmp_path: Path) -> None:
    login, here, one = Login(published={"issuer": "https://login.evil.example"}), directory(), provider(tmp_path)
    for seconds in (0, 59):
        with pytest.raises(ProviderRefusedError, match="issuer"):
            here.published(one, NOW + timedelta(seconds=seconds))
    assert login.discovery.call_count == 1


def test_one_that_does_not_answer_is_away(tmp_path: Path) -> None:
    Login().discovery.mock(side_effect=httpx.ReadTimeout("slow"))
    with pytest.raises(ProviderRefusedError, match="away"):
        directory().published(provider(tmp_path), NOW)
