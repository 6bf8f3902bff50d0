"""`natars-fhir screen` over a whole hospital: several workers, what is finished kept, results into a folder."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import typer

from natars_fhir.bulk.chunks import Chunk, cut, of_file
from natars_fhir.bulk.engines import ENGINES, Do, LostError, OnCluster, workers_of
from natars_fhir.bulk.hospital import (
    REPORT,
    OthersError,
    Screened,
    Wanted,
    Whole,
    part,
    parted,
    read_hospital,
    screen_hospital,
    search_hospital,
)
from natars_fhir.bulk.matchers import MATCHERS
from natars_fhir.bulk.parts import STYLES, Counts, concluded, count
from natars_fhir.bulk.recipe import Kitchen, Recipe, provide
from natars_fhir.bulk.screen import Progress
from natars_fhir.bulk.spark_session import Where
from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.inputs import Asked, Input, found
from natars_fhir.cli.on_spark import screen_on_cluster
from natars_fhir.cli.report import Report, summary
from natars_fhir.cli.screens import errors, output, progress
from natars_fhir.cli.told_whole import closing, lines
from natars_fhir.export.extra import ExtraError
from natars_fhir.mapping.faults import nearest
from natars_fhir.store.settled import settle


class Options(NamedTuple):
    """How a whole hospital is screened."""

    workers: int = 1
    engine: str = ""
    to: Path | None = None
    resume: Path | None = None
    style: str = ""
    language: str = "en"
    #: the name of a matcher; empty where everybody is screened
    needles: str = ""
    where: Where = Where()

    @property
    def asked(self) -> bool:
        """Is anything asked that one process and one pass do not do?"""
        return self.workers > 1 or bool(self.engine or self.to or self.resume or self.needles or any(self.where))


def checked(options: Options, given: list[Input]) -> Options:
    """The options, filled in. Raises typer.BadParameter."""
    engine = options.engine or ("spark" if any(options.where) else "pool" if options.workers > 1 else "one")
    style = options.style or ("json" if options.to else "table")
    if engine not in ENGINES:
        raise typer.BadParameter(f"«{engine}» is not {', '.join(ENGINES)}{nearest(engine, tuple(ENGINES))}")
    if options.needles and options.needles not in MATCHERS:
        raise typer.BadParameter(f"«{options.needles}» is not {' or '.join(MATCHERS)}")
    if options.to and style not in STYLES:
        raise typer.BadParameter(f"«{style}» is not {' or '.join(STYLES)}, the forms of results in a folder")
    if style == "parquet" and not options.to:
        raise typer.BadParameter("Parquet goes into a folder: name it with --to")
    if options.resume and any(not isinstance(one, Path) for one in given):
        raise typer.BadParameter("standard input comes once: what is to go on later must be files")
    if isinstance(ENGINES[engine], OnCluster):
        _for_cluster(options, given)
    elif any(options.where):
        raise typer.BadParameter("--master and --remote are for --engine spark")
    return options._replace(engine=engine, style=style)


def _for_cluster(options: Options, given: list[Input]) -> None:
    """What a cluster does not do, said before it is begun."""
    if options.to is None:
        raise typer.BadParameter("Spark writes into a folder that all its workers see: name it with --to")
    if all(options.where):
        raise typer.BadParameter("--master and --remote are two ways to one thing: give one of them")
    if options.workers > 1 or options.resume or options.needles:
        raise typer.BadParameter("--workers, --resume and --needles are not for Spark: it has workers of its own")
    if any(not isinstance(one, Path) for one in given):
        raise typer.BadParameter("standard input is on this machine alone: Spark's workers must see the files")


def screen_whole(what: Asked, given: list[Input], options: Options, *, routed: bool) -> int:
    """Reads everything, screens everybody, tells what came of it; gives the exit code."""
    recipe = _recipe(what, routed=routed)
    engine = ENGINES[options.engine]
    if isinstance(engine, OnCluster) and options.to is not None:
        return screen_on_cluster(
            engine.run, what, recipe, given, options.to, options.style, options.language, options.where
        )
    provide(recipe, Kitchen(what.reader, what.mappings.study))
    try:
        with (
            _folder(options) as work,
            workers_of(options.engine, options.workers) as do,
            progress(found(given)) as seen,
        ):
            return _run(what, recipe, options, list(_chunks(given, work)), work, do, seen)
    except LostError:
        words = "A worker was lost (killed, or out of memory). The same command does the work again"
        errors().print(words + (" from where it stopped." if options.resume else "; with --resume it would go on."))
        return FAULTS
    except ExtraError as missing:
        raise typer.BadParameter(str(missing)) from missing
    except OthersError:
        raise typer.BadParameter(f"{options.to} holds something else: nothing is written over") from None


def _recipe(what: Asked, *, routed: bool) -> Recipe:
    folder, trial, reader = what.mappings.folder, what.settings.trial, what.reader
    return Recipe(str(folder), what.mappings.hash, trial, reader.site, what.as_of, reader.version, routed)


@contextmanager
def _folder(options: Options) -> Iterator[Path]:
    """Where what is finished is kept: as long as the run, or as long as the folder that is named."""
    if options.resume:
        options.resume.mkdir(parents=True, exist_ok=True)
        yield options.resume
        return
    with TemporaryDirectory(prefix="natars-") as made:
        yield Path(made)


def _chunks(given: list[Input], work: Path) -> Iterator[Chunk]:
    for one in given:
        if isinstance(one, Path):
            yield from cut([one])
            continue
        kept = work / "standard-input"
        with kept.open("wb") as out:
            shutil.copyfileobj(one[0], out)
        yield from of_file(kept, one[1])


def _run(
    what: Asked, recipe: Recipe, options: Options, chunks: list[Chunk], work: Path, do: Do, seen: Progress | None
) -> int:
    started = perf_counter()
    wanted, found = list(map(Wanted, chunks)), None
    if options.needles:
        wanted, found = search_hospital(chunks, recipe, options.needles, work, do, seen)
    whole, among = read_hospital(wanted, recipe, work, do, None if found else seen), found.patients if found else None
    if options.style == "table":
        counts = _show(whole, recipe, options, what, among)
        screened = Screened("", [], counts)
    else:
        screened = screen_hospital(whole, recipe, options.to or work / "results", options.style, do, among)
        _deliver(screened, options)
    summary(errors(), whole.tally, what.reader.mapping, options.language)
    told = closing(recipe, chunks, whole.tally, screened, found, perf_counter() - started)
    told |= {"engine": options.engine, "workers": options.workers}
    for line in lines(told, options.language):
        errors().print(line, markup=False, highlight=False, soft_wrap=True)
    if options.to:
        _write_report(told, options.to, screened.name)
    return DONE if whole.tally.all_read else PARTLY_READ


def _write_report(told: dict[str, Any], to: Path, name: str) -> None:
    """It is there whole, or it is not there: it says that all parts are."""
    made = to / f".{name}-{REPORT}"
    made.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    settle(made, to / REPORT)


def _show(whole: Whole, recipe: Recipe, options: Options, what: Asked, among: Iterable[str] | None) -> Counts:
    report, counts = Report(options.language), Counts()
    for persons in parted(whole, among):
        for outcome in concluded(part(whole, persons, recipe, "json", Path())):
            report.add(outcome)
            count(counts, outcome.screening.in_scope, outcome.screening.verdict)
    report.show(output(), what.as_of)
    return counts


def _deliver(screened: Screened, options: Options) -> None:
    """Without a folder the parts go to standard output, one after the other."""
    if options.to is None:
        for path in screened.parts:
            with path.open("rb") as lines_of:
                shutil.copyfileobj(lines_of, sys.stdout.buffer)
        sys.stdout.flush()
