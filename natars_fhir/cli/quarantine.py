"""`natars-fhir quarantine`: what could not be used: listed, shown, tried once more, or dismissed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from natars_fhir.cli.exits import DONE, FAULTS, UNAVAILABLE
from natars_fhir.cli.inputs import Asked, MappingsOption, asked
from natars_fhir.cli.looked import LanguageOption, intake_of
from natars_fhir.cli.problem import problem
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import at_the_desk, key_of, opened
from natars_fhir.settings import Settings
from natars_fhir.store.reasons import why

if TYPE_CHECKING:
    from natars_fhir.store.engine import Store
    from natars_fhir.store.quarantine import Apart

app = typer.Typer(help="What could not be used, kept until it is of use or dismissed.", no_args_is_help=True)

_HEADINGS = {
    "en": ("number", "site", "state", "what", "place", "FHIR", "first", "last", "times", "problems", "tries"),
    "zh": ("编号", "中心", "状态", "类型", "位置", "FHIR", "首次", "最近", "次数", "问题", "重试"),
}
_DETAILS_ZH = {"tried": "最近重试", "settled": "处理时间", "became": "结果", "by": "处理人", "reason": "原因"}
_STATES_ZH = {"waiting": "待处理", "replayed": "已重放", "dismissed": "已忽略"}
_WORDS = {
    "en": {
        "none": "Nothing is set apart that was asked for.",
        "counts": "waiting {waiting}, replayed {replayed}, dismissed {dismissed}",
        "more": "More: --after {number}.",
        "unknown": "There is no such number.",
        "done": "{tried} tried, {replayed} of use now, {resources} resources taken in; {left} wait.",
        "patient": "These bytes hold a patient's data: keep them where only those may read them who treat the patient.",
        "settled": "It was of use already: there is nothing to dismiss.",
    },
    "zh": {
        "none": "没有符合条件的隔离数据。",
        "counts": "待处理 {waiting}，已重放 {replayed}，已忽略 {dismissed}",
        "more": "更多：--after {number}。",
        "unknown": "没有这个编号。",
        "done": "已重试 {tried} 条，其中 {replayed} 条现可使用，共接收 {resources} 个资源；仍有 {left} 条待处理。",
        "patient": "原始数据含有患者信息：请仅保存在有权查看该患者资料者可读之处。",
        "settled": "该条已被使用，无需忽略。",
    },
}  # fmt: skip

NumberArgument = Annotated[int, typer.Argument(help="Its number, as `list` tells it.")]
SiteOption = Annotated[str, typer.Option("--site", help="Of this site; else of every site.")]
CodeOption = Annotated[str, typer.Option("--code", help="Only with an issue of this type, such as value or structure.")]
KindOption = Annotated[str, typer.Option("--kind", help="Only of this type, such as Bundle or Observation.")]
StyleOption = Annotated[str, typer.Option("--format", help="table, or json: one object a line.")]


@app.callback()
def group() -> None:
    """What could not be used."""


@app.command("list")
def listed(
    site: SiteOption = "",
    state: Annotated[str, typer.Option("--state", help="waiting, replayed, dismissed or all.")] = "waiting",
    code: CodeOption = "",
    kind: KindOption = "",
    after: Annotated[int, typer.Option("--after", min=0, help="Goes on after this number.")] = 0,
    most: Annotated[int, typer.Option("--most", min=1, max=10_000, help="So many rows.")] = 200,
    style: StyleOption = "table",
    language: LanguageOption = "en",
) -> None:
    """Lists what is set apart: number, site, type, place, when it came and how often, what is wrong with it."""
    words = _checked(style, language)
    if state not in ("waiting", "replayed", "dismissed", "all"):
        raise typer.BadParameter(f"«{state}» is not waiting, replayed, dismissed or all")
    with _store() as store:
        from natars_fhir.service.remap.quarantine import page, row_of
        from natars_fhir.store.quarantine import Wanted

        found = page(store, Wanted("" if state == "all" else state, code, kind, after, most), site)
    if style == "json":
        _lines(row_of(one) for one in found.rows)
    else:
        output().print(_table(found.rows, language) if found.rows else words["none"])
    errors().print(words["counts"].format(**found.counts), markup=False)
    if found.next is not None:
        errors().print(words["more"].format(number=found.next), markup=False)
    raise typer.Exit(DONE)


@app.command("show")
def show(
    number: NumberArgument,
    raw: Annotated[str, typer.Option("--raw", help="Writes the bytes to this file; - is standard output.")] = "",
    style: StyleOption = "table",
    language: LanguageOption = "en",
) -> None:
    """Shows one with its issues; its bytes, which hold a patient, only where they are asked for."""
    words = _checked(style, language)
    with _store() as store:
        from natars_fhir.service.remap.quarantine import object_of, one, raw_of

        found = one(store, number)
        if found is None:
            raise _unknown(words)
        octets = raw_of(store, number, found.site) if raw else b""
    if raw != "-":
        if style == "json":
            _lines([object_of(found)])
        else:
            _told(found, language)
    if raw:
        errors().print(words["patient"], markup=False, soft_wrap=True)
        _write(raw, octets)
    raise typer.Exit(DONE)


@app.command("replay")
def replay(
    numbers: Annotated[list[int] | None, typer.Argument(help="Their numbers; without them all that wait.")] = None,
    site: Annotated[str, typer.Option("--site", help="Everything of this site that waits.")] = "",
    code: CodeOption = "",
    kind: KindOption = "",
    style: StyleOption = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:
    """Sends it once more through the way of a push, with the mapping as it is now. Exit code 1: some still wait."""
    words = _checked(style, language)
    if not numbers and not site:
        raise typer.BadParameter("name numbers, or a --site")
    with _store() as store:
        told = _numbered(store, numbers, site, mappings, words) if numbers else None
        if told is None:
            told = _every(store, at_the_desk(asked(site, "", mappings), store), code, kind)
    if style == "json":
        _lines([told])
    else:
        output().print(words["done"].format(**told), markup=False, soft_wrap=True)
    raise typer.Exit(DONE if told["replayed"] == told["tried"] else FAULTS)


@app.command("dismiss")
def dismiss(
    numbers: Annotated[list[int], typer.Argument(help="Their numbers.")],
    by: Annotated[str, typer.Option("--by", help="Who says it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why nothing of it is wanted; it is kept.")],
    language: LanguageOption = "en",
) -> None:
    """Says that nothing of it is wanted: it is kept, and tried no more by itself."""
    words = _checked("table", language)
    if not by.strip() or not reason.strip():
        raise typer.BadParameter("who says it, and why, are kept: neither can be empty")
    code = DONE
    with _store() as store:
        from natars_fhir.service.remap import quarantine

        for number in numbers:
            found = quarantine.one(store, number)
            if found is None:
                raise _unknown(words)
            now = quarantine.dismiss(
                store,
                key_of(Settings(), store),
                number,
                found.site,
                by[: quarantine.LONGEST_NAME],
                reason[: quarantine.LONGEST_REASON],
                _now(),
            )
            if now is not None and now.state == "replayed":
                errors().print(f"{number}: {words['settled']}", markup=False)
                code = FAULTS
    raise typer.Exit(code)


def _numbered(
    store: Store, numbers: Iterable[int], site: str, folder: Path | None, words: dict[str, str]
) -> dict[str, Any]:
    from natars_fhir.service.remap.quarantine import one, standing
    from natars_fhir.service.remap.replay import Done
    from natars_fhir.service.remap.replay import replay as once

    done, sites = Done(), dict[str, Asked]()
    for number in numbers:
        found = one(store, number, site)
        if found is None:
            raise _unknown(words)
        if found.site not in sites:
            sites[found.site] = at_the_desk(asked(found.site, "", folder), store)
        what = sites[found.site]
        done.count(once(store, intake_of(what, store), what.reader.mapping, number, _now()))
    left = sum(standing(store, what.reader.mapping)[0] for what in sites.values())
    return {"tried": done.tried, "replayed": done.replayed, "resources": done.resources, "left": left}


def _every(store: Store, what: Asked, code: str, kind: str) -> dict[str, Any]:
    """All of a site, page after page: what is set apart on the way comes last, and is tried too."""
    from natars_fhir.service.remap.quarantine import standing
    from natars_fhir.service.remap.replay import replay_all
    from natars_fhir.store.quarantine import Wanted

    told, after, intake, mapping = (
        {"tried": 0, "replayed": 0, "resources": 0},
        0,
        intake_of(what, store),
        what.reader.mapping,
    )
    while (done := replay_all(store, intake, mapping, Wanted(code=code, kind=kind, after=after), _now())).tried:
        told = {name: number + getattr(done, name) for name, number in told.items()}
        after = done.last
    return {**told, "left": standing(store, mapping)[0]}


@contextmanager
def _store() -> Iterator[Store]:
    """The store of the settings. Ends the command (69) where it fails amid the work."""
    from sqlalchemy.exc import SQLAlchemyError

    with opened(Settings()) as store:
        try:
            yield store
        except SQLAlchemyError as fault:
            errors().print(f"The store cannot be reached ({why(fault)}).", markup=False)
            raise typer.Exit(UNAVAILABLE) from None


def _table(rows: Iterable[Apart], language: str) -> Table:
    table = Table(*_HEADINGS[language], expand=False)
    for one in rows:
        state = _STATES_ZH[one.state] if language == "zh" else one.state
        codes = ", ".join(sorted({issue.code for issue in one.issues if issue.severity in ("fatal", "error")}))
        days = (one.first.date().isoformat(), one.last.date().isoformat())
        cells = (str(one.number), one.site, state, one.kind, one.place, one.fhir, *days, str(one.count), codes)
        table.add_row(*(escape(cell) for cell in cells), str(one.tries))
    return table


def _told(one: Apart, language: str) -> None:
    """One row, its issues, and what became of it."""
    from natars_fhir.service.remap.quarantine import object_of

    output().print(_table([one], language))
    for issue in one.issues:
        line = f"{problem('', issue.severity, issue.expression, issue.text, language)} [{issue.code}]"
        output().print(line, markup=False, highlight=False, soft_wrap=True)
    told = object_of(one)
    for name in ("tried", "settled", "became", "by", "reason"):
        if told[name]:
            said = ", ".join(f"{key} {n}" for key, n in told[name].items()) if name == "became" else told[name]
            label = _DETAILS_ZH[name] if language == "zh" else name
            output().print(f"{label}: {said}", markup=False, highlight=False, soft_wrap=True)


def _write(where: str, octets: bytes) -> None:
    if where == "-":
        sys.stdout.buffer.write(octets)
        sys.stdout.flush()
        return
    path = Path(where)
    path.touch(mode=0o600)
    path.write_bytes(octets)


def _lines(rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        typer.echo(json.dumps(row, ensure_ascii=False))


def _checked(style: str, language: str) -> dict[str, str]:
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in _WORDS:
        raise typer.BadParameter(f"«{language}» is not en or zh")
    return _WORDS[language]


def _unknown(words: dict[str, str]) -> typer.Exit:
    errors().print(words["unknown"])
    return typer.Exit(FAULTS)


def _now() -> datetime:
    return datetime.now(UTC)
