"""The keys of a test's installations, the same in every run: identifiers and shifts of days are made of them, and one
in some thousands may look like what a test says must not be there."""

from __future__ import annotations

import os
from collections import Counter
from hashlib import sha256

_made: Counter[str] = Counter()


def token_bytes(octets: int) -> bytes:
    """In the place of `secrets.token_bytes`: by the test that runs, and how many it asked for before."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    _made[test] += 1
    return sha256(f"{test} {_made[test]}".encode()).digest()[:octets]
