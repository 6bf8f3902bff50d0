"""`natars-fhir pull`: what a hospital's own server holds is fetched by the plan of the site's file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from natars_fhir.cli.exits import CONFIGURATION, DONE, FAULTS, UNAVAILABLE
from natars_fhir.cli.inputs import Asked, MappingsOption, asked
from natars_fhir.cli.looked import LanguageOption, intake_of
from natars_fhir.cli.pull_told import code_of, tell, told_of, told_state
from natars_fhir.cli.screens import errors
from natars_fhir.cli.stored import at_the_desk, opened
from natars_fhir.collector import spare_while_serving
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.store.reasons import why

if TYPE_CHECKING:
    from natars_fhir.service.pull.errand import Seen
    from natars_fhir.service.pull.pull import Order, Pulled
    from natars_fhir.store.engine import Store

#: Problems that the report lists; of more, only their number.
_LISTED = 1_000
_WORDS = {
    "en": {
        "none": "The file of {site} has no plan ([pull]): nothing is fetched.",
        "busy": "Another pull of {site} is at work.",
        "gone": "The store cannot be reached ({fault}). The same command goes on where it stopped.",
        "waits": "The store cannot be reached ({fault}): it is waited for.",
        "stopped": "Stopped. The same command goes on where it stopped.",
    },
    "zh": {
        "none": "{site} 的中心文件没有拉取计划（[pull]）：不拉取。",
        "busy": "{site} 的另一次拉取正在进行。",
        "gone": "无法访问数据库（{fault}）。再次执行同一命令将从中止处继续。",
        "waits": "无法访问数据库（{fault}），将继续等待。",
        "stopped": "已中止。再次执行同一命令将从中止处继续。",
    },
}


@dataclass(slots=True)
class _Problems:
    listed: list[tuple[Document, Issue]] = field(default_factory=list)
    count: int = 0

    def add(self, document: Document, issue: Issue) -> None:
        """Takes a problem into account."""
        self.count += 1
        if len(self.listed) < _LISTED:
            self.listed.append((document, issue))


def pull(
    site: Annotated[str, typer.Option("--site", help="The site whose server is read.")],
    once: Annotated[
        bool, typer.Option("--once", help="One pull, now; else by the times of the plan, until it is stopped.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Asks for everything from its beginning, whatever came before.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Only tells how far the pulls of the site came.")] = False,
    style: Annotated[str, typer.Option("--format", help="table, or json: one object a pull.")] = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:  # fmt: skip
    """Fetches what the hospital's server holds. Exit code 2: not all came or could be used; 69: it is away."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in _WORDS:
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what = asked(site, "", mappings)
    plan = what.reader.mapping.site.pull
    if plan is None:
        raise _ended(_WORDS[language]["none"].format(site=site), CONFIGURATION)
    with opened(what.settings, made=not status) as store:
        if status:
            told_state(store, site, style, language)
            raise typer.Exit(DONE)
        code = _by_plan(what, store, once=once or not plan.planned, again=again, style=style, language=language)
    raise typer.Exit(code)


def _by_plan(what: Asked, store: Store, *, once: bool, again: bool, style: str, language: str) -> int:
    """One pull, or one after the other at their times until somebody stops it."""
    spare_while_serving()
    while True:
        code = _one(what, store, again=again, style=style, language=language)
        if once or code == CONFIGURATION:
            return code
        again = False
        try:
            _wait(what, store, language)
        except KeyboardInterrupt:
            return DONE


def _wait(what: Asked, store: Store, language: str) -> None:
    """Until it is time for another. A store that is away meanwhile is told, once, and waited for as well."""
    from sqlalchemy.exc import SQLAlchemyError

    from natars_fhir.service.pull.rounds import time_for

    away = False
    while True:
        try:
            if time_for(_order(what, store, _Problems(), lambda *_: None)) is not None:
                return
            away = False
        except SQLAlchemyError as fault:
            if not away:
                _said(_WORDS[language]["waits"].format(fault=why(fault, language)), UNAVAILABLE)
            away = True
        time.sleep(what.settings.deliver_every)


def _one(what: Asked, store: Store, *, again: bool, style: str, language: str) -> int:
    """One pull; its report, and the exit code. Whatever ends it, the next goes on there."""
    from sqlalchemy.exc import SQLAlchemyError

    from natars_fhir.service.pull.pull import pull as made
    from natars_fhir.service.pull.turn import BusyError
    from natars_fhir.store.pulls import LEASE

    words, site, problems = _WORDS[language], what.reader.site, _Problems()
    started = perf_counter()
    try:
        with _bar() as seen:
            done: Pulled | None = made(
                _order(at_the_desk(what, store), store, problems, seen), again=again, patience=LEASE.total_seconds() + 1
            )
    except BusyError:
        return _said(words["busy"].format(site=site), FAULTS)
    except KeyboardInterrupt:
        return _said(words["stopped"], FAULTS)
    except SQLAlchemyError as fault:
        return _said(words["gone"].format(fault=why(fault, language)), UNAVAILABLE)
    if done is None or done.overtaken:
        return _said(words["busy"].format(site=site), FAULTS)
    told = told_of(site, done, perf_counter() - started, problems.listed, problems.count)
    if style == "json":
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        tell(told, language)
    return code_of(done)


def _order(what: Asked, store: Store, problems: _Problems, seen: Seen) -> Order:
    from natars_fhir.service.pull.pull import Order, pausing

    settings = what.settings
    return Order(
        store,
        intake_of(what, store),
        what.reader.mapping,
        settings.most_bytes,
        settings.pull_folder,
        settings.address,
        lambda: datetime.now(UTC),
        pausing(lambda: False),
        seen=seen,
        problem=problems.add,
    )


@contextmanager
def _bar() -> Iterator[Seen]:
    """A bar for each type or file on standard error, when that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors(), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def seen(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield seen


def _said(text: str, code: int) -> int:
    errors().print(text, markup=False, soft_wrap=True)
    return code


def _ended(text: str, code: int) -> typer.Exit:
    return typer.Exit(_said(text, code))
