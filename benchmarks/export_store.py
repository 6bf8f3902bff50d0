"""A whole export out of a store: `python -m benchmarks.export_store`.

The subjects are a simulated hospital's, pushed into SQLite one by one. What is timed is all that the command does with
the store open: SQL, records, screening, endpoints, lines, masking, checking, files, checksums. Once of a store that
holds subjects alone; and once of one that holds, besides, those who were looked at and never enrolled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from natars_fhir.collector import spare_the_collector
from natars_fhir.fhir.build import Node
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled
from natars_fhir.service.export.exported import Asked
from natars_fhir.service.export.exporting import plan_of
from natars_fhir.service.export.fhir_folder import write_folder
from natars_fhir.service.ingest.ingest import push
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.settings import default_folder
from natars_fhir.simulate.dialect import named
from natars_fhir.simulate.hospital import Order, Patient, bundle, patients
from natars_fhir.simulate.telling import Sent
from natars_fhir.store.engine import Store, open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BASE = "https://natars.example/fhir"
#: More than are ever needed: patients are made one by one.
_ORDER = Order(1_000_000, 7, named("coded"), candidates=1.0, start=date(2022, 11, 1), months=40)


@dataclass(frozen=True, slots=True)
class Spent:
    """One export: how many resources of how many subjects, and the CPU time."""

    resources: int
    subjects: int
    seconds: float


class Hospital:
    """A store that a simulated hospital is pushed into."""

    def __init__(self, folder: Path) -> None:
        mappings = load(default_folder("mappings", "default_mappings"))
        self.site = mappings.sites[_ORDER.dialect.site]
        self._reader = DocumentReader(compiled(mappings, self.site.site), None)
        key, plan = b"not a key that anybody has", plan_of(mappings, BASE)
        self.intake = Intake(mappings.study, key, BASE, 10_000, plan)
        self.store: Store = open_store(f"sqlite:///{folder / 'store.db'}")

    def take(self, some: Iterable[Patient]) -> None:
        """Pushes patients, each with the last version of everything, as one transaction."""
        for one in some:
            push(self.store, self.intake, self._reader, _whole(one), NOW)

    def export(self, folder: Path) -> Spent:
        """Writes all of it."""
        folder.mkdir(parents=True)
        start = process_time()
        made = write_folder(self.store, self.intake, Asked((self.site,), NOW.date()), folder)
        spent = process_time() - start
        return Spent(sum(one.count for one in made.files), sum(made.subjects.values()), spent)


def enrolled(*, yes: bool) -> Iterator[Patient]:
    """Candidates who were allocated by the last day, or those who were not."""
    for one in patients(_ORDER):
        told = one.told.last("allocation")
        if (told is not None and told.day <= _ORDER.as_of) is yes:
            yield one


def _whole(one: Patient) -> bytes:
    kept: dict[tuple[str, str], Node] = {}
    for sent in one.sent:
        if sent.day <= _ORDER.as_of:
            kept |= {(each["resourceType"], each["id"]): each for each in sent.resources}
    return bundle(Sent(_ORDER.as_of, tuple(kept.values())), str(_ORDER.dialect.told["address"]))


def figures(subjects: int = 100, others: int = 8, rounds: int = 3) -> dict[str, float]:
    """Resources a second of CPU time, of subjects alone; and with so many *others* for each of them."""
    spare_the_collector()
    with TemporaryDirectory() as made:
        folder = Path(made)
        here = Hospital(folder)
        try:
            here.take(islice(enrolled(yes=True), subjects))
            alone = [here.export(folder / f"alone-{turn}") for turn in range(rounds + 1)]
            here.take(islice(enrolled(yes=False), others * subjects))
            whole = [here.export(folder / f"whole-{turn}") for turn in range(rounds + 1)]
        finally:
            here.store.close()
    return {
        "export.from-store.resources-per-s": _speed(alone),
        "export.from-store.with-others.resources-per-s": _speed(whole),
    }


def _speed(runs: list[Spent]) -> float:
    """The first warms up."""
    return median(one.resources / one.seconds for one in runs[1:])


def main() -> None:
    """Measures and prints; how many subjects can be told."""
    for name, value in figures(int(sys.argv[1]) if len(sys.argv) > 1 else 300).items():
        print(f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
