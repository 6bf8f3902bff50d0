"""What commands take: paths or standard input, a site, a day, a mappings folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.fhir.found import files
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.faults import nearest
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.site import compiled
from natars_fhir.settings import Settings

SiteOption = Annotated[str, typer.Option("--site", help="The site whose dialect is read; else standard codes only.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="YYYY-MM-DD: what was known at the end of that day.")]
MappingsOption = Annotated[Path | None, typer.Option("--mappings", help="Another mappings folder.")]
VersionOption = Annotated[str, typer.Option("--fhir-version", help="R4, R4B or R5; else the content tells.")]
Input = Path | tuple[BinaryIO, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options came to."""

    settings: Settings
    mappings: Mappings
    reader: DocumentReader
    as_of: date


def asked(site: str, as_of: str, folder: Path | None, fhir_version: str = "", *, routed: bool = False) -> Asked:
    """The options, checked. Raises typer.BadParameter; MappingError where the mappings cannot load."""
    settings = Settings()
    mappings = load(folder or settings.mappings, settings.trial)
    name = known_site(mappings, site or "generic")
    reader = DocumentReader(compiled(mappings, name), named_version(fhir_version), routed=routed)
    return Asked(settings, mappings, reader, day(as_of))


def known_site(mappings: Mappings, name: str) -> str:
    """*name*, which has a file. Raises typer.BadParameter."""
    if name not in mappings.sites:
        raise typer.BadParameter(f"no file for the site «{name}» in mappings/sites/{nearest(name, mappings.sites)}")
    return name


def named_version(text: str) -> Name | None:
    """The FHIR version named; None where none is. Raises typer.BadParameter."""
    versions: dict[str, Name] = {"R4": "R4", "R4B": "R4B", "R5": "R5"}
    if text and text.upper() not in versions:
        raise typer.BadParameter(f"«{text}» is not R4, R4B or R5")
    return versions.get(text.upper())


def day(text: str) -> date:
    """The day named, else today in the trial's time zone."""
    if not text:
        return datetime.now(UTC).astimezone(SHANGHAI).date()
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as wrong:
        raise typer.BadParameter(f"«{text}» is not a day (YYYY-MM-DD)") from wrong


def inputs(paths: list[str]) -> list[Input]:
    """Paths as they were given; ``-`` is standard input."""
    return [(sys.stdin.buffer, "standard input") if path == "-" else Path(path) for path in paths]


def found(given: list[Input]) -> list[Path]:
    """The files that will be read, for a progress bar."""
    return [path for one in given if isinstance(one, Path) for path in files([one])]
