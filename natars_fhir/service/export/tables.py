"""Tables, CDISC's files and figures out of the store: what a folder of them holds, and the forms that it can have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.screening_log import Consort
from natars_fhir.export.cdisc.dataset_json import write_dataset_json
from natars_fhir.export.cdisc.odm import write_odm
from natars_fhir.export.cdisc.rows import without_place
from natars_fhir.export.figures.consort import Flow, flow
from natars_fhir.export.figures.written import write_figures
from natars_fhir.export.parquet import write_parquet
from natars_fhir.export.subject import Subject
from natars_fhir.export.workbook import write_workbook
from natars_fhir.export.written import write_tables
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.schema import Site
from natars_fhir.service.export.cdisc_map import cdisc_map
from natars_fhir.service.export.endpoints import Seen, subjects
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.worklist.log import log_of
from natars_fhir.store.engine import Store


@dataclass(frozen=True, slots=True)
class Content:
    """What is written: the subjects by a day, and how many of which site and arm are left out."""

    mappings: Mappings
    as_of: date
    subjects: tuple[Subject, ...] = field(repr=False)
    withheld: Mapping[tuple[str, str], int]
    logs: tuple[Consort, ...] = ()

    @property
    def mapping(self) -> str:
        """What the subjects' documents were read with."""
        return self.mappings.hash_of_all({one.site for one in self.subjects})

    @property
    def counted(self) -> Flow:
        """The CONSORT flow."""
        by_arm = Counter[str]()
        for (_, arm), count in self.withheld.items():
            by_arm[arm] += count
        return flow(self.logs, self.subjects, self.mappings.study, by_arm)


class Written(NamedTuple):
    """The rows of each file, and what there is to say of it."""

    counts: dict[str, int]
    said: tuple[str, ...] = ()


def content(
    store: Store,
    intake: Intake,
    mappings: Mappings,
    sites: Iterable[Site],
    as_of: date,
    seen: Seen | None = None,
    *,
    with_log: bool = False,
) -> Content:
    """Every subject of *sites*; *with_log*: and the counts of the sites' screening logs."""
    asked, left = list(sites), Counter[tuple[str, str]]()

    def withheld(where: str, arm: str) -> None:
        left[where, arm] += 1

    found = tuple(subjects(store, intake, asked, as_of, seen=seen, withheld=withheld))
    now = datetime.combine(as_of, time(23, 59, 59), SHANGHAI).astimezone(UTC)
    logs = [log_of(store, intake.study, site.site, now).consort for site in asked] if with_log else []
    return Content(mappings, as_of, found, dict(left), tuple(logs))


def _csv(folder: Path, told: Content) -> Written:
    return Written(write_tables(folder, told.subjects, told.mappings.study.enrolment, told.withheld))


def _parquet(folder: Path, told: Content) -> Written:
    return Written(write_parquet(folder, told.subjects, told.mappings.study.enrolment, told.withheld))


def _workbook(folder: Path, told: Content) -> Written:
    return Written(write_workbook(folder, told.subjects, told.mappings.study.enrolment, told.as_of, told.withheld))


def _odm(folder: Path, told: Content) -> Written:
    by = cdisc_map(told.mappings)
    counts = write_odm(folder, by, told.subjects, told.as_of, told.mapping)
    return Written(counts, _left_out(without_place(by, told.subjects)))


def _dataset_json(folder: Path, told: Content) -> Written:
    by = cdisc_map(told.mappings)
    counts = write_dataset_json(folder, by, told.subjects, told.as_of, told.mapping)
    return Written(counts, _left_out(without_place(by, told.subjects)))


def _left_out(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        f"Left out, for the CDISC map has no place for {name}: {count} facts." for name, count in counts.items()
    )


def _figures(folder: Path, told: Content) -> Written:
    counts, said = write_figures(folder, told.subjects, told.counted)
    return Written(counts, tuple(said))


#: Form → what writes it. The figures alone ask for the screening logs.
FORMS: dict[str, Callable[[Path, Content], Written]] = {
    "csv": _csv,
    "parquet": _parquet,
    "xlsx": _workbook,
    "odm": _odm,
    "dataset-json": _dataset_json,
    "figures": _figures,
}
WITH_LOG = frozenset({"figures"})
