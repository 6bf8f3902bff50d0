"""Quarantine: what could not be used, as plain values for a command, a page or another program; and what people do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.service.ingest.apart import read_with
from natars_fhir.store import audit, quarantine
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.quarantine import Apart, Wanted

#: The longest name, and the longest reason, that a dismissal keeps.
LONGEST_NAME, LONGEST_REASON = 200, 2_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, how many there are by state, and after which number the next page begins; None on the last."""

    rows: Sequence[Apart]
    counts: Mapping[str, int]
    next: int | None


def page(store: Store, wanted: Wanted, site: str = "") -> Page:
    """The next rows of a site, or of all."""
    with _of(store, site).read() as connection:
        found = quarantine.listed(
            connection, Wanted(wanted.state, wanted.code, wanted.kind, wanted.after, wanted.most + 1), site
        )
        counts = quarantine.counts(connection, site)
    rows = found[: wanted.most]
    return Page(rows, counts, rows[-1].number if len(found) > wanted.most else None)


def one(store: Store, number: int, site: str = "") -> Apart | None:
    """One row; None where there is none of this number, or it is another site's."""
    with _of(store, site).read() as connection:
        return quarantine.one(connection, number, site)


def raw_of(store: Store, number: int, site: str) -> bytes:
    """The bytes as they came: they hold a patient."""
    with _of(store, site).read() as connection:
        return quarantine.content(connection, number)[0]


def dismiss(store: Store, key: bytes, number: int, site: str, by: str, reason: str, now: datetime) -> Apart | None:
    """Somebody says that nothing of it is wanted. What was of use already stays as it is."""

    def work(connection: Connection) -> Apart | None:
        found = quarantine.one(connection, number, site)
        if found is None or found.state == "replayed":
            return found
        quarantine.dismiss(connection, number, by, reason, now)
        audit.write(connection, key, Act(found.site, now, "dismiss", found.hash, 200, {"dismissed": 1}))
        return quarantine.one(connection, number, site)

    return _of(store, site).done((), work)


def standing(store: Store, mapping: SiteMapping) -> tuple[int, int]:
    """How many of a site wait, and how many of these the mapping that is active now did not read yet."""
    site = mapping.site.site
    with store.of(site).read() as connection:
        waiting = quarantine.counts(connection, site)["waiting"]
        return waiting, len(quarantine.untried(connection, site, read_with(mapping), waiting)) if waiting else 0


def row_of(found: Apart) -> dict[str, Any]:
    """A row of a list: nothing of it is a patient's."""
    return {
        "number": found.number,
        "site": found.site,
        "state": found.state,
        "kind": found.kind or None,
        "place": found.place or None,
        "fhirVersion": found.fhir or None,
        "first": _text(found.first),
        "last": _text(found.last),
        "count": found.count,
        "codes": sorted({issue.code for issue in found.issues if issue.severity in ("fatal", "error")}),
        "tries": found.tries,
    }


def object_of(found: Apart) -> dict[str, Any]:
    """One row whole, with its issues and what became of it; the bytes are not among it."""
    return row_of(found) | {
        "hash": found.hash,
        "issues": [_issue(issue) for issue in found.issues],
        "tried": _text(found.tried),
        "settled": _text(found.settled),
        "became": found.became,
        "by": found.by,
        "reason": found.reason,
    }


def _issue(issue: Issue) -> dict[str, str]:
    return {"severity": issue.severity, "code": issue.code, "expression": issue.expression, "text": issue.text}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _of(store: Store, site: str) -> Store:
    return store.of(site) if site else store
