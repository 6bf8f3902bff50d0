"""`natars-fhir site check`: a site's contract test. Does its feed tell what the trial needs, and what must change?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape

from natars_fhir.bulk.survey import Survey, survey
from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.gaps import hints
from natars_fhir.cli.inputs import Asked, AsOfOption, MappingsOption, VersionOption, asked, inputs
from natars_fhir.cli.online import online
from natars_fhir.cli.screens import Table, output
from natars_fhir.domain.sentence import Language
from natars_fhir.mapping.heard.advice import advice
from natars_fhir.mapping.heard.expected import wanted
from natars_fhir.mapping.heard.readiness import Element, Readiness, readiness
from natars_fhir.mapping.heard.unmapped import Listed, listed

app = typer.Typer(help="A site: is its feed ready for the trial?", no_args_is_help=True)

_HEADINGS = {
    "en": ("element", "counts", "asked of", "read", "doubtful", "missing", "state", "read as", "what to change"),
    "zh": ("数据项", "计入", "应有", "已识别", "存疑", "缺失", "状态", "识别为", "需要的改动"),
}
_STATES_ZH = {
    "read": "已识别", "partly": "部分", "doubtful": "存疑", "not understood": "未能识别", "not mapped": "未映射",
    "missing": "缺失", "not asked": "不适用",
}  # fmt: skip
_WORDS = {
    "en": {
        "head": "Site {site}: {patients} patients, {scope} of them in scope. Readiness {figure} % (needed: {least} %).",
        "ready": "Ready.", "not": "Not ready.", "nobody": "Nobody is in scope: send patients of the trial's kind.",
        "feed": "Expected by the site's file and not among this: {kinds}.",
        "undeclared": "Codes of systems that the site's file does not name (not shown): {systems}.",
        "unreadable": "Faults for which something was not read: {count}. What it says is missing above.",
        "standard": "Against the standard, {kinds} kinds of problems (natars-fhir validate lists each with its place):",
    },
    "zh": {
        "head": "中心 {site}：患者 {patients} 名，其中范围内 {scope} 名。就绪度 {figure} %（要求 {least} %）。",
        "ready": "已就绪。", "not": "尚未就绪。", "nobody": "没有范围内的患者：请发送符合试验范围的病例。",
        "feed": "中心文件要求但未出现：{kinds}。",
        "undeclared": "中心文件未声明的代码系统（代码不显示）：{systems}。",
        "unreadable": "导致数据无法读取的错误：{count} 处，相应内容未计入上表。",
        "standard": "不符合标准之处共 {kinds} 种（natars-fhir validate 可逐条列出位置）：",
    },
}  # fmt: skip

#: Kinds of problems that the table shows; the JSON has all.
_MOST_KINDS = 12


@app.callback()
def group() -> None:
    """A site."""


@app.command("check")
def check(
    site: Annotated[str, typer.Option("--site", help="The site whose feed is checked.")],
    paths: Annotated[
        list[str] | None, typer.Argument(help="Bundles (JSON), NDJSON, folders, .gz of them; - is standard input.")
    ] = None,
    as_of: AsOfOption = "",
    style: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    language: Annotated[str, typer.Option("--language", help="en or zh, for the table.")] = "en",
    at_least: Annotated[int, typer.Option("--at-least", min=0, max=100, help="The readiness needed, in percent.")] = 80,
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
    ask: Annotated[
        bool, typer.Option("--online", help="Asks the site's server what it can do; without files that alone.")
    ] = False,
) -> None:
    """Tells of every element that the trial needs whether it arrives and what it is read as. Exit code 1: not ready."""
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what = asked(site, as_of, mappings, fhir_version)
    if ask:
        server = online(site, what.reader.mapping.site.endpoint, what.settings.deliver_timeout, style, language)
        if not paths or server not in (DONE, FAULTS):
            raise typer.Exit(server)
    elif not paths:
        raise typer.BadParameter("name files to read, or --online")
    else:
        server = DONE
    made, outcomes = survey(inputs(paths), what.reader, what.mappings.study, what.as_of, thorough=True)
    gaps = listed(what.reader.mapping, hints(what), made.counted)
    people = ((one.record, one.screening.in_scope) for one in outcomes)
    found = readiness(people, what.mappings.study.needs, gaps, what.reader.mapping.lore)
    told = _object(what, made, found, gaps, at_least)
    if style == "json":
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        _table(told, language)
    ready = told["ready"] and server == DONE
    raise typer.Exit(FAULTS if not ready else DONE if made.tally.all_read else PARTLY_READ)


def _object(what: Asked, made: Survey, found: Readiness, gaps: Sequence[Listed], at_least: int) -> dict[str, Any]:
    """Everything, as plain values."""
    undeclared = sorted({one.gap.about or "(none)" for one in gaps if one.standing == "undeclared"})
    figure = round(found.figure * 100, 1)
    return {
        "site": what.reader.site,
        "mapping": what.reader.mapping.hash,
        "patients": found.patients,
        "inScope": found.in_scope,
        "readiness": figure,
        "atLeast": at_least,
        "ready": found.in_scope > 0 and figure >= at_least,
        "elements": [_element(one, what) for one in found.elements],
        "quiet": sorted(kind for kind in wanted(what.reader.mapping.site.expects) if not made.heard[kind]),
        "undeclared": undeclared,
        "unreadable": made.tally.unreadable,
        "standard": [
            {"count": count, "severity": severity, "expression": place, "text": text}
            for (severity, place, text), count in made.problems.most_common()
            if severity != "information"
        ],
    }


def _element(one: Element, what: Asked) -> dict[str, Any]:
    lore = what.reader.mapping.lore
    concept = lore.concepts[one.need.any_of[0]]
    told = advice(one, lore)
    return {
        "element": one.need.any_of[0],
        "concepts": list(one.need.any_of),
        "name": {"en": concept.en, "zh": concept.zh},
        "of": list(one.need.of),
        "counts": not one.need.helps,
        "asked": one.asked,
        "read": one.read,
        "doubtful": one.doubtful,
        "missing": one.missing,
        "state": one.state,
        "values": one.values,
        "change": {"en": [line.en for line in told], "zh": [line.zh for line in told]},
    }


def _table(told: dict[str, Any], language: str) -> None:
    from natars_fhir.web.pages.shown import heard  # the words of the pages: only where a table is shown

    spoken: Language = "zh" if language == "zh" else "en"
    words, console = _WORDS[language], output()
    table = Table(*_HEADINGS[language], show_lines=True, expand=False)
    for one in told["elements"]:
        state = _STATES_ZH[one["state"]] if language == "zh" else one["state"]
        values = ", ".join(f"{heard(word, spoken)} ({number})" for word, number in one["values"].items())
        numbers = (str(one[key]) for key in ("asked", "read", "doubtful", "missing"))
        cells = (
            one["name"][language],
            "✓" if one["counts"] else "",
            *numbers,
            state,
            values,
            "\n".join(one["change"][language]),
        )
        table.add_row(*(escape(cell) for cell in cells))
    console.print(table)
    head = words["head"].format(
        site=told["site"],
        patients=told["patients"],
        scope=told["inScope"],
        figure=told["readiness"],
        least=told["atLeast"],
    )
    console.print(head, markup=False)
    if not told["inScope"]:
        console.print(words["nobody"])
    for key, name in (("quiet", "kinds"), ("undeclared", "systems")):
        if told[key]:
            console.print(words["feed" if key == "quiet" else key].format(**{name: ", ".join(told[key])}), markup=False)
    if told["unreadable"]:
        console.print(words["unreadable"].format(count=told["unreadable"]), markup=False)
    if told["standard"]:
        console.print(words["standard"].format(kinds=len(told["standard"])), markup=False)
    for one in told["standard"][:_MOST_KINDS]:
        console.print(f"  {one['count']} × {one['severity']}: {one['expression']}: {one['text']}", markup=False)
    console.print(words["ready" if told["ready"] else "not"])
