"""Screened: the screening log of every site by pseudonym, without a day and without a sentence that holds a value.

Whose data is withheld has no line, and is counted: the counts of a CONSORT diagram
(https://www.consort-statement.org) are of everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from natars_fhir.domain.screening_log import Consort, Entry
from natars_fhir.service.export.endpoints import pseudonym_of
from natars_fhir.service.freeze.cut import Cut
from natars_fhir.service.screening.screened import outcome
from natars_fhir.service.worklist.log import Log
from natars_fhir.store import patients

ENTRY = ("site", "subject", "place", "verdict", "with_people", "arm", "bar", "bar_kind", "open")
COUNT = ("site", "count", "of", "patients")
_NUMBERS = ("looked_at", "in_scope", "excluded", "undetermined", "candidate", "eligible", "allocated", "off_study")


def log(cut: Cut) -> tuple[list[tuple[str, ...]], list[tuple[object, ...]]]:
    """The lines, by site and pseudonym, and the counts."""
    entries: list[tuple[str, ...]] = []
    counts: list[tuple[object, ...]] = []
    withheld = {one.pseudonym for one in cut.withheld}
    for found in cut.logs:
        lines = [_line(cut, found, entry) for entry in found.entries]
        entries += sorted(line for line in lines if line[1] not in withheld)
        counts += _counts(found.site, found.consort)
    return entries, counts


def _line(cut: Cut, of: Log, entry: Entry) -> tuple[str, ...]:
    name = _named(cut, of, entry)
    bar = (entry.bar.criterion, entry.bar.kind or "") if entry.bar else ("", "")
    stands = (entry.place, entry.verdict, entry.with_people, entry.arm)
    return (of.site, name, *stands, *bar, " ".join(entry.open))


def _named(cut: Cut, of: Log, entry: Entry) -> str:
    """The pseudonym. Of who left the scope the log knows the key alone: the record knows by which number the patient
    went."""
    patient, site = entry.patient, cut.mappings.sites[of.site]
    if entry.place != "left":
        return pseudonym_of(patient, cut.intake, site)
    with cut.store.read() as connection:
        (names,) = patients.persons(connection, site.site, [patient.reference]).values()
        found = outcome(connection, cut.intake.study, site.site, names, cut.as_of)
    return pseudonym_of(found.record.patient if found else patient, cut.intake, site)


def left(cut: Cut) -> Iterator[str]:
    """The pseudonyms of those who were in scope once, and are no more."""
    for of in cut.logs:
        yield from (_named(cut, of, entry) for entry in of.entries if entry.place == "left")


def _counts(site: str, found: Consort) -> Iterator[tuple[object, ...]]:
    for name in _NUMBERS:
        yield site, name.replace("_", "-"), "", getattr(found, name)
    yield site, "left", "", found.left
    yield from ((site, "excluded", why, number) for why, number in sorted(found.excluded_by.items()))
    yield from ((site, "allocated", arm, number) for arm, number in sorted(found.allocated_to.items()))
