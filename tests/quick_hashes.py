"""Passwords that are worked out in no time: argon2 is slow by design, and few tests are about how slow. How it is by
itself is asked in tests/service/access/test_passwords.py."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher

#: What makes them, as a patch names it.
WHERE = "natars_fhir.service.access.passwords._hasher"


@cache
def quick() -> PasswordHasher:
    """It takes 64 KiB and one turn."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
