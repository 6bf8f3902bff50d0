"""Purge: whoever withdrew the use of the data is forgotten on request: a certificate says what was removed where, and
tombstones (keyed hashes) know the person when it comes again, from the hospital or out of a backup.

What stays names a pseudonym and nobody: the audit, the certificate, the tombstones.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.issue import Issue
from natars_fhir.emit.identity import Key, keyed
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export import bulk_export
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.moves import role_of
from natars_fhir.service.people.subjects import Subject, may_be_used, subject_of
from natars_fhir.service.upkeep.pseudonym import person_of
from natars_fhir.service.upkeep.traces import naming, references
from natars_fhir.store import audit, export_known, exports, forgetting, patients, versions
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.forgetting import Person
from natars_fhir.store.packed import digest

Certificate = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Purged:
    """The certificate, or why nothing was removed."""

    certificate: Certificate | None = None
    issues: tuple[Issue, ...] = ()


def purge(store: Store, intake: Intake, site: Site, pseudonym: str, said: tuple[str, str], now: datetime) -> Purged:
    """Removes everything of a subject of *site*; *said* is by whom it was asked, and why. Asked again it gives the
    certificate that is kept."""
    with store.of(site.site).write() as connection:
        found = _purged(connection, intake, site, pseudonym, said, now)
        removed = sum(found.certificate["removed"].values()) if found.certificate else 0
        status = 200 if found.certificate else 422
        about = pseudonym if found.certificate else ""
        who = person_of(intake.key, site.site, said[0])
        act = Act(site.site, now, "purge", "", status, {"removed": removed}, about, who)
        audit.write(connection, intake.key, act)
    return found


def _purged(
    connection: Connection, intake: Intake, site: Site, pseudonym: str, said: tuple[str, str], now: datetime
) -> Purged:
    subject = subject_of(connection, intake, pseudonym, now, site.site)
    if subject is None:
        kept = [one for one in certificates(connection, site.site) if one["pseudonym"] == pseudonym]
        return (
            Purged(kept[-1]) if kept else _refused("not-found", "No subject of this pseudonym is known of this site.")
        )
    if issue := _hindrance(connection, site, intake, subject, said, now):
        return Purged(None, (issue,))
    person = gathered(connection, site.site, subject.names, {pseudonym})
    _bury(connection, intake.key, site.site, pseudonym, (person.names | person.keys | person.targets, now))
    removed = forgetting.erase(connection, site.site, person) | _out_of_exports(connection, site.site, pseudonym, now)
    return Purged(_certified(connection, intake, site, pseudonym, said, removed, now))


def _out_of_exports(connection: Connection, site: str, pseudonym: str, now: datetime) -> dict[str, int]:
    """Files of exports that hold the subject are taken away, and clients are told to delete what they have."""
    jobs = exports.purge(connection, site, pseudonym)
    for job in jobs:
        bulk_export.forget(job)
    told = {"export_job": len(jobs), "export_known": export_known.forget(connection, site, pseudonym, now)}
    return {name: count for name, count in told.items() if count}


def _hindrance(
    connection: Connection, site: Site, intake: Intake, subject: Subject, said: tuple[str, str], now: datetime
) -> Issue | None:
    by, reason = said
    if not role_of(site, intake.study, by, now.astimezone(SHANGHAI).date()):
        text = "Who asks is neither on the site's delegation list nor of the trial office: nothing is removed."
        return Issue("error", "forbidden", "by", text)
    if not reason.strip():
        return Issue("error", "required", "reason", "A purge needs its reason.")
    if may_be_used(subject):
        text = "The use of the data was not withdrawn: `subject withdraw --from use` comes first."
        return Issue("error", "business-rule", "subject", text)
    told = forgetting.letters(connection, site.site)
    if site.endpoint and any(waits and subject.pseudonym in target for target, _, waits in told):
        text = "The site's server has not heard yet how the subject's part ended: wait until it is delivered."
        return Issue("error", "transient", "outbox", text)
    return None


def gathered(connection: Connection, site: str, names: Collection[str], pseudonyms: Collection[str]) -> Person:
    """Everything under which a person is kept, looked for in all that nobody has read for it too."""
    named = naming(names)
    keys = forgetting.resources_of(connection, site, names) | forgetting.documents(connection, site, names)
    naming_them = {key for key, raw in versions.every(connection, site) if named(raw)}
    keys |= naming_them - forgetting.of_others(connection, site, naming_them, names)
    said = b"\n".join(_plain(raw) for raw in _bytes(connection, site, keys)).decode(errors="replace")
    return Person(
        frozenset(names),
        frozenset(keys),
        frozenset(_targets(connection, site, named, pseudonyms)),
        frozenset(seq for seq, raw in forgetting.set_apart(connection, site) if named(_plain(raw)) or named(raw)),
        frozenset(text for text in forgetting.texts(connection, site) if text.rstrip("…") in said),
        frozenset(one for one, body in forgetting.answers(connection, site) if references(body) & keys),
    )


def _targets(connection: Connection, site: str, named: Any, pseudonyms: Collection[str]) -> Iterable[str]:
    """The targets of the person's letters: by the pseudonym, or by what a letter says. The site's log among them is
    made anew, without the person."""
    for target, body, _ in forgetting.letters(connection, site):
        if any(one in target or one.encode() in body for one in pseudonyms) or named(body):
            yield target


def _bytes(connection: Connection, site: str, keys: Iterable[str]) -> Iterable[bytes]:
    return (one.raw for key in sorted(keys) for one in versions.versions(connection, site, key))


def _plain(raw: bytes) -> bytes:
    """JSON without escapes, so that a text is found as it is kept elsewhere; anything else as it is."""
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError):
        return raw


def _certified(
    connection: Connection, intake: Intake, site: Site, pseudonym: str, said: tuple[str, str], removed: dict[str, int],
    now: datetime,
) -> Certificate:  # fmt: skip
    """What was removed where. The person who asked is told by a keyed hash: the certificate may be shown around."""
    by, reason = said
    told: Certificate = {
        "pseudonym": pseudonym,
        "site": site.site,
        "trial": intake.study.id,
        "at": now.isoformat(timespec="seconds"),
        "by": person_of(intake.key, site.site, by),
        "reason": reason.strip(),
        "removed": removed,
    }
    told["digest"] = digest(msgspec.json.encode(told))
    body = json.dumps(told, ensure_ascii=False)
    forgetting.certify(connection, site.site, {"pseudonym": pseudonym, "digest": told["digest"], "body": body}, now)
    return told


def certificates(connection: Connection, site: str) -> list[Certificate]:
    """The certificates of a site, the earliest first."""
    return [json.loads(one) for one in forgetting.certificates(connection, site)]


def tomb(key: Key, site: str, name: str) -> str:
    """The hash by which a name of a forgotten person is known."""
    return keyed(key, site, "tombstone", name)


def _bury(connection: Connection, key: Key, site: str, pseudonym: str, what: tuple[Iterable[str], datetime]) -> None:
    names, now = what
    forgetting.bury(connection, site, pseudonym, [tomb(key, site, name) for name in names], now)


def apply_tombstones(connection: Connection, key: Key, now: datetime) -> dict[str, dict[str, int]]:
    """Forgets again everybody who is forgotten and is there: after a restore, whose backup is older than the purge.

    The tombstones of the store that was replaced must be in it before. Site → what was removed, by table.
    """
    removed: dict[str, dict[str, int]] = {}
    for site in forgetting.sites(connection):
        buried = forgetting.hashes(connection, site)
        back = {name for name in forgetting.names_known(connection, site) if tomb(key, site, name) in buried}
        gone: dict[str, int] = {}
        for names in patients.persons(connection, site, back).values():
            pseudonyms = {buried[one] for name in names if (one := tomb(key, site, name)) in buried}
            person = gathered(connection, site, names, pseudonyms)
            for pseudonym in pseudonyms:
                _bury(connection, key, site, pseudonym, (person.names | person.keys, now))
                _out_of_exports(connection, site, pseudonym, now)
            for table, count in forgetting.erase(connection, site, person).items():
                gone[table] = gone.get(table, 0) + count
        if gone:
            removed[site] = gone
    return removed


def _refused(code: str, text: str) -> Purged:
    return Purged(None, (Issue("error", code, "subject", text),))
