"""What `pull` tells: of each type what came and how far it is read now, and why it did not end well."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from natars_fhir.cli.exits import CONFIGURATION, DONE, PARTLY_READ, UNAVAILABLE
from natars_fhir.cli.problem import problem
from natars_fhir.cli.screens import Table, output
from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document

if TYPE_CHECKING:
    from natars_fhir.service.pull.errand import Part
    from natars_fhir.service.pull.fault import PullError
    from natars_fhir.service.pull.pull import Pulled
    from natars_fhir.store.engine import Store

#: Problems that people are shown.
_SHOWN = 10
_FATES = ("created", "changed", "unchanged", "late", "deleted", "let-go", "refused", "again")
_WORDS = {
    "en": {
        "head": ("what", "pages or lines", "new or changed", "unchanged", "deleted", "refused", "read until"),
        "fault": "{name}: {text} ({fault})",
        "short": "{name}: not all came that was asked for: it is asked for again next time.",
        "more": "… and {count} more",
        "screened": "{screened} patients screened, {findings} with other findings.",
        "due": "{due} patients are still to be screened: the next pull does it, or the server by itself.",
        "speed": "{resources} resources in {seconds} s: {rate} a second.",
        "state": "{site}: last pull {began}, last good one {ended}, failures since: {failures}{outcome}.",
        "never": "never",
        "mark": ("type", "read until (hospital's clock)", "moved"),
    },
    "zh": {
        "head": ("内容", "页或行", "新增或更新", "未变", "删除", "无法使用", "已读至"),
        "fault": "{name}：{text}（{fault}）",
        "short": "{name}：未能收到全部数据，下次将重新请求。",
        "more": "……另有 {count} 处",
        "screened": "预筛患者 {screened} 名，结果有变化 {findings} 名。",
        "due": "仍有 {due} 名患者待预筛：由下次拉取或服务自动完成。",
        "speed": "资源 {resources} 个，用时 {seconds} 秒，每秒 {rate} 个。",
        "state": "{site}：最近一次拉取 {began}，最近一次成功 {ended}，其后失败 {failures} 次{outcome}。",
        "never": "从未",
        "mark": ("资源类型", "已读至（医院时钟）", "更新时间"),
    },
}


def told_of(
    site: str, done: Pulled, seconds: float, problems: Sequence[tuple[Document, Issue]], count: int
) -> dict[str, Any]:
    """The report, as plain values."""
    resources = sum(one.counts[fate] for one in done.parts for fate in _FATES)
    return {
        "site": site,
        "mode": done.mode,
        "whole": done.whole,
        "parts": [_part(one) for one in done.parts],
        "resources": {fate: sum(one.counts[fate] for one in done.parts) for fate in _FATES},
        "notUnderstood": sum(one.not_understood for one in done.parts),
        "screened": done.screened.screened,
        "findings": done.screened.changed,
        "seconds": round(seconds, 3),
        "resourcesPerSecond": round(resources / seconds, 1) if seconds else 0.0,
        "problems": [_problem(*one) for one in problems],
        "moreProblems": count - len(problems),
    }


def code_of(done: Pulled) -> int:
    """How the command ends."""
    codes = {_code(fault) for fault in done.faults}
    for code in (CONFIGURATION, UNAVAILABLE):
        if code in codes:
            return code
    return DONE if done.whole else PARTLY_READ


def tell(told: dict[str, Any], language: str) -> None:
    """The report for people."""
    words: dict[str, Any] = _WORDS[language]
    table = Table(*words["head"])
    for one in told["parts"]:
        found = one["resources"]
        fresh = found.get("created", 0) + found.get("changed", 0)
        cells = [one["documents"], fresh, *(found.get(fate, 0) for fate in ("unchanged", "deleted", "refused"))]
        table.add_row(escape(one["name"]), *map(str, cells), one["mark"] or "")
    output().print(table)
    for line in _lines(told, language):
        output().print(line, markup=False, highlight=False, soft_wrap=True)


def _lines(told: dict[str, Any], language: str) -> Iterator[str]:
    words: dict[str, Any] = _WORDS[language]
    for one in told["parts"]:
        if fault := one["fault"]:
            shown = f"{fault['kind']} {fault['word']}".strip()
            yield words["fault"].format(name=one["name"], text=fault["explained"][language], fault=shown)
        elif one["short"]:
            yield words["short"].format(name=one["name"])
    for one in told["problems"][:_SHOWN]:
        place = f"{one['file']}:{one['line']}" if one["line"] else one["file"]
        yield f"  {problem(place, one['severity'], one['expression'] or one['code'], one['text'], language)}"
    if (more := len(told["problems"]) - _SHOWN + told["moreProblems"]) > 0:
        yield words["more"].format(count=more)
    yield words["screened"].format(screened=told["screened"], findings=told["findings"])
    count, rate = sum(told["resources"].values()), round(told["resourcesPerSecond"])
    yield words["speed"].format(resources=count, seconds=round(told["seconds"], 1), rate=rate)


def told_state(store: Store, site: str, style: str, language: str) -> None:
    """How far the pulls of a site came."""
    from natars_fhir.store import due, pulls

    with store.of(site).read() as connection:
        state, owed = pulls.state(connection, site), due.count(connection, site)
        marks = [mark for _, mark in pulls.marks(connection, site)]
    began, ended = (at.isoformat(timespec="seconds") if at else None for at in (state.began, state.ended))
    if style == "json":
        listed = [{"type": one.kind, "mark": one.at.isoformat(), "moved": one.moved.isoformat()} for one in marks]
        told = {
            "site": site,
            "began": began,
            "ended": ended,
            "failures": state.failures,
            "outcome": state.outcome or None,
            "due": owed,
        }
        sys.stdout.write(json.dumps({**told, "marks": listed}, ensure_ascii=False, indent=2) + "\n")
        return
    words: dict[str, Any] = _WORDS[language]
    outcome = f" ({state.outcome})" if state.outcome else ""
    told = {"began": began or words["never"], "ended": ended or words["never"], "failures": state.failures}
    line = words["state"].format(site=site, outcome=outcome, **told)
    output().print(line, markup=False, highlight=False, soft_wrap=True)
    if owed:
        output().print(words["due"].format(due=owed), markup=False, highlight=False, soft_wrap=True)
    table = Table(*words["mark"])
    for one in marks:
        table.add_row(one.kind, one.at.isoformat(timespec="seconds"), one.moved.isoformat(timespec="seconds"))
    output().print(table)


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "documents": part.documents,
        "resources": {fate: part.counts[fate] for fate in _FATES if part.counts[fate]},
        "unread": part.unread,
        "told": {severity: number for severity, number in part.told.items() if number},
        "short": part.short,
        "mark": part.mark.isoformat(timespec="seconds") if part.mark else None,
        "fault": _fault(part.fault) if part.fault else None,
    }


def _fault(fault: PullError) -> dict[str, Any]:
    from natars_fhir.service.pull.explained import explained

    en, zh = explained(fault)
    return {"kind": fault.kind, "word": fault.word, "explained": {"en": en, "zh": zh}}


def _problem(document: Document, issue: Issue) -> dict[str, Any]:
    return {
        "file": document.name,
        "line": document.line,
        "severity": issue.severity,
        "code": issue.code,
        "expression": issue.expression,
        "text": issue.text,
    }


def _code(fault: PullError) -> int:
    """What we cannot say of ourselves is ours to mend; a server that is away, or does not let us in, is not."""
    if fault.kind == "credentials":
        return CONFIGURATION if fault.word.startswith("credentials ") else UNAVAILABLE
    if (fault.kind, fault.word) == ("refused", "address"):
        return CONFIGURATION
    return UNAVAILABLE if fault.kind in ("away", "disk") else PARTLY_READ
