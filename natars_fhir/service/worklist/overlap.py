"""Overlap: which sites may know the same person. For the trial office alone; it joins nobody and nothing.

Numbers that a country gives its people are compared by HMAC with the installation's key, never themselves, and of
patients in the trial's scope only. What is told are counts and the pseudonyms that each site has anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from natars_fhir.domain.person_number import Number, plain
from natars_fhir.domain.record import Patient
from natars_fhir.emit.identity import Key, identity, keyed
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.store import audit, told_patients
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store

#: A site, and what a patient of it is called in the trial.
Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Overlap:
    """``compared`` tells of each site how many patients in scope have a number that can be compared, and of how many;
    ``same`` are the subjects who may be one person, ``pairs`` how many of them any two sites share."""

    compared: Mapping[str, tuple[int, int]]
    same: tuple[tuple[Subject, ...], ...]
    pairs: Mapping[tuple[str, str], int]

    @property
    def comparable(self) -> bool:
        """Do two sites send such numbers at all? Else that nobody is found says nothing."""
        return sum(some > 0 for some, _ in self.compared.values()) > 1


def overlap(store: Store, intake: Intake, sites: Iterable[Site], now: datetime, by: str) -> Overlap:
    """What is known now; that *by* asked is written down at every site."""
    compared: dict[str, tuple[int, int]] = {}
    known: dict[str, set[Subject]] = {}
    for site in sites:
        with store.of(site.site).read() as connection:
            told = [*told_patients.in_scope(connection, site.site)]
        with store.of(site.site).write(()) as connection:
            audit.write(
                connection, intake.key, Act(site.site, now, f"overlap asked: {by}", "", 200, {"patients": len(told)})
            )
        prints = {_subject(one, site, intake): {*_prints(one, site, intake.key)} for one in told}
        compared[site.site] = (sum(map(bool, prints.values())), len(told))
        for subject, digests in prints.items():
            for digest in digests:
                known.setdefault(digest, set()).add(subject)
    same = {tuple(sorted(some)) for some in known.values() if len({site for site, _ in some}) > 1}
    pairs = Counter(pair for some in same for pair in combinations(sorted({site for site, _ in some}), 2))
    return Overlap(compared, tuple(sorted(same)), pairs)


def _prints(patient: Patient, site: Site, key: Key) -> Iterator[str]:
    """The keyed hashes of a patient's numbers."""
    kinds: dict[str, Number] = {system: kind for kind, systems in site.shared.items() for system in systems}
    for system, value in patient.identifiers:
        kind = kinds.get(system)
        if kind is not None and (number := plain(kind, value)):
            yield keyed(key, "overlap", kind, number)


def _subject(patient: Patient, site: Site, intake: Intake) -> Subject:
    primary = site.identifiers[0] if site.identifiers else ""
    found = identity(patient, intake.study.id, intake.key, intake.canonical_base, primary)
    return site.site, found.pseudonym
