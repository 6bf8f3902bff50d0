"""`natars-fhir audit …`: who did what, as a list and as FHIR AuditEvents; and whether anybody tampered with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import day
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import key_of, noted, opened
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.store.engine import Store
    from natars_fhir.store.seals import Head

app = typer.Typer(help="The audit: who did what; and whether it was tampered with.", no_args_is_help=True)

SitesOption = Annotated[list[str] | None, typer.Option("--site", help="A site; may be given several times. Else all.")]
SinceOption = Annotated[str, typer.Option("--since", help="YYYY-MM-DD: from this day on (UTC).")]


@app.command("verify")
def verify(
    site: SitesOption = None,
    head: Annotated[Path | None, typer.Option("--head", help="What `audit head` printed once, kept elsewhere.")] = None,
) -> None:
    """Finds any row that was edited, removed, put in or moved, and with --head a tail that was cut: exit code 1."""
    from natars_fhir.service.upkeep import audit  # the store is heavy: it is imported where it is asked

    kept, settings = [] if head is None else _heads(head), Settings()
    with opened(settings) as store:
        key = key_of(settings, store)
        audit.seal(store, key, whole=True)
        found = audit.check(store, key, site or (), kept)
    for flaw in found.flaws:
        place = f"position {flaw.position}" if flaw.position else "not sealed"
        row = f", row {flaw.row}" if flaw.row else ""
        output().print(f"{flaw.site or '(all sites)'}: {place}{row}: {flaw.what}", markup=False, soft_wrap=True)
    ends = f"{found.rows} rows in {len(found.heads)} chains" + (f", {len(kept)} kept heads" if kept else "")
    errors().print(f"{ends}: {len(found.flaws) or 'no'} flaws.", markup=False, highlight=False)
    raise typer.Exit(FAULTS if found.flaws else DONE)


@app.command("head")
def head() -> None:
    """Prints the end of every chain, a line a site: keep it where nobody of this machine can change it."""
    from natars_fhir.service.upkeep import audit  # the store is heavy: it is imported where it is asked

    settings = Settings()
    with opened(settings) as store:
        audit.seal(store, key_of(settings, store), whole=True)
        for end in audit.heads(store):
            typer.echo(json.dumps(asdict(end)))


@app.command("list")
def acts(
    site: SitesOption = None,
    since: SinceOption = "",
    style: Annotated[str, typer.Option("--format", help="table, or json: one object an act and line.")] = "table",
) -> None:
    """Prints who did what. That somebody looked at it is written down too."""
    from natars_fhir.service.upkeep import audit  # the store is heavy: it is imported where it is asked

    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    settings, names = Settings(), ("at", "site", "act", "by", "person", "about", "status", "counts", "request")
    table = Table(*names)
    with opened(settings) as store:
        _looked(settings, store, site)
        for row, act in audit.told(store, site or (), _moment(since)):
            told = {**asdict(act), "row": row, "at": act.at.isoformat(timespec="seconds"), "counts": dict(act.counts)}
            if style == "json":
                typer.echo(json.dumps(told, ensure_ascii=False))
            else:
                table.add_row(*(_cell(told[name]) for name in names))
    if style == "table":
        output().print(table)


@app.command("export")
def export(
    site: SitesOption = None,
    since: SinceOption = "",
    to: Annotated[str, typer.Option("--to", help="R4 or R5: the version that is printed.")] = "R4",
) -> None:
    """Prints the audit as NDJSON of FHIR AuditEvents (IHE BALP where a pattern fits)."""
    from natars_fhir.service.upkeep import audit  # the store is heavy: it is imported where it is asked

    version = VERSIONS["R5"] if to == "R5" else VERSIONS["R4"]
    if to not in ("R4", "R5"):
        raise typer.BadParameter(f"«{to}» is not R4 or R5")
    settings = Settings()
    with opened(settings) as store:
        _looked(settings, store, site)
        for event in audit.events(store, settings.canonical_base, site or (), _moment(since)):
            typer.echo(json.dumps(version.from_r4(event)[0], ensure_ascii=False))


def _looked(settings: Settings, store: Store, sites: Iterable[str] | None) -> None:
    for site in sites or ("",):
        noted(settings, store, "audit", site)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={number}" for name, number in sorted(value.items()))
    return str(value)


def _moment(since: str) -> datetime | None:
    return datetime.combine(day(since), datetime.min.time(), UTC) if since else None


def _heads(path: Path) -> list[Head]:
    """What was printed once. Raises typer.BadParameter."""
    from natars_fhir.store.seals import Head  # heavy: only where a store is asked

    try:
        return [Head(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, TypeError) as wrong:
        raise typer.BadParameter(f"this is not what `audit head` prints: {path.name}") from wrong
