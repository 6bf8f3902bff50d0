"""Cards: which were shown at the bedside, and what people made of them. Append-only but for a purge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from natars_fhir.store.rows import keep_new
from natars_fhir.store.tables.bedside import hook_card, hook_feedback


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody made of a card; ``reason`` is a code, empty where none was given."""

    card: str
    outcome: str
    at: datetime
    reason: str = ""
    comment: str = ""


def shown(connection: Connection, site: str, uuid: str, patient: str, now: datetime) -> None:
    """The card was shown; *patient* is the key under which the store knows whom, empty where it does not."""
    keep_new(connection, hook_card, [{"site": site, "uuid": uuid, "patient": patient, "at": now}])


def of_whom(connection: Connection, site: str, uuid: str) -> str | None:
    """The key of the patient of a card, empty where none was kept; None for a card that was never shown."""
    here = hook_card.c
    return connection.execute(select(here.patient).where(here.site == site, here.uuid == uuid)).scalar()


def heard(connection: Connection, site: str, patient: str, said: Feedback, now: datetime) -> None:
    """Keeps what became of a card."""
    told = {"card": said.card, "outcome": said.outcome, "reason": said.reason, "comment": said.comment, "at": said.at}
    connection.execute(insert(hook_feedback).values(site=site, patient=patient, received=now, **told))


def overridden(connection: Connection, site: str, uuid: str) -> bool:
    """Has somebody put the card away, and said why?"""
    here = hook_feedback.c
    asked = select(here.seq).where(
        here.site == site, here.card == uuid, here.outcome == "overridden", here.reason != ""
    )
    return connection.execute(asked.limit(1)).first() is not None


def feedback_of(connection: Connection, site: str) -> list[Feedback]:
    """What people made of a site's cards, the earliest first."""
    asked = select(hook_feedback).where(hook_feedback.c.site == site).order_by(hook_feedback.c.seq)
    return [Feedback(row.card, row.outcome, row.at, row.reason, row.comment) for row in connection.execute(asked)]
