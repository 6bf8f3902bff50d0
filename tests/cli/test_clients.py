"""`client …` and `certificate …`: who signs is registered by its public keys, listed and revoked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.installed import installed  # noqa: F401 (a fixture)
from tests.service.access.clients_of import jwks, private, public, rsa_key
from tests.service.access.test_registration import PEM, PRINT

SCOPE = ("--scope", "system/*.cud")


@pytest.fixture
def keys(tmp_path: Path) -> str:
    file = tmp_path / "jwks.json"
    file.write_text(jwks(public(rsa_key(), "rsa")))
    return str(file)


def test_a_client_is_registered_listed_and_revoked(said: Any, keys: str) -> None:
    code, _, err = said("client", "add", "engine-a", "--site", "hospital-a", "--jwks", keys, *SCOPE)
    assert (code, "/auth/token" in err) == (0, True)
    url = "https://his.hospital-b.example/jwks.json"
    assert said("client", "add", "engine-b", "--site", "hospital-b", "--jwks", url, *SCOPE)[0] == 0
    listed = said("client", "list")[1]
    assert all(word in listed for word in ("engine-a", "hospital-b", "system/*.cud", "good"))
    assert said("client", "revoke", "engine-a")[0] == 0
    assert said("client", "revoke", "engine-a")[0] == 1
    assert "revoked" in said("client", "list")[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"site": "hospital-z"}, {"jwks": "http://his.example/jwks"}, {"jwks": "no-such-file"}, {"scope": "openid"},
        {"ident": "a b"}, {"private": True},
    ],
    ids=str,
)  # fmt: skip
def test_a_client_that_could_not_be_served_is_not(
    said: Any,
    keys: str,
    tmp_path: Path,
    wrong: dict[str, Any],
) -> None:
    if wrong.get("private"):
        Path(keys).write_text(jwks(private(rsa_key(), "rsa")))
    told = {"ident": "engine-a", "site": "hospital-a", "jwks": keys, "scope": "system/*.rs", **wrong}
    options = [f"--{name}={told[name]}" for name in ("site", "jwks", "scope")]
    assert said("client", "add", told["ident"], *options)[0] == 64
    assert "engine-a" not in said("client", "list")[1]


def test_a_certificate_comes_as_a_file_or_as_its_digest(said: Any, tmp_path: Path) -> None:
    file = tmp_path / "engine.pem"
    file.write_text(PEM)
    assert said("certificate", "add", str(file), "--site", "hospital-a")[0] == 0
    assert PRINT in said("certificate", "list")[1]
    assert said("certificate", "revoke", PRINT, "--site", "hospital-b")[0] == 1
    assert said("certificate", "revoke", PRINT, "--site", "hospital-a")[0] == 0
    assert PRINT not in said("certificate", "list")[1]
    for wrong in (str(tmp_path / "none.pem"), "AAAA", str(tmp_path)):
        assert said("certificate", "add", wrong, "--site", "hospital-a")[0] == 64
    file.write_text("no certificate")
    assert said("certificate", "add", str(file), "--site", "hospital-a")[0] == 64
