"""The key is made once, for its owner alone, and a store takes no other."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from natars_fhir.service.upkeep.secret import SecretError, secret
from natars_fhir.store.engine import Store


def test_the_key_is_made_at_first_start_and_is_the_same_ever_after(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = secret(path, store)
    assert len(made) == 32
    assert secret(path, store) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_is_there_is_taken(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"k" * 32)
    path.chmod(0o640)
    assert secret(path, store) == b"k" * 32


def test_a_lost_key_is_an_error_and_never_a_new_one(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "key"
    secret(path, store)
    path.unlink()
    with pytest.raises(SecretError, match="missing"):
        secret(path, store)
    assert not path.exists()


def test_another_key_is_not_taken(store: Store, tmp_path: Path) -> None:
    secret(tmp_path / "key", store)
    (tmp_path / "other").write_bytes(b"x" * 32)
    (tmp_path / "other").chmod(0o600)
    with pytest.raises(SecretError, match="not the one"):
        secret(tmp_path / "other", store)


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [(b"short", 0o600, "fewer"), (b"k" * 32, 0o644, "everybody"), (b"k" * 32, 0o602, "everybody")],
    ids=["too short", "readable by all", "writable by all"],
)
def test_an_unsafe_key_is_not_taken(store: Store, tmp_path: Path, content: bytes, mode: int, why: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(SecretError, match=why) as raised:
        secret(path, store)
    assert str(tmp_path) not in str(raised.value)


def test_a_key_that_cannot_be_written_or_read_is_an_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="written"):
        secret(tmp_path / "no folder" / "key", store)
    with pytest.raises(SecretError, match="read"):
        secret(tmp_path, store)
