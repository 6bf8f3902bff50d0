"""Attestations: what named persons said of a patient, kept for good. Append-only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from natars_fhir.domain.answer import Answer
from natars_fhir.domain.people import Statement
from natars_fhir.domain.signing import Signature
from natars_fhir.store import driver
from natars_fhir.store.persons import Persons, every_name, of_each
from natars_fhir.store.rows import among
from natars_fhir.store.tables.core import attestation, resource_version

_STATEMENT, _SIGNATURE = "statement", "signature"


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that people said of one person, in the order in which it came."""

    statements: tuple[Statement, ...] = ()
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Whence:
    """Of whom, in which trial, and by which document something is said; ``who`` identifies the speaker at the site."""

    site: str
    patient: str
    trial: str
    who: str
    document: int | None
    received: datetime


def state(connection: Connection, whence: Whence, said: Collection[Statement]) -> None:
    """Keeps statements."""
    for one in said:
        row = {"criterion": one.criterion, "answer": one.answer.word, "reason": one.reason, "data": one.data}
        told = {"kind": _STATEMENT, "by": one.by, "role": one.role, "at": one.at, "basis": one.basis}
        connection.execute(insert(attestation).values(**_whence(whence), **row, **told))


def sign(connection: Connection, whence: Whence, said: Signature) -> None:
    """Keeps a signature."""
    row = {"criterion": "", "answer": "", "reason": "", "data": ""}
    told = {"kind": _SIGNATURE, "by": said.by, "role": said.role, "at": said.at, "basis": said.basis}
    connection.execute(insert(attestation).values(**_whence(whence), **row, **told))


_SAID = (
    select(attestation)
    .where(attestation.c.trial == bindparam("trial"), among(attestation.c.site, attestation.c.patient))
    .order_by(attestation.c.seq)
)


def said_of(connection: Connection, site: str, trial: str, names: Collection[str]) -> Said:
    """What was said of the person who goes by *names*."""
    return said_of_each(connection, site, trial, {"": names})[""]


def said_of_each(connection: Connection, site: str, trial: str, persons: Persons) -> dict[str, Said]:
    """The same of several persons, by person."""
    rows = driver.rows(connection, _SAID, {"of_site": site, "trial": trial, "names": every_name(persons)})
    return {key: _said(found) for key, found in of_each(rows, persons, attrgetter("patient")).items()}


def _said(rows: Iterable[Any]) -> Said:
    statements: list[Statement] = []
    signatures: list[Signature] = []
    for row in rows:
        if row.kind == _SIGNATURE:
            signatures.append(Signature(row.by, row.role, row.at, row.basis))
        else:
            answer = Answer.of(row.answer == "yes")
            statements.append(
                Statement(row.criterion, answer, row.by, row.role, row.at, row.reason, row.data, row.basis)
            )
    return Said(tuple(statements), tuple(signatures))


def subjects_of(connection: Connection, site: str, document: str) -> set[str]:
    """Of whom a response of this key spoke before."""
    here, came = attestation.c, resource_version.c
    asked = select(here.patient).join(resource_version, came.seq == here.document)
    return set(connection.execute(asked.where(here.site == site, came.key == document)).scalars())


def _whence(whence: Whence) -> dict[str, object]:
    return {
        "site": whence.site,
        "patient": whence.patient,
        "trial": whence.trial,
        "who": whence.who,
        "document": whence.document,
        "received": whence.received,
    }
