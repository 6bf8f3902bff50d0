"""Subjects of hospital A for tests: one who is signed for, and what the site is told of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.people.moves import Said, move
from natars_fhir.service.people.subjects import Subject, subject_of, subjects_of
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import unpack
from natars_fhir.store.tables.core import outbox
from tests.service.hospital import NOW, Node, intake, mappings
from tests.service.spoken import INVESTIGATOR, answers, hear

SITE = "hospital-a"
#: The first patient of `spoken.COMPLETE`, and her investigator and coordinator by name.
SIGNER, ASSISTANT = "研究者甲（虚构）", "协调员乙（虚构）"


def only(store: Store, site: str = SITE, now: datetime = NOW) -> Subject:
    """The one subject of a site."""
    with store.read() as connection:
        (found,) = subjects_of(connection, intake(), mappings().sites[site], now)
    return found


def known(store: Store, pseudonym: str, now: datetime = NOW) -> Subject | None:
    with store.read() as connection:
        return subject_of(connection, intake(), pseudonym, now)


def sign(store: Store) -> None:
    assert hear(store, answers(status="completed", by=INVESTIGATOR)).status == 201


def say(store: Store, pseudonym: str, cause: str, now: datetime = NOW, **more: Any) -> Answer:
    """What the investigator says of a subject; with a reason, where one is needed."""
    by, day, site = more.pop("by", SIGNER), more.pop("day", None), mappings().sites[SITE]
    reason = more.pop("reason", "" if cause == "allocated" else "as the patient told us")
    said = Said(cause, by, date.fromisoformat(day) if day else None, reason, **more)
    return move(store, intake(), site, pseudonym, said, now)


def letters(store: Store, kind: str) -> list[Node]:
    """What a site is told, the earliest first."""
    with store.read() as connection:
        asked = select(outbox.c.body).where(outbox.c.kind == kind).order_by(outbox.c.seq)
        return [json.loads(unpack(body)) for body in connection.execute(asked).scalars()]
