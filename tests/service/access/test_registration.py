"""What can be registered: clients with keys and scopes that can be used, and certificates however they are told."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import cache
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from natars_fhir.service.access import registration
from natars_fhir.service.access.registration import RegistrationError, fingerprint
from natars_fhir.store import audit, clients
from natars_fhir.store.clients import Client
from natars_fhir.store.engine import Store
from tests.service.access.clients_of import client, ec_key, jwks, private
from tests.service.hospital import KEY, NOW


@pytest.fixture
def store(either_store: Store) -> Store:
    return either_store


@cache
def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "engine.hospital-a.example")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(ec_key().public_key())
    dated = built.not_valid_before(datetime(2024, 1, 1)).not_valid_after(datetime(2034, 1, 1))  # noqa: DTZ001
    return dated.serial_number(7).sign(ec_key(), SHA256())


PRINT = certificate().fingerprint(SHA256()).hex()
PEM = certificate().public_bytes(Encoding.PEM).decode()
DER = certificate().public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "one",
    [
        client(),
        client("a.b-c_1", scopes="system/Observation.read"),
        client(url="https://his.hospital-a.example/jwks", keys=""),
        client(roles=("engine", "coordinator")),
        client("statistics", "", roles=("trial-office",), scopes="system/*.rs"),
    ],
)
def test_a_client_is_kept_as_it_was_told(store: Store, one: Client) -> None:
    registration.register(store, KEY, one)
    with store.read() as connection:
        assert clients.client(connection, one.id) == one
        assert clients.clients(connection) == [one]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (client(""), "id is made of"),
        (client("a b"), "id is made of"),
        (client("x" * 65), "id is made of"),
        (client(site=""), "a site's"),
        (client(site="", roles=("operator",)), "trial office's"),
        (client(roles=()), "a role is one of"),
        (client(roles=("trial-office",)), "of no site"),
        (client(scopes=""), "no scope"),
        (client(scopes="system/*.rs user/*.rs"), "user/"),
        (client(keys=""), "one of them"),
        (client(url="https://x.example/jwks"), "one of them"),
        (client(url="http://x.example/jwks", keys=""), "https"),
        (client(keys="{}"), "no JWKS"),
        (client(keys=jwks(private(ec_key(), "p"))), "private"),
    ],
)
def test_a_client_that_could_not_be_served_is_not_registered(store: Store, one: Client, why: str) -> None:
    with pytest.raises(RegistrationError, match=why):
        registration.register(store, KEY, one)
    with store.read() as connection:
        assert clients.clients(connection) == []


def test_an_id_is_used_once_even_after_it_was_revoked(store: Store) -> None:
    registration.register(store, KEY, client())
    registration.revoke(store, KEY, "engine-a", NOW)
    with pytest.raises(RegistrationError, match="used once"):
        registration.register(store, KEY, client(site="hospital-b"))
    assert not registration.revoke(store, KEY, "nobody", NOW)


@pytest.mark.parametrize(
    "said",
    [
        PEM, quote(PEM), quote(PEM, safe=""), PEM.replace("\n", "\r\n"), f":{base64.b64encode(DER).decode()}:",
        base64.b64encode(DER).decode(), PRINT, PRINT.upper(), ":".join(PRINT[i : i + 2] for i in range(0, 64, 2)),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_certificate_is_known_however_a_proxy_tells_of_it(said: str) -> None:
    assert fingerprint(said) == PRINT


@pytest.mark.parametrize(
    "said", ["", "-", "(null)", PRINT[:-1], PEM[:-40], "-----BEGIN CERTIFICATE-----", "AAAA", "é"], ids=range(8)
)
def test_what_is_no_certificate_is_none(said: str) -> None:
    assert fingerprint(said) == ""


def test_a_certificate_is_one_sites_and_can_be_taken_away(store: Store) -> None:
    registration.certify(store, KEY, "hospital-a", PRINT, NOW)
    registration.certify(store, KEY, "hospital-a", PRINT, NOW)
    assert registration.certified(store, "hospital-a", PRINT)
    assert not registration.certified(store, "hospital-b", PRINT)
    assert not registration.certified(store, "hospital-a", "0" * 64)
    assert not registration.decertify(store, KEY, "hospital-b", PRINT, NOW)
    assert registration.decertify(store, KEY, "hospital-a", PRINT, NOW)
    assert not registration.certified(store, "hospital-a", PRINT)
    with store.read() as connection:
        assert clients.certificates(connection) == []
        assert len([*audit.acts(connection, "hospital-a")]) == 3
