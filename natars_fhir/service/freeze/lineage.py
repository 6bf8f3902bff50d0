"""Lineage: where each fact of a freeze comes from, so that two freezes can be compared and the difference explained.

By keyed marks alone: of the fact (where it was read), of what it says, and of the bytes that it was read from. The same
fact has the same mark in every freeze of the store; without the key a mark tells nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec
from sqlalchemy import Connection

from natars_fhir.domain.record import Fact
from natars_fhir.emit.identity import keyed
from natars_fhir.export.cells import counts
from natars_fhir.export.subject import Subject
from natars_fhir.service.freeze.cut import Cut, gone_mark
from natars_fhir.service.freeze.screened import left
from natars_fhir.store import forgetting, patients, readings

FACT = ("site", "subject", "concept", "fact", "says", "source", "mapping")
SOURCE = ("site", "subject", "source")
GONE = ("mark", "why", "now")
_IDENTIFIER = "Patient?identifier="


def facts(connection: Connection, cut: Cut) -> Iterator[tuple[str, ...]]:
    """A row a fact, sorted."""
    for one in cut.subjects:
        used = [fact for fact in one.record.facts if counts(one, fact)]
        hashes = _hashes(connection, one, {fact.source.reference for fact in used})
        rows = [
            (
                one.site, one.pseudonym, fact.concept, cut.named(fact), _says(cut, one, fact),
                _source(cut, one.site, fact.source.reference, hashes), fact.source.mapping,
            )
            for fact in used
        ]  # fmt: skip
        yield from sorted(rows)


def sources(connection: Connection, cut: Cut) -> Iterator[tuple[str, ...]]:
    """A row a resource that was looked at. What told nothing of a patient is nobody's: whose it would be, only a
    mapping that reads it can say; it is kept so that such a mapping is known for what it changes."""
    for site in cut.sites:
        rest = dict(readings.of_nobody(connection, site.site))
        yield from sorted((site.site, "", _source(cut, site.site, key, rest)) for key in rest)
    for one in cut.subjects:
        hashes = _hashes(connection, one, ())
        yield from sorted((one.site, one.pseudonym, _source(cut, one.site, key, hashes)) for key in hashes)


def _says(cut: Cut, one: Subject, fact: Fact) -> str:
    said = (fact.value, fact.when, fact.known, fact.standing, fact.detail)
    return cut.mark("says", one.pseudonym, msgspec.json.encode(said).decode())


def _source(cut: Cut, site: str, key: str, hashes: dict[str, str]) -> str:
    return cut.mark("source", site, key, hashes.get(key, ""))


def _hashes(connection: Connection, one: Subject, references: Collection[str]) -> dict[str, str]:
    """Resource → the hash of its bytes: all that are about the subject, and those that are named besides."""
    names = _names(connection, one)
    found = readings.heads_about(connection, one.site, names)
    rest = sorted({*references, *names} - found.keys())
    found |= readings.heads(connection, one.site, rest)
    return {key: head.hash for key, head in sorted(found.items()) if not head.deleted}


def _names(connection: Connection, one: Subject) -> set[str]:
    persons = patients.persons(connection, one.site, [one.record.patient.reference])
    return set().union(*persons.values()) or {one.record.patient.reference}


def gone(connection: Connection, cut: Cut) -> list[tuple[str, ...]]:
    """Who is not among the subjects, or not by that name: withdrawn, purged, out of scope, or joined to another."""
    told: dict[str, tuple[str, str]] = {}
    for site in cut.sites:
        told |= dict.fromkeys(forgetting.hashes(connection, site.site).values(), ("purged", ""))
    told |= dict.fromkeys(left(cut), ("left-scope", ""))
    told |= {one.pseudonym: ("withdrawn", "") for one in cut.withheld}
    for one in cut.subjects:
        told |= {name: (why, one.pseudonym) for name, why in _former(connection, cut, one).items()}
    here = {one.pseudonym for one in cut.subjects}
    return sorted((gone_mark(name), *what) for name, what in told.items() if name not in here)


def _former(connection: Connection, cut: Cut, one: Subject) -> dict[str, str]:
    """The pseudonyms under which records went that are this person's now, and why they are not the person's: of another
    record that was joined to this one, or of this one before it had its number."""
    patient, site = one.record.patient, cut.mappings.sites[one.site]
    primary = site.identifiers[0] if site.identifiers else ""
    whose: set[tuple[str, ...]] = {("identifier", *pair) for pair in patient.identifiers}
    for name in _names(connection, one):
        number = name.removeprefix(_IDENTIFIER)
        whose.add(("reference", name) if number == name else ("identifier", *number.split("|", 1)))
    found: dict[str, str] = {}
    for each in sorted(whose):
        if each[0] == "reference" or each[1] == primary:
            name = keyed(cut.intake.key, cut.intake.study.id, one.site, "subject", *each)
            found[name] = "renamed" if each == ("reference", patient.reference) else "merged"
    return found
