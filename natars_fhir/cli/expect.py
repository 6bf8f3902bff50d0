"""`natars-fhir expect`: writes or compares what each fixture must give: `expected.json` beside its input.

Someone who cannot program adds a regression test by dropping in a bundle and running `expect --write`.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from natars_fhir.bulk.screen import screen_files
from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.screens import errors, output
from natars_fhir.emit.prefilled import as_json, prefilled
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import Mappings, load
from natars_fhir.mapping.site import compiled
from natars_fhir.settings import Settings, default_folder

#: The day as of which a case is screened where its claims name none.
DEFAULT_DAY = date(2024, 6, 15)


def expect(
    cases: Annotated[list[Path] | None, typer.Argument(help="Case folders; without them every fixture.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Writes expected.json instead of comparing.")] = False,
    mappings: MappingsOption = None,
) -> None:
    """Compares every fixture with its expected.json; exit code 1 with the difference where one differs."""
    settings = Settings()
    folder, found = mappings or settings.mappings, 0
    loaded = load(folder, settings.trial)
    every = [case.resolve() for case in cases] if cases else list(folders(default_folder("fixtures", "demo_fixtures")))
    for case in every:
        if not inputs_of(case):
            raise typer.BadParameter(f"{case.name} holds no bundle: a case is a folder with JSON or NDJSON in it")
        found += not (_write(loaded, case) if write else _compare(loaded, case))
    output().print(f"{len(every)} cases {'written' if write else 'compared'}, {found} differ.")
    raise typer.Exit(FAULTS if found else DONE)


def folders(root: Path) -> Iterator[Path]:
    """The case folders: fixtures/<site>/<case>/."""
    return (case for case in sorted(root.glob("*/*")) if case.is_dir() and inputs_of(case))


def inputs_of(case: Path) -> list[Path]:
    """The documents of a case, in the order of their names: each a push after the other."""
    return sorted(
        path
        for path in case.glob("*")
        if path.suffix in (".json", ".ndjson", ".jsonl", ".gz") and path.name != "expected.json"
    )


def claims_of(case: Path) -> dict[str, Any]:
    """What a person claims of the case, made from the protocol and not from the code; empty where nothing is."""
    path = case / "claims.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def result(mappings: Mappings, case: Path) -> list[dict[str, Any]]:
    """What the product makes of a case: one object a patient. The mapping's hash is left out, for it changes often."""
    reader = DocumentReader(compiled(mappings, case.parent.name if case.parent.name in mappings.sites else "generic"))
    claimed = claims_of(case).get("as_of", DEFAULT_DAY)
    day = claimed if isinstance(claimed, date) else date.fromisoformat(claimed)
    _, outcomes = screen_files(inputs_of(case), reader, mappings.study, day)
    told = [prefilled(outcome.screening, outcome.record.facts, outcome.issues) for outcome in outcomes]
    plain: list[dict[str, Any]] = json.loads(as_json(told))
    return plain


def _text(told: list[dict[str, Any]]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _write(mappings: Mappings, case: Path) -> bool:
    (case / "expected.json").write_text(_text(result(mappings, case)), encoding="utf-8")
    return True


def _compare(mappings: Mappings, case: Path) -> bool:
    beside = case / "expected.json"
    expected = beside.read_text(encoding="utf-8") if beside.is_file() else ""
    got = _text(result(mappings, case))
    if got == expected:
        return True
    name = f"{case.parent.name}/{case.name}"
    lines = difflib.unified_diff(
        expected.splitlines(), got.splitlines(), f"{name} expected", f"{name} got", lineterm="", n=2
    )
    for line in list(lines)[:60]:
        errors().print(line, markup=False, highlight=False, soft_wrap=True)
    return False
