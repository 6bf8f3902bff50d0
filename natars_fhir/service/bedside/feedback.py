"""Feedback: what people made of cards, kept with the reason. https://cds-hooks.hl7.org/#feedback

A card that was put away with a reason is not shown again until something else is found of the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from natars_fhir.store import audit, cards
from natars_fhir.store.audit import Act
from natars_fhir.store.cards import Feedback
from natars_fhir.store.engine import Store

_MOST_CODE, _MOST_COMMENT = 100, 1000
#: A comment alone is a reason too.
_IN_WORDS = "comment"


class Reason(msgspec.Struct, frozen=True):
    """The reason that was chosen: one of ours, or of the client's own."""

    code: str = ""
    system: str = ""
    display: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one card."""

    card: str
    outcome: str
    at: datetime
    reason: Reason | None = None
    comment: str = ""


class UnknownCardError(Exception):
    """A card that was never shown at the site."""


def take(store: Store, key: bytes, site: str, said: Sequence[Answered], now: datetime) -> None:
    """Keeps all of it, or nothing. Raises UnknownCardError."""
    with store.of(site).write(()) as connection:
        for one in said:
            _keep(connection, site, one, now)
        counts = {outcome: sum(one.outcome == outcome for one in said) for outcome in ("accepted", "overridden")}
        audit.write(connection, key, Act(site, now, "card feedback", counts=counts))


def _keep(connection: Connection, site: str, said: Answered, now: datetime) -> None:
    """Of a patient of whom the store knows nothing no words are kept."""
    card = said.card.lower()
    known = cards.of_whom(connection, site, card)
    if known is None:
        raise UnknownCardError
    comment = said.comment.strip()[:_MOST_COMMENT]
    code = said.reason.code[:_MOST_CODE] if said.reason else ""
    why = code or (_IN_WORDS if comment or said.reason else "")
    cards.heard(connection, site, known, Feedback(card, said.outcome, said.at, why, comment if known else ""), now)
