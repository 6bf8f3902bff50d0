"""Bedside: whether a card is shown for the patient whose record is opened. Nothing that comes along is kept.

What the hook brings is read as a push is, beside what the store knows of that patient at that site; the newer version
of a resource counts. The client's FHIR server is never asked. https://cds-hooks.org
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection

from natars_fhir import pipeline
from natars_fhir.domain.life import may_be_used
from natars_fhir.domain.request import request
from natars_fhir.emit.card import Card, Face, card
from natars_fhir.emit.identity import keyed
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.gathered import Gathered
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.schema import Site
from natars_fhir.service.bedside.prefetch import Viewed, aliases, readings
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.screening.lives import caused, declines, life_of, told_by_office
from natars_fhir.service.screening.screened import findings, peoples_part, today
from natars_fhir.service.upkeep.pseudonym import subject_of
from natars_fhir.service.upkeep.purge import tomb
from natars_fhir.store import attestations, audit, cards, forgetting, opened, patients
from natars_fhir.store import readings as stored
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store


class TooLittleError(Exception):
    """Neither the store nor what came along tells enough of the patient."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A card; whom it is about, as the audit calls them; and as the store does, empty where it does not."""

    card: Card
    about: str
    known: str


def cards_for(
    store: Store, intake: Intake, site: Site, reader: DocumentReader, viewed: Viewed, face: Face, now: datetime
) -> list[Card]:
    """The cards of an opened record: one, or none. Raises TooLittleError.

    A card that is shown is written in the audit; where none is, nothing of the patient was told.
    """
    came = readings(viewed, reader)
    with store.of(site.site).read() as connection:
        made = _made(connection, intake, site, (viewed, came), face, now)
    if made is None:
        return []
    with store.of(site.site).write(()) as connection:
        cards.shown(connection, site.site, made.card["uuid"], made.known, now)
        audit.write(connection, intake.key, Act(site.site, now, "card", counts={"cards": 1}, about=made.about))
    return [made.card]


def _made(
    connection: Connection, intake: Intake, site: Site, brought: tuple[Viewed, Sequence[Reading]], face: Face,
    now: datetime,
) -> _Made | None:  # fmt: skip
    viewed, came = brought
    names = _names(connection, site.site, viewed, came)
    if _forgotten(connection, intake, site.site, names):
        return None
    known = list(opened.one(connection, site.site, names))
    if not known and not viewed.enough:
        raise TooLittleError
    told = caused(connection, intake.study, site.site, names, today(now))
    gathered = _gathered(site.site, viewed, known, _as_known(connection, site.site, came))
    office = told_by_office(site.site, told)
    found = next(pipeline.outcomes(gathered, intake.study, today(now), office), None)
    if found is None or not found.screening.in_scope:
        return None
    part = peoples_part(found, intake.study, attestations.said_of(connection, site.site, intake.study.id, names))
    way = life_of(intake.study, found, part, told)
    asked = request(part, way, declines(connection, intake.study, site.site, names))
    signed = part.signed is not None and part.signed.holds
    if asked.status not in ("requested", "completed") or signed or not may_be_used(way):
        return None
    uuid = _uuid(intake.key, site.site, findings(found.screening, part))
    if cards.overridden(connection, site.site, uuid):
        return None
    key = next((one.key for one in patients.standing(connection, site.site, names)), "")
    made = card(found.screening, part, asked, intake.study, uuid, face)
    return _Made(made, subject_of(intake, site, found.screening.patient), key)


def _uuid(key: bytes, site: str, found: str) -> str:
    """The same card has the same uuid, until something else is found of the patient."""
    return str(UUID(keyed(key, "card", site, found), version=4))


def _names(connection: Connection, site: str, viewed: Viewed, came: Sequence[Reading]) -> set[str]:
    """All that the patient goes by: at the client's server, by the identifiers that came along, and in the store."""
    own = {name for name in viewed.names if name.isprintable()}
    own |= {alias for one in came if one.kind == "Patient" and one.key in own for alias in one.aliases}
    return {name for names in patients.persons(connection, site, own).values() for name in names}


def _forgotten(connection: Connection, intake: Intake, site: str, names: Collection[str]) -> bool:
    buried = forgetting.hashes(connection, site)
    return bool(buried) and any(tomb(intake.key, site, name) in buried for name in names)


def _as_known(connection: Connection, site: str, came: Sequence[Reading]) -> list[Reading]:
    """What came along, each under the key that the store has for it."""
    first = stored.first_known_as(connection, site, aliases(came))
    return [replace(one, key=next((first[a] for a in one.aliases if a in first), one.key)) if one.kind != "Patient"
            else one for one in came]  # fmt: skip


def _gathered(site: str, viewed: Viewed, known: Sequence[Reading], came: Collection[Reading]) -> Gathered:
    """What is known, and then what came along of this patient; of anybody else nothing is looked at."""
    gathered = Gathered(site)
    own, *others = viewed.names
    gathered.join(own, others)
    for one in known:
        gathered.add(one if one.kind == "Patient" else replace(one, aliases=()))
    for one in came:
        if one.kind == "Patient":
            gathered.join(one.key, one.aliases)
    mine = gathered.patients.one(own)
    gathered.take([one for one in came if one.subject is None or gathered.patients.one(one.subject) == mine])
    return gathered
