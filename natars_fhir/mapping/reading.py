"""Reading: one resource version, read: whose it is, which version, and the facts that it tells.

Structs, not dataclasses: one is made for every resource, and a frozen dataclass of this size costs ten times as much.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from natars_fhir.domain.identity import Version
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact
from natars_fhir.mapping.sink import NotUnderstood

#: What became of an entry: its facts were read; no view asks for its code, and it was let go unchecked (only where
#: routing is asked for); no view reads its type; it could not be read; or it says "deleted".
Fate = Literal["read", "not-asked", "let-go", "refused", "deleted"]

NO_VERSION = Version()


class ReportStage(Struct, frozen=True, gc=False):
    """A report's place among those of one order: the orders and accessions that it answers, how final it is, and the
    instant of its issue (empty where it is not told)."""

    orders: tuple[str, ...]
    rank: int
    issued: str


class Reading(Struct, frozen=True, gc=False, omit_defaults=True):
    """What one entry came to. ``place`` is where it stood; empty for a single resource.

    ``aliases`` are the keys under which the same resource may come again (business identifiers); of a Patient, all
    keys in ``aliases`` name the same person, and ``replaced_by`` is who took its place.
    """

    key: str
    kind: str
    fate: Fate
    place: str = ""
    version: Version = NO_VERSION
    subject: str | None = None
    facts: tuple[Fact, ...] = ()
    issues: tuple[Issue, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    aliases: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    replaced_by: str | None = None
    report: ReportStage | None = None


class ReadDocument(Struct, frozen=True, gc=False):
    """A document, read: a Bundle's entries in order, or the one resource that it is."""

    type: str
    readings: tuple[Reading, ...]
    #: what is wrong with the document as a whole
    issues: tuple[Issue, ...] = ()
    identifier: str = ""

    @property
    def refused(self) -> tuple[Reading, ...]:
        """The entries that could not be read."""
        return tuple(reading for reading in self.readings if reading.fate == "refused")

    @property
    def unreadable(self) -> bool:
        """Is there anything in it that was not read though it should be?"""
        return bool(self.refused) or any(issue.severity in ("fatal", "error") for issue in self.issues)
