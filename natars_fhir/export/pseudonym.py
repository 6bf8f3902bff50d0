"""Pseudonym: ids and days that nobody can lead back without the key, the same at every export of a trial.

Each use has a key of its own, derived from the store's by HMAC-SHA256 (https://www.rfc-editor.org/rfc/rfc2104) with the
use's label and the trial: who learns of a shift learns nothing of an id.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import lru_cache

#: As many days back as a subject's dates are moved at most: never into the future, and never not at all.
MOST_DAYS = 365
_LEAST_KEY = 16
_ID_OCTETS = 16


@dataclass(frozen=True, slots=True)
class ExportKeys:
    """The keys of one trial's export."""

    ids: bytes = field(repr=False)
    days: bytes = field(repr=False)


def export_keys(key: bytes, trial: str) -> ExportKeys:
    """The export's own keys. Raises ValueError for a key that could be guessed."""
    if len(key) < _LEAST_KEY:
        raise ValueError(f"a key needs at least {_LEAST_KEY} bytes")
    return ExportKeys(_derived(key, "ids", trial), _derived(key, "days", trial))


def _derived(key: bytes, use: str, trial: str) -> bytes:
    return hmac.digest(key, f"natars-fhir export {use}\n{trial}".encode(), "sha256")


def keyed_id(keys: ExportKeys, subject: str, kind: str, handle: str) -> str:
    """The id of a resource that we know by *handle*: 32 hexadecimal digits, a legal FHIR id."""
    said = _begun(keys.ids).copy()
    said.update(f"{subject}\n{kind}\n{handle}".encode())
    return said.digest()[:_ID_OCTETS].hex()


@lru_cache(maxsize=8)
def _begun(key: bytes) -> hmac.HMAC:
    """HMAC-SHA256 with this key, of nothing yet: to begin it costs more than all the rest, and is done once."""
    return hmac.new(key, digestmod="sha256")


def days_back(keys: ExportKeys, subject: str) -> int:
    """By how many days all dates of a subject are moved back: 1 to `MOST_DAYS`."""
    drawn = int.from_bytes(hmac.digest(keys.days, subject.encode(), "sha256")[:8], "big")
    return 1 + drawn % MOST_DAYS
