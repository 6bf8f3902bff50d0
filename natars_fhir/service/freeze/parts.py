"""Parts of a freeze: each writes its files into the folder and tells how many rows each has; a row of `PARTS` each."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, NamedTuple

import msgspec

from natars_fhir.domain.issue import Issue
from natars_fhir.export.cells import counts as counted
from natars_fhir.export.cells import word
from natars_fhir.export.derivation import derivation
from natars_fhir.export.dictionary import dictionary
from natars_fhir.export.extra import ExtraError
from natars_fhir.export.summary import as_object, differences, never_operated, survival
from natars_fhir.export.survival import StatisticsError
from natars_fhir.export.written import cell
from natars_fhir.service.export.exported import Asked, exported
from natars_fhir.service.export.tables import FORMS, Content
from natars_fhir.service.freeze import lineage, screened
from natars_fhir.service.freeze.cut import Cut
from natars_fhir.service.freeze.mappings import used
from natars_fhir.store import gaps, quarantine


class Wrote(NamedTuple):
    """What a part wrote: file (a path within the folder) → its rows; and what there is to say of it."""

    rows: Mapping[str, int]
    said: tuple[str, ...] = ()


#: Writes its files into the folder.
Part = Callable[[Path, Cut], Wrote]


class LeftOutError(Exception):
    """A part that cannot be written here, and why; the manifest tells it."""


def form(name: str, where: str) -> Part:
    """The tables, CDISC's files or figures, as `service.export.tables` writes them, in a folder of their own."""

    def part(folder: Path, cut: Cut) -> Wrote:
        own = folder / where
        own.mkdir()
        withheld = Counter((one.site, one.arm) for one in cut.withheld)
        told = Content(cut.mappings, cut.as_of, cut.subjects, withheld, tuple(log.consort for log in cut.logs))
        try:
            written = FORMS[name](own, told)
        except ExtraError as absent:
            shutil.rmtree(own)
            raise LeftOutError(str(absent)) from absent
        files = sorted(path.relative_to(own).as_posix() for path in own.rglob("*") if path.is_file())
        return Wrote({f"{where}/{file}": _rows(file, written.counts) for file in files}, written.said)

    return part


def _rows(file: str, counts: Mapping[str, int]) -> int:
    """The rows of the table that the file is named after; of a file that holds all of them, their sum."""
    stem = Path(file).name.partition(".")[0]
    own = {name.casefold(): count for name, count in counts.items()}
    return len(dictionary()) if stem == "dictionary" else own.get(stem.casefold(), sum(own.values()))


def endpoints(folder: Path, cut: Cut) -> Wrote:
    """Every subject's endpoints with each decision, a line a subject."""
    with (folder / "endpoints.ndjson").open("wb") as out:
        for one in cut.subjects:
            out.write(msgspec.json.encode(derivation(one, cut.named)) + b"\n")
    return Wrote({"endpoints.ndjson": len(cut.subjects)})


def curves(folder: Path, cut: Cut) -> Wrote:
    """Survival by arm, and those never operated. Raises LeftOutError where the library is not there."""
    try:
        found = survival(cut.subjects, cut.mappings.study.conventions.landmarks)
        tested = differences(cut.subjects)
    except StatisticsError as absent:
        raise LeftOutError(str(absent)) from absent
    never = [row._asdict() for row in never_operated(cut.subjects)]
    told = {"survival": as_object(found, tested), "neverOperated": never}
    (folder / "survival.json").write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    return Wrote({"survival.json": len(found)})


def history(folder: Path, cut: Cut) -> Wrote:
    """Where each fact comes from, and who is no longer there, by marks alone."""
    with cut.store.read() as connection:
        facts, sources = lineage.facts(connection, cut), lineage.sources(connection, cut)
        gone = lineage.gone(connection, cut)
    rows = {
        "lineage.csv": write_csv(folder / "lineage.csv", lineage.FACT, facts),
        "sources.csv": write_csv(folder / "sources.csv", lineage.SOURCE, sources),
        "gone.csv": write_csv(folder / "gone.csv", lineage.GONE, gone),
    }
    return Wrote(rows)


def log(folder: Path, cut: Cut) -> Wrote:
    """The screening log by pseudonym, and the counts of a CONSORT diagram."""
    entries, counts = screened.log(cut)
    rows = {
        "screening-log.csv": write_csv(folder / "screening-log.csv", screened.ENTRY, entries),
        "consort.csv": write_csv(folder / "consort.csv", screened.COUNT, counts),
    }
    return Wrote(rows)


def open_issues(folder: Path, cut: Cut) -> Wrote:
    """What was not understood, by count: no code and no text of a resource. Flaws of the data are a table."""
    rows: list[tuple[object, ...]] = []
    with cut.store.read() as connection:
        for site in cut.sites:
            found: Counter[tuple[str, str, str]] = Counter()
            times: Counter[tuple[str, str, str]] = Counter()
            for one in (*gaps.gaps(connection, site.site), *gaps.let_go_of(connection, site.site)):
                which = (one.gap.what, word(one.gap.kind), word(one.gap.concept))
                found[which] += 1
                times[which] += one.count
            rows += [(site.site, *which, count, times[which]) for which, count in sorted(found.items())]
            waiting = quarantine.counts(connection, site.site).get("waiting", 0)
            rows += [(site.site, "quarantine", "", "", waiting, waiting)] if waiting else []
    columns = ("site", "what", "resource", "concept", "items", "times")
    return Wrote({"gaps.csv": write_csv(folder / "gaps.csv", columns, rows)})


def counts(folder: Path, cut: Cut) -> Wrote:
    """How many facts of each concept, and of how many subjects, by site and arm."""
    facts: Counter[tuple[str, str, str]] = Counter()
    subjects: Counter[tuple[str, str, str]] = Counter()
    for one in cut.subjects:
        own = Counter((one.site, one.endpoints.arm, fact.concept) for fact in one.record.facts if counted(one, fact))
        facts.update(own)
        subjects.update(own.keys())
    kept = [(*which, subjects[which], number) for which, number in sorted(facts.items())]
    columns = ("site", "arm", "concept", "subjects", "facts")
    return Wrote({"counts.csv": write_csv(folder / "counts.csv", columns, kept)})


def fhir(folder: Path, cut: Cut) -> Wrote:
    """The trial's record as pseudonymised FHIR R4, a file a type; and what has no rule, and was left out."""
    left: list[Issue] = []
    rows: Counter[str] = Counter()
    (folder / "fhir").mkdir()
    with ExitStack() as opened:
        files: dict[str, IO[bytes]] = {}
        for line in exported(cut.store, cut.intake, Asked(cut.sites, cut.as_of), told=left.append):
            name = f"fhir/{line.kind}.ndjson"
            if name not in files:
                files[name] = opened.enter_context((folder / name).open("wb"))
            files[name].write(line.raw + b"\n")
            rows[name] += 1
    told = [(issue.code, issue.expression, issue.text) for issue in left]
    rows["fhir/left-out.csv"] = write_csv(folder / "fhir" / "left-out.csv", ("code", "place", "text"), told)
    return Wrote(rows)


def mappings(folder: Path, cut: Cut) -> Wrote:
    """The trial file and the mappings as they were used."""
    for name, content in used(cut.mappings):
        path = folder / "mappings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Wrote({f"mappings/{name}": content.count(b"\n") for name, content in used(cut.mappings)})


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """A table with its head; how many rows it has. Spreadsheets know UTF-8 by its mark."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([cell(value) for value in row])
            count += 1
    return count


#: Name → what writes it, in the order in which they are written.
PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "tables": form("csv", "tables"),
        "endpoints": endpoints,
        "survival": curves,
        "lineage": history,
        "screening-log": log,
        "open-issues": open_issues,
        "counts": counts,
        "mappings": mappings,
        "fhir": fhir,
        "parquet": form("parquet", "parquet"),
        "workbook": form("xlsx", "workbook"),
        "odm": form("odm", "odm"),
        "dataset-json": form("dataset-json", "dataset-json"),
        "figures": form("figures", "figures"),
    }
)
