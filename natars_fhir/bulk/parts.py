"""Parts: patients screened some at a time, each part one file of results. One job, done by any process.

A part is there whole or not at all. Its rows are in the order of the patients' keys, as one process gives them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from os import getpid
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from msgspec import Struct

from natars_fhir.bulk.located import Person, Row
from natars_fhir.bulk.recipe import Recipe, kitchen
from natars_fhir.bulk.spool import row
from natars_fhir.domain.record import Fact
from natars_fhir.emit.prefilled import as_json, prefilled
from natars_fhir.export.extra import library
from natars_fhir.mapping.gathered import told_of
from natars_fhir.mapping.reading import Reading
from natars_fhir.pipeline import Outcome, conclude
from natars_fhir.store.settled import settle

#: Patients of a part.
PART = 1_000

Counts = Counter[str]


class PartJob(Struct, frozen=True):
    """Some patients, the spools that tell of them (by number), and the file that is made."""

    persons: tuple[Person, ...]
    spools: dict[int, str]
    recipe: Recipe
    style: str
    path: str


def screen_part(job: PartJob) -> Counts:
    """Makes the part, unless it is there already; gives what its patients came to."""
    style, path = STYLES[job.style], Path(job.path)
    if not path.exists():
        made = path.with_name(f".{path.name}.{getpid()}")
        try:
            style.write(made, (_line(outcome) for outcome in concluded(job)), _criteria(job.recipe))
            settle(made, path)
        finally:
            made.unlink(missing_ok=True)
    return style.counts(path)


def concluded(job: PartJob) -> Iterator[Outcome]:
    """What the patients of the job came to."""
    reader, study = kitchen(job.recipe)
    with ExitStack() as files:
        opened: dict[int, BinaryIO] = {
            number: files.enter_context(Path(spool).open("rb")) for number, spool in job.spools.items()
        }
        for person in job.persons:
            readings = [one for some in person.rows for one in _read(some, opened)]
            shared = {key: next(_read(some, opened)).facts for key, some in person.shared.items()}
            yield conclude(*told_of(reader.site, person.key, readings), _known(shared), study, job.recipe.as_of)


def _known(shared: dict[str, tuple[Fact, ...]]) -> Callable[[str], tuple[Fact, ...] | None]:
    return shared.get


def _read(some: Row, opened: dict[int, BinaryIO]) -> Iterator[Reading]:
    spool, offset, length, slots = some
    readings = row(opened[spool], offset, length)
    return (readings[slot] for slot in slots)


def _line(outcome: Outcome) -> dict[str, Any]:
    return prefilled(outcome.screening, outcome.record.facts, outcome.issues)


def _criteria(recipe: Recipe) -> list[str]:
    return [one.id for one in kitchen(recipe).study.criteria]


Told = Iterable[dict[str, Any]]


class Style(Struct, frozen=True):
    """A form of results: its suffix, what writes a part, and what counts one again."""

    suffix: str
    write: Callable[[Path, Told, list[str]], None]
    counts: Callable[[Path], Counts]


class _Said(Struct):
    inScope: bool  # noqa: N815 (the contract's name)
    verdict: str


def _counted(rows: Iterable[tuple[bool, str]]) -> Counts:
    found = Counts()
    for in_scope, verdict in rows:
        count(found, in_scope, verdict)
    return found


def count(counts: Counts, in_scope: bool, verdict: str) -> None:
    """Takes one patient into account; a verdict counts of who is in scope."""
    counts["patients"] += 1
    if in_scope:
        counts["inScope"] += 1
        counts[verdict] += 1


def _write_json(path: Path, told: Told, _: list[str]) -> None:
    with path.open("wb") as out:
        out.writelines(as_json(one) + b"\n" for one in told)


def _count_json(path: Path) -> Counts:
    decode = msgspec.json.Decoder(_Said).decode
    with path.open("rb") as lines:
        return _counted((said.inScope, said.verdict) for said in map(decode, lines))


def _write_parquet(path: Path, told: Told, criteria: list[str]) -> None:
    """A row a patient: columns to ask by, and the contract's JSON whole."""
    arrow = library("pyarrow", what="Parquet files", extra="tables")
    parquet = library("pyarrow.parquet", what="Parquet files", extra="tables")
    schema = arrow.schema([*((name, arrow.string()) for name in named(criteria)), ("inScope", arrow.bool_())])
    rows = [columns(one, criteria) for one in told]
    parquet.write_table(arrow.Table.from_pylist(rows, schema), path, compression="zstd")


def named(criteria: list[str]) -> tuple[str, ...]:
    """The names of the columns of text; one of truth, `inScope`, stands beside them."""
    return ("site", "patient", "identifiers", "trial", "asOf", *criteria, "verdict", "screening")


def columns(told: dict[str, Any], criteria: list[str]) -> dict[str, Any]:
    """A patient's row."""
    patient = told["patient"]
    return {
        "site": patient["site"],
        "patient": patient["reference"],
        "identifiers": json.dumps(patient["identifier"], ensure_ascii=False),
        "trial": told["trial"],
        "asOf": told["asOf"],
        "inScope": told["inScope"],
        "verdict": told["verdict"],
        **{name: told["criteria"][name]["answer"] for name in criteria if name in told["criteria"]},
        "screening": as_json(told).decode(),
    }


def _count_parquet(path: Path) -> Counts:
    parquet = library("pyarrow.parquet", what="Parquet files", extra="tables")
    table = parquet.read_table(path, columns=["inScope", "verdict"])
    return _counted(zip(table["inScope"].to_pylist(), table["verdict"].to_pylist(), strict=True))


#: --format → the form of results in a folder
STYLES: dict[str, Style] = {
    "json": Style(".ndjson", _write_json, _count_json),
    "parquet": Style(".parquet", _write_parquet, _count_parquet),
}
