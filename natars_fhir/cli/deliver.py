"""`natars-fhir deliver`: what waits in the outbox is put to the sites' servers now."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from natars_fhir.cli.exits import DONE, FAULTS, UNAVAILABLE
from natars_fhir.cli.inputs import MappingsOption, known_site
from natars_fhir.cli.looked import LanguageOption
from natars_fhir.cli.screens import errors, output
from natars_fhir.cli.stored import opened
from natars_fhir.settings import Settings
from natars_fhir.store.reasons import why

_WORDS = {
    "en": {
        "site": "{site}: {waiting} wait, {dead} were given up. Server: {line}. {told}",
        "sum": "Delivered: {done}. To be tried again: {again}. Given up: {dead}.",
        "none": "No site's file names a server ([endpoint]): nothing is delivered.",
    },
    "zh": {
        "site": "{site}：待发送 {waiting} 条，已放弃 {dead} 条。服务器：{line}。{told}",
        "sum": "已送达 {done} 条，将重试 {again} 条，放弃 {dead} 条。",
        "none": "没有中心文件声明服务器（[endpoint]）：不发送。",
    },
}
_LINES_ZH = {"closed": "正常", "open": "暂停", "half-open": "试探"}


def deliver(
    site: Annotated[
        list[str] | None, typer.Option("--site", help="A site; may be given several times. Else all.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="One round; else until nothing is due.")] = False,
    style: Annotated[str, typer.Option("--format", help="table, or json: one object.")] = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:  # fmt: skip
    """Delivers what is due. Exit code 1: some was refused or given up; 69: a site's server, or the store, is away."""
    from natars_fhir.mapping.files import load  # the mappings and the store are heavy
    from natars_fhir.service.deliver.deliver import Rounds

    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in _WORDS:
        raise typer.BadParameter(f"«{language}» is not en or zh")
    settings = Settings()
    loaded = load(mappings or settings.mappings, settings.trial)
    names = [known_site(loaded, name) for name in site] if site else sorted(loaded.sites)
    endpoints = {name: found for name in names if (found := loaded.sites[name].endpoint) is not None}
    if not endpoints:
        errors().print(_WORDS[language]["none"], markup=False, soft_wrap=True)
    told = _delivered(settings, Rounds(endpoints, settings.deliver_attempts), once=once)
    if style == "json":
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(told, language)
    raise typer.Exit(_code(told))


def _delivered(settings: Settings, plan: Any, *, once: bool) -> dict[str, Any]:
    from sqlalchemy.exc import SQLAlchemyError

    from natars_fhir.service.deliver.deliver import deliver_once
    from natars_fhir.service.http import Clients
    from natars_fhir.store import letters, lines

    tally: Counter[str] = Counter()
    with opened(settings) as store, Clients(settings.deliver_timeout) as clients:
        try:
            with store.read() as connection:
                waiting = sum(
                    n for (_, state), n in letters.left(connection, plan.endpoints).items() if state == "waiting"
                )
            with _bar(waiting) as seen:
                while made := deliver_once(store, clients, plan, _now):
                    tally += made
                    seen(tally["done"] + tally["dead"])
                    if once:
                        break
            with store.read() as connection:
                left = letters.left(connection, plan.endpoints)
                found = {site: lines.line(connection, site) for site in sorted(plan.endpoints)}
        except SQLAlchemyError as fault:
            errors().print(f"The store cannot be reached ({why(fault)}).", markup=False)
            raise typer.Exit(UNAVAILABLE) from None
    sites = [_site(site, line, left) for site, line in found.items()]
    return {**{name: tally[name] for name in ("done", "again", "dead")}, "sites": sites}


def _site(site: str, line: Any, left: dict[tuple[str, str], int]) -> dict[str, Any]:
    from natars_fhir.service.deliver.explained import explained

    en, zh = explained(line.outcome) if not line.well else ("", "")
    return {
        "site": site,
        "waiting": left.get((site, "waiting"), 0),
        "dead": left.get((site, "dead"), 0),
        "line": line.state(_now()),
        "outcome": line.outcome or None,
        "explained": {"en": en, "zh": zh},
    }


def _code(told: dict[str, Any]) -> int:
    if any(one["line"] != "closed" for one in told["sites"]):
        return UNAVAILABLE
    return FAULTS if any(one["waiting"] or one["dead"] for one in told["sites"]) else DONE


def _tell(told: dict[str, Any], language: str) -> None:
    words = _WORDS[language]
    lines = [words["sum"].format(**told)]
    for one in told["sites"]:
        if one["waiting"] or one["dead"] or one["line"] != "closed":
            line = _LINES_ZH[one["line"]] if language == "zh" else one["line"]
            lines.append(words["site"].format(**one | {"line": line, "told": one["explained"][language]}).rstrip())
    for line in lines:
        output().print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _bar(waiting: int) -> Iterator[Callable[[int], None]]:
    """A bar over what waits on standard error, when that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors(), transient=True) as bar:
        task = bar.add_task("letters", total=waiting)
        yield lambda done: bar.update(task, completed=done)


def _now() -> datetime:
    return datetime.now(UTC)
