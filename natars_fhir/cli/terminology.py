"""`natars-fhir mappings export` and `import`: local codes as ConceptMaps, out to a terminology server and back."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.inputs import MappingsOption, known_site
from natars_fhir.cli.screens import errors
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import documents
from natars_fhir.mapping.faults import MappingError
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.site import compiled
from natars_fhir.mapping.terms.code_system import code_systems
from natars_fhir.mapping.terms.concept_map import unpublished
from natars_fhir.mapping.terms.concept_map_reader import rows_of
from natars_fhir.mapping.terms.crosswalk import Row, local_rows
from natars_fhir.mapping.terms.site_file import SiteFileError, merged, written
from natars_fhir.mapping.terms.translate import own_maps, terminology
from natars_fhir.settings import Settings

_INDENT = 2
#: The site that is none: what is exported for it holds for all.
STANDARD_SITE = "generic"


def export(
    site: Annotated[str, typer.Option("--site", help="One site; else the standard codes and every site.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="A folder, one file a map; else NDJSON is printed.")] = None,
    mappings: MappingsOption = None,
) -> None:
    """Writes the codes of the mapping files as FHIR R4 ConceptMaps, one for each source system."""
    settings = Settings()
    found = load(mappings or settings.mappings, settings.trial)
    names = [known_site(found, site)] if site else list(found.sites)
    maps = {one["id"]: one for name in names for one in own_maps(found, name, settings.canonical_base)}
    if site in ("", STANDARD_SITE):
        maps |= {f"code-system-{one['id']}": one for one in code_systems(found, settings.canonical_base)}
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    for ident, one in maps.items():
        if out is None:
            sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
        else:
            (out / f"{ident}.json").write_text(json.dumps(one, ensure_ascii=False, indent=_INDENT) + "\n", "utf-8")
    left = [row for name in names for row in unpublished(local_rows(found.sites[name]))]
    for row in left:
        errors().print(f"«{row.code.code}»: left out, for FHIR's codes hold no such blanks", markup=False)
    raise typer.Exit(FAULTS if left else DONE)


def take_in(
    maps: Annotated[list[Path], typer.Argument(metavar="FILE", help="ConceptMaps: JSON, NDJSON, a Bundle, a folder.")],
    site: Annotated[str, typer.Option("--site", help="The site whose file takes them in.")],
    write: Annotated[bool, typer.Option("--write", help="Changes the site's file, in place of printing.")] = False,
    mappings: MappingsOption = None,
) -> None:
    """Reads ConceptMaps as lines of a site's file: prints the new ones, or writes them if the folder loads then."""
    settings = Settings()
    folder = mappings or settings.mappings
    found = load(folder, settings.trial)
    rows, issues = _rows(maps, found, known_site(found, site))
    known = terminology(found, site, settings.canonical_base)
    news = [row for row in rows if row.target not in [one.target for one in known.meanings(*_coding(row, known))]]
    for name, issue in issues:
        errors().print(f"{name}: {issue.expression or 'document'}: {issue.text}", markup=False, soft_wrap=True)
    errors().print(f"{len(rows)} codes read; {len(rows) - len(news)} of them mean this already.")
    text = _checked(folder, site, news, settings.trial) if news else ""
    if write and not issues and text:
        _put(folder / "sites" / f"{site}.toml", text, len(news))
    elif news:
        sys.stdout.write(written(news))
    unread = any(not issue.expression for _, issue in issues)
    raise typer.Exit(PARTLY_READ if unread else FAULTS if issues or (write and news and not text) else DONE)


def _coding(row: Row, known: Any) -> tuple[str, str]:
    return known.publisher.source(row.code.system), row.code.code


def _rows(paths: list[Path], found: Mappings, site: str) -> tuple[list[Row], list[tuple[str, Issue]]]:
    lore = compiled(found, site).lore
    rows: dict[tuple[str, str], Row] = {}
    issues: list[tuple[str, Issue]] = []
    for name, resource in _resources(paths):
        if isinstance(resource, Issue):
            issues.append((name, resource))
            continue
        told, wrong = rows_of(resource, lore)
        rows |= {(row.code.system, row.code.code): row for row in told}
        issues += [(name, issue) for issue in wrong]
    return list(rows.values()), issues


def _resources(paths: list[Path]) -> Iterator[tuple[str, Any]]:
    """Every resource of the files, those of a Bundle each for itself; an Issue where something cannot be read."""
    for path in files(paths):
        for document in documents(path):
            yield from ((document.name, issue) for issue in document.issues)
            if not document.raw:
                continue
            try:
                resource = json.loads(document.raw)
            except (ValueError, RecursionError):
                yield document.name, Issue("fatal", "structure", "", "This is no JSON.")
                continue
            if isinstance(resource, dict) and resource.get("resourceType") == "Bundle":
                entries = [entry for entry in resource.get("entry") or () if isinstance(entry, dict)]
                yield from ((document.name, entry.get("resource")) for entry in entries)
            else:
                yield document.name, resource


def _checked(folder: Path, site: str, rows: list[Row], trial: str) -> str:
    """The site's file with the rows in it, once a copy of the folder has loaded with it; empty where it has to be
    changed by hand. Ends the command where the rows do not fit."""
    path = folder / "sites" / f"{site}.toml"
    try:
        text = merged(path.read_text(encoding="utf-8"), rows)
    except SiteFileError as wrong:
        errors().print(f"{path}: {wrong}", markup=False, soft_wrap=True)
        return ""
    with TemporaryDirectory() as room:
        copy = Path(shutil.copytree(folder, Path(room) / "mappings"))
        (copy / "sites" / path.name).write_text(text, encoding="utf-8")
        try:
            load(copy, trial)
        except MappingError as wrong:
            for fault in wrong.faults:
                errors().print(f"{path.name}: {fault.text}", markup=False, soft_wrap=True)
            raise typer.Exit(FAULTS) from wrong
    return text


def _put(path: Path, text: str, codes: int) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
    errors().print(f"{path}: {codes} codes written", markup=False, soft_wrap=True)
