"""`natars-fhir endpoints`: the trial's endpoints of every subject in the store, or one subject's with its trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.export_tables import NAMES, write_forms
from natars_fhir.cli.inputs import AsOfOption, MappingsOption, asked
from natars_fhir.cli.looked import write_json
from natars_fhir.cli.screens import Table, by_name, errors, output
from natars_fhir.cli.subjects import every_subject
from natars_fhir.domain.endpoints.flaws import Flaw
from natars_fhir.domain.endpoints.time_to_event import TimeToEvent
from natars_fhir.domain.endpoints.trace import Step
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.words import WORDS
from natars_fhir.export.subject import Subject
from natars_fhir.export.summary import ArmCurve, as_object, differences, never_operated, survival
from natars_fhir.export.survival import StatisticsError
from natars_fhir.export.tables import by_subject, times

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("subject", "site", "arm", "PFS", "days", "OS", "days", "issues"),
    "zh": ("受试者", "中心", "组别", "PFS", "天数", "OS", "天数", "问题"),
}
_CURVES: dict[Language, tuple[str, ...]] = {
    "en": ("", "arm", "subjects", "events", "undated", "median", "follow-up", "months: % (95 % limits), at risk"),
    "zh": ("", "组别", "例数", "事件", "无日期", "中位数", "中位随访", "月份：%（95%限），在险人数"),
}
_NOBODY: dict[Language, str] = {"en": "Nobody was allocated yet: there is no subject.", "zh": "尚无入组受试者。"}
_CAUTION: dict[Language, str] = {
    "en": "Days. The arms are not randomised: a log-rank test without adjustment proves nothing.",
    "zh": "单位：天。两组非随机分配：未经校正的log-rank检验不能作为结论。",
}


def endpoints(
    site: Annotated[str, typer.Option("--site", help="One site; without it all of them.")] = "",
    as_of: AsOfOption = "",
    subject: Annotated[str, typer.Option("--subject", help="One subject's pseudonym: prints each decision.")] = "",
    tables: Annotated[
        Path | None,
        typer.Option(
            "--tables", help="A folder that is there: writes tables for statisticians, CDISC's files or figures."
        ),
    ] = None,
    forms: Annotated[
        list[str] | None,
        typer.Option("--as", help=f"With --tables, once or more: {', '.join(NAMES)}; without it csv."),
    ] = None,
    style: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    mappings: MappingsOption = None,
) -> None:
    """Derives PFS, OS, cycles, visits and morbidity of every subject, and survival by arm."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what = asked(site, as_of, mappings)
    spoken: Language = "zh" if language == "zh" else "en"
    if tables is not None:
        write_forms(what, site, tables, forms or ["csv"])
        raise typer.Exit(DONE)
    if forms:
        raise typer.BadParameter("--as asks for --tables")
    found = every_subject(what, site)
    if subject:
        _one(found, subject, style, spoken)
    curves, tested = _figures(found, what.mappings.study.conventions.landmarks)
    if style == "json":
        write_json({"asOf": what.as_of.isoformat(), **whole(found, curves, tested)})
    else:
        arms = {one.name: one.zh for one in what.mappings.study.arms if one.zh} if spoken == "zh" else {}
        show(output(), found, curves, spoken, arms)
    raise typer.Exit(DONE)


def _one(found: Sequence[Subject], pseudonym: str, style: str, language: Language) -> None:
    """Prints one subject's derivation, and ends the command."""
    one = next((each for each in found if each.pseudonym == pseudonym), None)
    if one is None:
        errors().print("No such subject.", markup=False)
        raise typer.Exit(FAULTS)
    if style == "json":
        write_json(traced(one))
    else:
        for line in lines(one, language):
            output().print(line, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(DONE)


def _figures(found: Sequence[Subject], landmarks: Sequence[int]) -> tuple[list[ArmCurve], dict[str, Any]]:
    """Survival by arm; without its library that is said, and everything else is still told."""
    try:
        return survival(found, landmarks), differences(found)
    except StatisticsError as absent:
        errors().print(str(absent), markup=False, soft_wrap=True)
        return [], {}


def whole(found: Sequence[Subject], curves: list[ArmCurve], tested: dict[str, Any]) -> dict[str, Any]:
    """Everything about all subjects; days and no dates."""
    return {
        "subjects": [asdict(row) for row in by_subject(found)],
        "times": [asdict(row) for row in times(found)],
        "survival": as_object(curves, tested),
        "neverOperated": [row._asdict() for row in never_operated(found)],
        "issues": [
            {"subject": one.pseudonym, "site": one.site, **asdict(issue)}
            for one in found
            for issue in one.endpoints.issues
        ],
    }


def traced(one: Subject) -> dict[str, Any]:
    """One subject with every decision, in both languages."""
    return {
        "subject": one.pseudonym,
        "site": one.site,
        "arm": one.endpoints.arm,
        "sets": list(one.endpoints.sets),
        "trace": [_step(step) for step in one.endpoints.trace],
        "times": [_time(each) for each in one.endpoints.times],
        "issues": [asdict(issue) for issue in one.endpoints.issues],
    }


def _time(one: TimeToEvent) -> dict[str, Any]:
    told = {"parameter": one.parameter, "status": one.status, "reason": one.reason, "days": one.days}
    days = {"origin": one.origin and one.origin.isoformat(), "end": one.end and one.end.isoformat()}
    return {**told, **days, "imputed": one.imputed, "trace": [_step(step) for step in one.trace]}


def _step(step: Step) -> dict[str, Any]:
    evidence = [{"reference": fact.source.reference, "path": fact.path} for fact in step.facts]
    return {
        "rule": step.rule,
        "en": render(step.sentence, "en"),
        "zh": render(step.sentence, "zh"),
        "evidence": evidence,
    }


def lines(one: Subject, language: Language) -> list[str]:
    """One subject's derivation, a line a decision."""
    told = [f"{one.pseudonym}  {one.site}  {one.endpoints.arm}", f"{' '.join(one.endpoints.sets)}", ""]
    told += [_line(step, language) for step in one.endpoints.trace]
    for each in one.endpoints.times:
        days = "" if each.days is None else f" {each.days}"
        told += ["", f"{each.parameter}: {_said(each, language)}{days}{' *' if each.imputed else ''}"]
        told += [_line(step, language) for step in each.trace]
    return told + ([""] if one.endpoints.issues else []) + [_flaw(issue, language) for issue in one.endpoints.issues]


def _flaw(one: Flaw, language: Language) -> str:
    return f"! {one.zh if language == 'zh' else one.text}"


def _line(step: Step, language: Language) -> str:
    return f"  {step.rule.rpartition(' ')[2]:6} {render(step.sentence, language)}"


def _said(one: TimeToEvent, language: Language) -> str:
    words = WORDS[language]
    return f"{words.get(one.status, one.status)} ({words.get(one.reason, one.reason)})"


def show(
    console: Console, found: Sequence[Subject], curves: Sequence[ArmCurve], language: Language,
    arms: Mapping[str, str] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Prints every subject, survival by arm, and those who were never operated. *arms*: what the registered names are
    in the language."""
    if not found:
        console.print(_NOBODY[language])
        return
    table = by_name(_HEADINGS[language])
    for one in found:
        free, alive = one.endpoints.time("PFS"), one.endpoints.time("OS")
        cells = [cell for each in (free, alive) if each for cell in (_said(each, language), _days(each))]
        arm = arms.get(one.endpoints.arm, one.endpoints.arm)
        table.add_row(one.pseudonym, one.site, escape(arm), *cells, str(len(one.endpoints.issues)))
    console.print(table)
    if curves:
        console.print(_curves(curves, language, arms))
        console.print(_CAUTION[language], markup=False)
    for line in flaws_of(found, language):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for row in never_operated(found):
        reason = WORDS[language].get(row.reason, row.reason)
        arm = arms.get(row.arm, row.arm)
        console.print(f"{WORDS[language]['never-operated']}: {arm}, {reason}, {row.subjects}", markup=False)


def flaws_of(found: Sequence[Subject], language: Language) -> list[str]:
    """What is wrong with the data, by pseudonym; what only informs is left to `--subject`."""
    return [
        f"{one.pseudonym}  {one.site}  {_flaw(issue, language)}"
        for one in found
        for issue in one.endpoints.issues
        if issue.severity != "information"
    ]


def _days(one: TimeToEvent) -> str:
    return "" if one.days is None else f"{one.days}{'*' if one.imputed else ''}"


def _curves(curves: Sequence[ArmCurve], language: Language, arms: Mapping[str, str]) -> Table:
    table = Table(*_CURVES[language])
    for one in curves:
        marks = [
            f"{mark.months}: {_share(mark.survival)}{_limits(mark.low, mark.high)}, {mark.at_risk}"
            for mark in one.curve.landmarks
        ]
        numbers = (one.curve.subjects, one.curve.events, one.undated, one.curve.median, one.curve.follow_up)
        cells = ["–" if number is None else str(number) for number in numbers]
        table.add_row(one.parameter, escape(arms.get(one.arm, one.arm)), *cells, "\n".join(marks))
    return table


def _limits(low: float | None, high: float | None) -> str:
    return "" if low is None and high is None else f" ({_share(low)}–{_share(high)})"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
