"""Lines: one subject's record as lines of JSON, each masked, written, and read again before it goes out.

NDJSON is https://hl7.org/fhir/R4/nd-json.html. What the generated Structs refuse, and the walker too, is not sent: it
is a fault of ours, and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time
from typing import NamedTuple

import msgspec

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.issue import worst
from natars_fhir.domain.record import Fact
from natars_fhir.export.allowed import Filter, compiled
from natars_fhir.export.mask import Mask
from natars_fhir.export.plan import Plan, constants
from natars_fhir.export.pseudonym import ExportKeys, days_back
from natars_fhir.export.research.record import resources
from natars_fhir.export.research.whole import Whole
from natars_fhir.export.research.words import KINDS
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.check import check_bytes
from natars_fhir.fhir.decode import Decoder

_written = msgspec.json.Encoder(decimal_format="number").encode


class Line(NamedTuple):
    """One resource: ``raw`` is one line of JSON without its newline, ``subject`` the pseudonym, empty of a study."""

    kind: str
    id: str
    raw: bytes
    subject: str


class Writer:
    """Writes the lines of one export: every resource passes the allow-list, and is read again as it is written."""

    def __init__(self, plan: Plan, keys: ExportKeys, as_of: date, studies: frozenset[str]) -> None:
        self._plan, self._keys = plan, keys
        self._words = plan.words | studies
        self._filter: Filter = compiled(plan.tables, KINDS, self._words, constants(plan))
        self._as_of = datetime.combine(as_of, time(), SHANGHAI).isoformat()
        self._read = Decoder(KINDS)

    def mask(self, pseudonym: str, scrub: Callable[[str], str] | None = None) -> Mask:
        """What a subject's resources are seen through; without a pseudonym, a study's."""
        back = days_back(self._keys, pseudonym) if pseudonym else 0
        return Mask(self._keys, self._words, pseudonym, back, self._as_of, scrub)

    def lines(self, whole: Whole, mask: Mask, kinds: frozenset[str] = frozenset()) -> Iterator[Line]:
        """The subject's lines, of *kinds* where some are named. Without a scrub there are no texts."""
        whole = whole if mask.scrub is not None else replace(whole, text=_no_text)
        for resource in resources(whole, self._plan, mask.leave):
            if not kinds or resource["resourceType"] in kinds:
                line = self.line(resource, mask)
                if line is not None:
                    yield line

    def line(self, resource: Node, mask: Mask) -> Line | None:
        """One line; None where nothing may go out, or what would is not valid."""
        kept = self._filter(resource, mask)
        if kept is None:
            return None
        raw = _written(kept)
        kind = kept["resourceType"]
        if self._read.own(raw) is None and not _is_valid(raw):
            mask.leave(kind, "check")
            return None
        return Line(kind, kept["id"], raw, mask.subject)


def _no_text(_: Fact) -> str:
    return ""


def _is_valid(raw: bytes) -> bool:
    """The walker's word on what the Structs refuse: a required date that is masked is said by an extension alone."""
    return worst(check_bytes(raw)[1]) not in ("fatal", "error")
