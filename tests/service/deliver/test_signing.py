"""The key with which we sign is made once, for its owner alone; of it the public half alone is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from natars_fhir.service.access.keys import registered
from natars_fhir.service.deliver.credentials import CredentialsError, signing_key
from natars_fhir.service.deliver.signing import public_keys


def test_a_key_is_made_once_and_its_public_half_is_what_a_server_can_register(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    told = public_keys(path)
    assert public_keys(path) == told
    (key,) = registered(told)
    assert key.kid == signing_key(str(path))[0].kid
    assert "d" not in json.loads(told)["keys"][0]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text("something else")
    with pytest.raises(CredentialsError):
        public_keys(path)
    assert path.read_text() == "something else"
