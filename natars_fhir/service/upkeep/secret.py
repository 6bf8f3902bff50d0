"""The secret that our identifiers are keyed with: made at first start, kept beside the store, and bound to it.

Another key would give every patient another pseudonym; so a store that has met its key takes no other, and a lost key
is an error and never silently a new one. Nothing is emitted without it.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from natars_fhir.store import about
from natars_fhir.store.engine import Store
from natars_fhir.store.reasons import why

_OCTETS = 32
_LEAST = 16
_MISSING = "the key file is missing: this store's identifiers were made with it (setting NATARS_KEY_FILE)"
_OTHER = "the key file is not the one that this store's identifiers were made with (setting NATARS_KEY_FILE)"


class SecretError(Exception):
    """The key is missing, unsafe or not this store's. A fault of the configuration."""


def secret(path: Path, store: Store) -> bytes:
    """The key of *store*, made if the store has never had one. Raises SecretError."""
    with store.write() as connection:
        expected = about.key_check(connection)
        if expected is not None and not path.exists():
            raise SecretError(_MISSING)
        key = _read(path) if path.exists() else _make(path)
        if expected is None:
            about.keep_key_check(connection, _digest(key))
        elif not hmac.compare_digest(expected, _digest(key)):
            raise SecretError(_OTHER)
    return key


def known(path: Path, expected: str | None) -> bytes:
    """The key that has this digest, where the store has met one; nothing is made. Raises SecretError."""
    if not path.exists():
        raise SecretError(_MISSING)
    if expected is not None and not is_there(path, expected):
        raise SecretError(_OTHER)
    return _read(path)


def is_there(path: Path, expected: str | None) -> bool:
    """Is the key of this digest in its place now?"""
    try:
        return expected is not None and hmac.compare_digest(expected, _digest(_read(path)))
    except SecretError:
        return False


def _make(path: Path) -> bytes:
    """Written before anything is keyed with it, and for its owner alone."""
    key = secrets.token_bytes(_OCTETS)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise SecretError(f"the key file cannot be written ({why(fault)})") from None
    return key


def _read(path: Path) -> bytes:
    try:
        key, mode = path.read_bytes(), path.stat().st_mode
    except OSError as fault:
        raise SecretError(f"the key file cannot be read ({why(fault)})") from None
    if len(key) < _LEAST:
        raise SecretError(f"the key file holds fewer than {_LEAST} bytes")
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise SecretError("everybody may read or write the key file: take these rights away")
    return key


def _digest(key: bytes) -> str:
    return hmac.new(key, b"natars-fhir store", sha256).hexdigest()[:16]
