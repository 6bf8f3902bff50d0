"""Leaving: a site that leaves before a subject of it was allocated is removed, with all that it sent; the audit stays.

Once somebody was allocated, the trial analyses them to its end, and their sources are kept with them: nothing is
removed then but single persons who withdrew the use of their data (`service.upkeep.purge`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from natars_fhir.domain.issue import Issue
from natars_fhir.service.export import bulk_export
from natars_fhir.store import audit, export_known, exports, leaving
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store

ACT = "site removed"


@dataclass(frozen=True, slots=True)
class Left:
    """Table → rows that went, or would; or why nothing goes."""

    rows: dict[str, int] = field(default_factory=dict)
    issue: Issue | None = None


def foretold(store: Store, site: str, *, has_file: bool) -> Left:
    """What would go."""
    with store.of(site).read() as connection:
        issue = _hindrance(connection, site, has_file)
        return Left({}, issue) if issue else Left(leaving.rows(connection, site))


def remove(store: Store, key: bytes, site: str, person: str, now: datetime, *, has_file: bool) -> Left:
    """Removes a site's rows, and says so in the audit; *person*, as the audit names them, asked for it."""
    with store.of(site).write() as connection:
        if issue := _hindrance(connection, site, has_file):
            audit.write(connection, key, Act(site, now, ACT, "", 422, {}, "", person))
            return Left({}, issue)
        for subject in leaving.exported(connection, site):
            for job in exports.purge(connection, site, subject):
                bulk_export.forget(job)
            export_known.forget(connection, site, subject, now)
        gone = leaving.remove(connection, site)
        audit.write(connection, key, Act(site, now, ACT, "", 200, gone, "", person))
    return Left(gone)


def _hindrance(connection: Connection, site: str, has_file: bool) -> Issue | None:
    if has_file:
        text = "The site has its file in mappings/sites/, so that it would be taken in again: take the file away first."
        return Issue("error", "business-rule", "site", text)
    if count := leaving.allocated(connection, site):
        text = f"Subjects of the site were allocated ({count}): the trial keeps what it analyses. Nothing is removed."
        return Issue("error", "business-rule", "allocation", text)
    if count := leaving.waiting(connection, site):
        text = f"Patients of the site are still to be screened ({count}): put its file back, and have that done first."
        return Issue("error", "business-rule", "screening", text)
    return None
