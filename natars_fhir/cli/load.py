"""`natars-fhir load`: files into the store, by the way of a push; what was broken off goes on where it stopped."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ, UNAVAILABLE
from natars_fhir.cli.inputs import Input, MappingsOption, VersionOption, asked, found, inputs
from natars_fhir.cli.looked import LanguageOption, intake_of
from natars_fhir.cli.problem import problem
from natars_fhir.cli.screens import errors, output, progress
from natars_fhir.cli.stored import at_the_desk, opened
from natars_fhir.cli.unread import spread
from natars_fhir.collector import spare_the_collector
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.found import files
from natars_fhir.fhir.ndjson import Document
from natars_fhir.store.reasons import why

if TYPE_CHECKING:
    from natars_fhir.service.ingest.door import Door, Run
    from natars_fhir.service.screening.news import Rescreened

#: Problems that the report lists; of more, only their number.
_SHOWN, _LISTED = 10, 1_000

_WORDS = {
    "en": {
        "known": "{name}: loaded before, and not changed: nothing is done (--again takes it in once more).",
        "resumed": "{name}: goes on after line {line}.",
        "changed": "{name}: changed since it was loaded: it is taken in from its beginning.",
        "cut-off": "{name}: cut off or damaged: what was good before it is kept.",
        "files": "{files} files ({known} known already), {documents} documents, {resources} resources{fates}.",
        "patients": "{patients} patients are known now, {new} of them new; {screened} screened, {findings} changed.",
        "due": "{due} patients are still to be screened: the same command does it, or the server by itself.",
        "apart": "{refused} could not be used: kept apart (natars-fhir quarantine list).",
        "unread": "{unread} could not be read, or were too long: they are not kept.",
        "gaps": "{gaps} codes, values or texts are not mapped yet (natars-fhir mappings gaps).",
        "speed": "{seconds} s: {rate} resources a second.",
        "more": "… and {count} more",
        "stopped": "Stopped. The same command goes on where it stopped.",
        "gone": "The store cannot be reached ({fault}). The same command goes on where it stopped.",
        "overtaken": "Another run is at work on this file.",
    },
    "zh": {
        "known": "{name}：此前已导入且未变动，无需处理（--again 可重新导入）。",
        "resumed": "{name}：从第 {line} 行之后继续。",
        "changed": "{name}：导入后文件已变动，从头重新导入。",
        "cut-off": "{name}：文件不完整或已损坏，其前完好部分已保留。",
        "files": "文件 {files} 个（其中 {known} 个此前已导入），文档 {documents} 份，资源 {resources} 个{fates}。",
        "patients": "现有患者 {patients} 名，其中新增 {new} 名；预筛 {screened} 次，结果有变化 {findings} 次。",
        "due": "仍有 {due} 名患者待预筛：再次执行同一命令，或由服务自动完成。",
        "apart": "{refused} 条无法使用，已隔离（natars-fhir quarantine list）。",
        "unread": "{unread} 处无法读取或过长，未保留。",
        "gaps": "尚未映射的代码、数值或文字：{gaps} 处（natars-fhir mappings gaps）。",
        "speed": "用时 {seconds} 秒，每秒 {rate} 个资源。",
        "more": "……另有 {count} 处",
        "stopped": "已中止。再次执行同一命令将从中止处继续。",
        "gone": "无法访问数据库（{fault}）。再次执行同一命令将从中止处继续。",
        "overtaken": "另一进程正在导入此文件。",
    },
}  # fmt: skip

_FATES = ("created", "changed", "unchanged", "late", "deleted", "let-go", "refused", "again")
_FATES_ZH = {
    "created": "新增", "changed": "更新", "unchanged": "未变", "late": "迟到的旧版本", "deleted": "删除",
    "let-go": "未读取类型", "refused": "无法使用", "again": "重复文档",
}  # fmt: skip


@dataclass(slots=True)
class Report:
    """What a command loaded, as far as it came."""

    runs: dict[int, Run] = field(default_factory=dict)
    problems: list[tuple[Document, Issue]] = field(default_factory=list)
    problem_count: int = 0
    started: float = field(default_factory=perf_counter)
    patients: tuple[int, int] = (0, 0)
    #: what screenings came to, and how many patients wait for theirs still
    screened: Rescreened | None = None
    due: int = 0
    halted: str = ""

    def problem(self, document: Document, issue: Issue) -> None:
        """Takes a problem into account."""
        self.problem_count += 1
        if len(self.problems) < _LISTED:
            self.problems.append((document, issue))

    def told(self) -> dict[str, Any]:
        """The closing report, as plain values."""
        runs, counts = self.runs.values(), Counter[str]()
        for run in runs:
            counts.update(run.counts)
        seconds = perf_counter() - self.started
        resources = sum(counts[fate] for fate in _FATES)
        before, after = self.patients
        return {
            "halted": self.halted or None,
            "files": [_file(run) for run in runs],
            "documents": sum(run.documents for run in runs),
            "resources": {fate: counts[fate] for fate in _FATES},
            "patients": {"known": after, "new": max(after - before, 0)},
            "screened": self.screened.screened if self.screened else 0,
            "findings": self.screened.changed if self.screened else 0,
            "due": self.due,
            "quarantined": counts["refused"] - counts["not-kept"],
            "unread": sum(run.unread for run in runs),
            "notUnderstood": sum(run.not_understood for run in runs),
            "seconds": round(seconds, 3),
            "resourcesPerSecond": round(resources / seconds, 1) if seconds else 0.0,
            "problems": [_problem(*one) for one in self.problems],
            "moreProblems": self.problem_count - len(self.problems),
        }


def load(
    paths: Annotated[
        list[str], typer.Argument(help="Bundles (JSON), NDJSON, folders, .gz of them; - is standard input.")
    ],
    site: Annotated[str, typer.Option("--site", help="The site whose data it is.")],
    again: Annotated[
        bool, typer.Option("--again", help="Takes in once more what was loaded before, as if it were sent again.")
    ] = False,
    style: Annotated[str, typer.Option("--format", help="table, or json: one object.")] = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
) -> None:
    """Takes files into the store as pushes. Exit code 2 when some of it could not be read or used."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in _WORDS:
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what, report, code = asked(site, "", mappings, fhir_version), Report(), UNAVAILABLE
    given = inputs(paths)
    with opened(what.settings, made=True) as store:
        from natars_fhir.service.ingest.door import Door

        what = at_the_desk(what, store)
        with progress(found(given)) as seen:
            door = Door(
                store,
                intake_of(what, store),
                what.reader,
                what.settings.most_bytes,
                lambda: datetime.now(UTC),
                seen or _nobody_looks,
                report.problem,
            )
            code = _all(door, given, report, again=again, language=language)
            report.screened = door.pace.told
    _tell(report.told(), style, language)
    raise typer.Exit(code)


def _all(door: Door, given: list[Input], report: Report, *, again: bool, language: str) -> int:
    """Every file in its order. Whatever ends it, the report tells how far it came."""
    from sqlalchemy.exc import SQLAlchemyError

    from natars_fhir.service.ingest.load import OvertakenError

    words = _WORDS[language]
    spare_the_collector()
    try:
        before = _patients(door)
        report.patients = (before, before)
        for number, runs in enumerate(_runs(door, given, again=again)):
            for run in runs:
                report.runs[number] = run
        door.finish()
        report.patients, report.due = (before, _patients(door)), _due(door)
    except KeyboardInterrupt:
        report.halted, report.due = words["stopped"], _due(door)
        return FAULTS
    except OvertakenError:
        report.halted, report.due = words["overtaken"], _due(door)
        return FAULTS
    except SQLAlchemyError as fault:
        report.halted = words["gone"].format(fault=why(fault, language))
        return UNAVAILABLE
    return DONE if all(run.all_read for run in report.runs.values()) else PARTLY_READ


def _runs(door: Door, given: list[Input], *, again: bool) -> Iterator[Iterator[Run]]:
    from natars_fhir.service.ingest.load import load_file, load_stream

    for one in given:
        if not isinstance(one, Path):
            yield load_stream(door, *one)
            continue
        none = True
        for path in files([one]):
            none = False
            yield load_file(door, path, again=again)
        if none:  # a folder that holds nothing to read is told as `screen` tells it
            yield load_file(door, one, again=again)


def _patients(door: Door) -> int:
    from natars_fhir.store.patients import known

    with door.store.of(door.reader.site).read() as connection:
        return known(connection, door.reader.site)


def _due(door: Door) -> int:
    """How many are still to be screened: of a run that was stopped, and those with whom it failed."""
    from natars_fhir.store.due import count

    with door.store.of(door.reader.site).read() as connection:
        return count(connection, door.reader.site)


def _nobody_looks(_name: str, _offset: int) -> None:
    """Where no person looks there is no bar."""


def _file(run: Run) -> dict[str, Any]:
    file = run.file
    return {
        "name": run.name,
        "found": run.found,
        "state": file.state,
        "from": run.start,
        "line": file.line,
        "resources": {fate: run.counts[fate] for fate in _FATES if run.counts[fate]},
        "all": {name: number for name, number in file.counts.items() if number},
    }


def _problem(document: Document, issue: Issue) -> dict[str, Any]:
    return {
        "file": document.name,
        "line": document.line,
        "severity": issue.severity,
        "code": issue.code,
        "expression": issue.expression,
        "text": issue.text,
    }


def _tell(told: dict[str, Any], style: str, language: str) -> None:
    if style == "json":
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        if told["halted"]:
            errors().print(told["halted"], markup=False, soft_wrap=True)
        return
    for line in _lines(told, language):
        output().print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(told: dict[str, Any], language: str) -> Iterator[str]:
    """The report for people: what was remarkable of a file, the counts, the first problems."""
    words, resources = _WORDS[language], told["resources"]
    for one in told["files"]:
        for word in (one["found"], one["state"]):
            if word in words:
                yield words[word].format(name=one["name"], line=one["from"])
    names = _FATES_ZH if language == "zh" else {fate: fate for fate in _FATES}
    fates = ", ".join(f"{names[fate]} {number}" for fate, number in resources.items() if number)
    fates = f"{': ' if language == 'en' else '：'}{fates}" if fates else ""
    known = sum(one["found"] == "known" for one in told["files"])
    counts = {"files": len(told["files"]), "known": known, "documents": told["documents"], "fates": fates}
    yield words["files"].format(**counts, resources=sum(resources.values()))
    patients = told["patients"]
    people = {"patients": patients["known"], "new": patients["new"]}
    yield words["patients"].format(**people, screened=told["screened"], findings=told["findings"])
    for word, name in (("due", "due"), ("apart", "quarantined"), ("unread", "unread"), ("gaps", "notUnderstood")):
        if told[name]:
            yield words[word].format(due=told[name], refused=told[name], unread=told[name], gaps=told[name])
    for one in spread(told["problems"], lambda one: str(one["file"]), _SHOWN):
        place = f"{one['file']}:{one['line']}" if one["line"] else one["file"]
        yield f"  {problem(place, one['severity'], one['expression'], one['text'], language)}"
    if (more := len(told["problems"]) - _SHOWN + told["moreProblems"]) > 0:
        yield words["more"].format(count=more)
    yield words["speed"].format(seconds=round(told["seconds"], 1), rate=round(told["resourcesPerSecond"]))
    if told["halted"]:
        yield told["halted"]
