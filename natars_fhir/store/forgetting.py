"""Forgetting: everything that is kept of one person goes, table by table; tombstones and a certificate stay.

A table is forgotten by a column that it has: `key` names a resource or a patient, `patient` a patient. What needs
another way is named here; what holds nothing of a person is `KEPT`, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, or_, select

from natars_fhir.store import driver, identified, subscriptions, versions
from natars_fhir.store.packed import unpack
from natars_fhir.store.rows import among, keep_new
from natars_fhir.store.tables.core import (
    answered,
    attestation,
    delivery,
    gap,
    mention,
    metadata,
    outbox,
    patient_name,
    quarantine,
    reading,
    resource_alias,
    resource_version,
)
from natars_fhir.store.tables.subject import certificate, tombstone

#: Tables that are emptied of a person in a way of their own.
OWN_WAY = frozenset(
    {"answered", "condition", "delivery", "export_known", "gap", "identified", "mention", "outbox", "parcel",
     "patient_name", "quarantine", "resource_alias", "resource_version", "subscription_event"}
)  # fmt: skip
#: Tables of which no row goes, and why.
KEPT: Mapping[str, str] = MappingProxyType(
    {
        "account": "of who may log in, and of no patient",
        "audit": "it holds pseudonyms, counts and digests alone",
        "audit_seal": "digests of the audit's rows",
        "audit_tally": "counts of acts",
        "bearer_token": "of who may, and of no patient",
        "digest_slot": "that a mail went out, and when",
        "subscription": "who is told of what, and of no patient",
        "draft": "what somebody typed into a form, sealed; it goes within a day",
        "certificate": "it says what was removed, and names a pseudonym",
        "export_clock": "one moment",
        "export_file": "names, counts and digests of files; who is forgotten is in none (`exports.purge`)",
        "export_job": "what was asked for; one that holds who is forgotten is void (`exports.purge`)",
        "export_subject": "pseudonyms, without whoever is forgotten (`exports.purge`)",
        "heard": "it counts types, and nobody",
        "load": "names of files, and how far each was read",
        "pull": "of a site's server: who pulls, when, and how it went",
        "pull_job": "of a site's server: the export that is under way",
        "pull_mark": "how far each type was read",
        "pull_subscription": "of a site's server: by what we are told, and of no patient",
        "let_go": "of what no view reads: type, id and hash",
        "login_session": "of who is logged in, and of no patient",
        "site_certificate": "of who may, and of no patient",
        "site_line": "of a site's server: who delivers to it, and whether it is well",
        "site_mapping": "what codes and units mean, and nobody's",
        "site_mapping_turn": "which of it counts since when",
        "smart_assertion": "of who may, and of no patient",
        "smart_client": "of who may, and of no patient",
        "store": "one row of the store itself",
        "tombstone": "keyed hashes, by which the person is known when it comes again",
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """All that one person of a site is kept under: names (keys and identifiers), resources, targets of letters; and
    which rows hold it unread: numbers of the quarantine, texts that were not understood, identifiers of answers."""

    names: frozenset[str]
    keys: frozenset[str]
    targets: frozenset[str] = frozenset()
    quarantined: frozenset[int] = frozenset()
    texts: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()


def erase(connection: Connection, site: str, person: Person) -> dict[str, int]:
    """Removes every row of the person; table → how many rows those were, without those of which there were none."""
    every = person.names | person.keys
    gone = {"resource_version": versions.forget(connection, site, person.keys)}
    for table in metadata.sorted_tables:
        columns = set(table.c.keys())
        if table.name in OWN_WAY or table.name in KEPT or "site" not in columns:
            continue
        if by := [name for name in ("key", "patient") if name in columns]:
            gone[table.name] = _delete(connection, site, table, by, every)
    gone["mention"] = _delete(connection, site, mention, ["key", "other"], person.keys)
    aliases = {*every, *(f"={key}" for key in person.keys)}
    gone["resource_alias"] = _delete(connection, site, resource_alias, ["key", "alias"], aliases)
    gone["identified"], gone["condition"] = identified.forget(connection, site, every)
    gone["patient_name"] = _delete(connection, site, patient_name, ["key", "name"], person.names)
    gone |= _letters(connection, site, person.targets)
    gone["subscription_event"] = subscriptions.forget(connection, site, sorted(person.targets))
    gone["quarantine"] = _numbered(connection, site, person.quarantined)
    gone["gap"] = _texts(connection, site, person.texts)
    gone["answered"] = _delete(connection, site, answered, ["identifier"], person.answers)
    return {name: count for name, count in sorted(gone.items()) if count}


def _delete(connection: Connection, site: str, table: Table, columns: Collection[str], names: Collection[str]) -> int:
    found = or_(*(among(table.c.site, table.c[name]) for name in columns))
    return connection.execute(delete(table).where(found), _named(site, names)).rowcount


def _named(site: str, names: Collection[str]) -> dict[str, Any]:
    return {"of_site": site, "names": names}


def _letters(connection: Connection, site: str, targets: Collection[str]) -> dict[str, int]:
    over = among(outbox.c.site, outbox.c.target)
    named = _named(site, targets)
    seqs = select(outbox.c.seq).where(over)
    attempts = connection.execute(delete(delivery).where(delivery.c.outbox.in_(seqs)), named).rowcount
    return {"delivery": attempts, "outbox": connection.execute(delete(outbox).where(over), named).rowcount}


def _texts(connection: Connection, site: str, found: Collection[str]) -> int:
    here = gap.c
    mine = delete(gap).where(here.what == "text", among(here.site, here.item))
    return connection.execute(mine, _named(site, found)).rowcount


def _numbered(connection: Connection, site: str, seqs: Collection[int]) -> int:
    here = quarantine.c
    return connection.execute(delete(quarantine).where(here.site == site, here.seq.in_(sorted(seqs)))).rowcount


# What a purge looks through


def resources_of(connection: Connection, site: str, names: Collection[str]) -> set[str]:
    """The resources whose newest version is told of the person, and the person's own Patients."""
    here = reading.c
    asked = select(here.key).where(or_(among(here.site, here.subject), among(here.site, here.key)))
    found = set(connection.execute(asked, _named(site, names)).scalars())
    return found | {name for name in names if "?" not in name}


def of_others(connection: Connection, site: str, keys: Collection[str], names: Collection[str]) -> set[str]:
    """Of these resources those that are told of somebody else: of the rest it is not known whose they are, or were."""
    here = reading.c
    asked = select(here.key, here.subject).where(among(here.site, here.key), here.subject.is_not(None))
    return {row.key for row in connection.execute(asked, _named(site, keys)) if row.subject not in names}


def set_apart(connection: Connection, site: str) -> Iterator[tuple[int, bytes]]:
    """What could not be used, and what it named of its neighbours, with its number."""
    here = quarantine.c
    asked = select(here.seq, here.raw, here.around).where(here.site == site).order_by(here.seq)
    for row in connection.execute(asked).all():
        yield row.seq, unpack(row.raw) + (unpack(row.around) if row.around else b"")


def texts(connection: Connection, site: str) -> list[str]:
    """The texts of a site that were not understood."""
    here = gap.c
    asked = select(here.item).distinct().where(here.site == site, here.what == "text", here.item != "")
    return list(connection.execute(asked).scalars())


def answers(connection: Connection, site: str) -> Iterator[tuple[str, bytes]]:
    """The answers that are kept to be said again."""
    here = answered.c
    for row in connection.execute(select(here.identifier, here.answer).where(here.site == site)).all():
        yield row.identifier, unpack(row.answer)


def letters(connection: Connection, site: str) -> Iterator[tuple[str, bytes, bool]]:
    """Every letter to a site but its studies: the target, what it says, and whether it waits."""
    here = outbox.c
    asked = select(here.target, here.body, here.state).where(here.site == site, here.kind != "ResearchStudy")
    for row in connection.execute(asked.order_by(here.seq)).all():
        yield row.target, unpack(row.body), row.state == "waiting"


def documents(connection: Connection, site: str, names: Collection[str]) -> set[str]:
    """The keys of the documents by which something was said of the person."""
    said, came = attestation.c, resource_version.c
    asked = select(came.key).join(attestation, said.document == came.seq).where(among(said.site, said.patient))
    return set(connection.execute(asked, _named(site, names)).scalars())


# Tombstones and certificates


_HASHES = select(tombstone.c.hash, tombstone.c.pseudonym).where(tombstone.c.site == bindparam("site"))


def hashes(connection: Connection, site: str) -> dict[str, str]:
    """Keyed hash → the pseudonym of who is forgotten."""
    return dict(driver.rows(connection, _HASHES, {"site": site}))


def sites(connection: Connection) -> list[str]:
    """The sites where somebody is forgotten."""
    return sorted(connection.execute(select(tombstone.c.site).distinct()).scalars())


def bury(connection: Connection, site: str, pseudonym: str, found: Collection[str], now: datetime) -> None:
    """Whoever comes under one of these hashes is forgotten."""
    rows = [{"site": site, "hash": one, "pseudonym": pseudonym, "at": now} for one in set(found)]
    keep_new(connection, tombstone, rows)


@dataclass(frozen=True, slots=True)
class Stones:
    """All tombstones and certificates of a store, to be carried into the one that takes its place."""

    tombstones: tuple[Mapping[str, Any], ...] = ()
    certificates: tuple[Mapping[str, Any], ...] = ()


def stones(connection: Connection) -> Stones:
    """What must outlive a restore."""
    rows = [tuple(dict(row) for row in connection.execute(select(one)).mappings()) for one in (tombstone, certificate)]
    return Stones(*rows)


def carry(connection: Connection, carried: Stones) -> None:
    """Puts them in, where they are not there."""
    keep_new(connection, tombstone, carried.tombstones)
    there = set(connection.execute(select(certificate.c.digest)).scalars())
    for row in carried.certificates:
        if row["digest"] not in there:
            told = {name: value for name, value in row.items() if name != "seq"}
            connection.execute(insert(certificate).values(**told))


def names_known(connection: Connection, site: str) -> set[str]:
    """Every name under which somebody of the site is known."""
    by_key = connection.execute(select(patient_name.c.key, patient_name.c.name).where(patient_name.c.site == site))
    names = {name for row in by_key for name in row}
    asked = select(reading.c.subject).distinct().where(reading.c.site == site, reading.c.subject.is_not(None))
    return names | set(connection.execute(asked).scalars())


def certify(connection: Connection, site: str, told: Mapping[str, Any], now: datetime) -> None:
    """Keeps a certificate: its pseudonym, digest and text."""
    connection.execute(insert(certificate).values(site=site, at=now, **told))


def certified_at(connection: Connection, pseudonym: str) -> str | None:
    """The site that holds a certificate of this pseudonym."""
    asked = select(certificate.c.site).where(certificate.c.pseudonym == pseudonym).limit(1)
    return connection.execute(asked).scalar()


def certificates(connection: Connection, site: str) -> list[str]:
    """The certificates of a site, the earliest first."""
    asked = select(certificate.c.body).where(certificate.c.site == site).order_by(certificate.c.seq)
    return list(connection.execute(asked).scalars())
