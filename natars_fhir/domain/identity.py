"""Identity: which references and identifiers of one site name the same patient, and which version is the newer.

Patients of two sites are never joined here: each site has its own `Patients`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple


class Patients:
    """Keys of patients (``Patient/1``, ``Patient?identifier=system|value``), joined as they turn out to be one.

    A union-find with path halving; the answer does not depend on the order of joins.
    """

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def one(self, key: str) -> str:
        """The key that stands for all keys of this patient: the least of them."""
        parent = self._parent
        while (up := parent.get(key, key)) != key:
            parent[key] = parent.get(up, up)
            key = parent[key]
        return key

    def join(self, key: str, others: Iterable[str]) -> None:
        """All these keys are one patient."""
        for other in others:
            first, second = sorted((self.one(key), self.one(other)))
            if first != second:
                self._parent[second] = first


class Version(NamedTuple):
    """What tells versions of a resource apart: ``meta.versionId`` where it is a number, and ``meta.lastUpdated``."""

    number: int | None = None
    updated: str | None = None

    def replaced_by(self, later: Version) -> bool:
        """Does *later*, which arrived later, replace this one? By number, then by date, else by arrival."""
        if self.number is not None and later.number is not None and self.number != later.number:
            return later.number > self.number
        if self.updated is not None and later.updated is not None:
            return _moment(later.updated) >= _moment(self.updated)
        return True


@lru_cache(maxsize=4_096)
def version(number: str | None, updated: str | None) -> Version:
    """The version of a resource as its meta says it; a versionId that is no number tells no order."""
    return Version(int(number) if number and number.isascii() and number.isdigit() else None, updated)


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant[:17] + "59" + instant[19:] if instant[17:19] == "60" else instant)
