"""The figures as files: SVG and PNG in both languages, and beside each its numbers as CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from natars_fhir.domain.endpoints.time_to_event import Parameter
from natars_fhir.domain.sentence import Language
from natars_fhir.export.figures import consort, consort_plot, kaplan_meier, kaplan_meier_plot
from natars_fhir.export.figures.beside import Table
from natars_fhir.export.figures.consort import Flow
from natars_fhir.export.figures.fonts import chinese_font
from natars_fhir.export.figures.plate import Plate
from natars_fhir.export.subject import Subject
from natars_fhir.export.summary import SHOWN

#: Said where no font has Chinese letters.
NO_FONT = "No font with Chinese letters is installed: the Chinese figures are SVG alone, without PNG."
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Drawn(NamedTuple):
    """One figure: its name, its numbers, and how it looks in each language."""

    name: str
    table: Table
    plates: dict[Language, Plate]


def drawn(subjects: Sequence[Subject], counted: Flow, font: Path | None) -> Iterator[Drawn]:
    """Every figure. Raises ExtraError."""
    for parameter in SHOWN:
        yield survival_figure(subjects, parameter, font)
    told = consort.table(counted)
    yield Drawn("consort", told, {one: consort_plot.plot(counted, one, font) for one in LANGUAGES})


def survival_figure(subjects: Sequence[Subject], parameter: Parameter, font: Path | None) -> Drawn:
    """One parameter's curves by arm. Raises ExtraError."""
    found = kaplan_meier.kaplan_meier(subjects, parameter)
    plates = {one: kaplan_meier_plot.plot(found, one, font) for one in LANGUAGES}
    return Drawn(f"kaplan-meier-{parameter.lower()}", kaplan_meier.table(found), plates)


def write_figures(folder: Path, subjects: Sequence[Subject], counted: Flow) -> tuple[dict[str, int], list[str]]:
    """Writes them; gives the rows of each table, and what there is to say. Raises ExtraError."""
    font, written = chinese_font(), {}
    for one in drawn(subjects, counted, font):
        written[one.name] = len(one.table.rows)
        (folder / f"{one.name}.csv").write_bytes(one.table.csv())
        (folder / f"{one.name}.json").write_bytes(one.table.json())
        for language, made in one.plates.items():
            (folder / f"{one.name}.{language}.svg").write_bytes(made.svg)
            if made.png is not None:
                (folder / f"{one.name}.{language}.png").write_bytes(made.png)
    return written, [] if font is not None else [NO_FONT]
