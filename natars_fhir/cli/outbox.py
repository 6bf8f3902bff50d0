"""`natars-fhir outbox …`: what the sites are to be told: what waits, why, and what was given up; and another chance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote

import typer
from rich.markup import escape

from natars_fhir.cli.exits import DONE, FAULTS
from natars_fhir.cli.inputs import MappingsOption
from natars_fhir.cli.looked import LanguageOption
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.cli.stored import noted, opened
from natars_fhir.settings import Settings

if TYPE_CHECKING:
    from natars_fhir.store.letters import Known
    from natars_fhir.store.lines import Line
    from natars_fhir.store.outbox import Attempt

app = typer.Typer(help="What the sites' servers are to be told.", no_args_is_help=True)

StyleOption = Annotated[str, typer.Option("--format", help="table, or json: one object a line.")]
_STATES = ("waiting", "dead", "done", "superseded")
_HEADS = {
    "en": ("number", "site", "kind", "subject", "state", "queued", "next try", "attempts", "last answer"),
    "zh": ("编号", "中心", "类型", "受试者", "状态", "入队时间", "下次尝试", "次数", "最近应答"),
}
_NOTHING = {"en": "Nothing that was asked for is in the outbox.", "zh": "没有符合条件的消息。"}
_MORE = {"en": "More, if there are: --after {}.", "zh": "如有后续：--after {}。"}
_STATES_ZH = {
    "waiting": "待发送", "dead": "已放弃", "done": "已送达", "superseded": "已被取代", "closed": "正常", "open": "暂停",
    "half-open": "试探",
}  # fmt: skip
_WORDS = {
    "en": {
        "line": "{site}: the server is not well since {since} ({outcome}); {state}, next try {until}. {told}",
        "none": "There is no letter {number}.",
        "sent": "What is sent, after the site's version and fallback, is shown with --raw: it names a patient.",
        "replayed": "{count} of {site} wait again, and its server is tried at once: natars-fhir deliver.",
    },
    "zh": {
        "line": "{site}：对方服务器自 {since} 起异常（{outcome}）；{state}，下次尝试 {until}。{told}",
        "none": "没有编号为 {number} 的消息。",
        "sent": "发送内容含患者信息，仅在使用 --raw 时显示。",
        "replayed": "{site}：{count} 条重新等待发送，并立即尝试其服务器：natars-fhir deliver。",
    },
}


@app.callback()
def group() -> None:
    """The outbox."""


@app.command("list")
def listed(
    site: Annotated[str, typer.Option("--site", help="Of this site; else of every site.")] = "",
    state: Annotated[
        str, typer.Option("--state", help="open (waiting and dead), waiting, dead, done, superseded.")
    ] = "open",
    kind: Annotated[str, typer.Option("--kind", help="Only of this type, such as ResearchSubject.")] = "",
    after: Annotated[int, typer.Option("--after", help="Goes on after this number.")] = 0,
    most: Annotated[int, typer.Option("--most", min=1, help="So many rows.")] = 200,
    style: StyleOption = "table",
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Lists what waits and what was given up, with what the site's server said last, and servers that are not well."""
    from natars_fhir.store import letters, lines  # the store is heavy: it is imported where it is asked

    _checked(style, language)
    if state not in ("open", *_STATES):
        raise typer.BadParameter(f"«{state}» is not open, {', '.join(_STATES)}")
    states, now = (("waiting", "dead") if state == "open" else (state,)), datetime.now(UTC)
    with opened(Settings()) as store, store.read() as connection:
        found = list(letters.listed(connection, states, site, kind, most, after))
        ill = [one for one in lines.lines(connection, sorted({one.site for one in found})) if not one.well]
    if style == "json":
        for one in found:
            typer.echo(json.dumps(_object(one), ensure_ascii=False))
        return
    table = Table(*_HEADS[language])
    for one in found:
        table.add_row(*(escape(cell) for cell in _cells(one, language)))
    output().print(table if found else _NOTHING[language])
    if len(found) == most:
        errors().print(_MORE[language].format(found[-1].seq), markup=False)
    for line in ill:
        errors().print(_ill(line, now, language), markup=False, highlight=False, soft_wrap=True)


@app.command("show")
def show(
    number: Annotated[int, typer.Argument(help="Its number, as `list` tells it.")],
    raw: Annotated[bool, typer.Option("--raw", help="Prints what is sent, which names a patient.")] = False,
    style: StyleOption = "table",
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
) -> None:
    """Tells every attempt of a letter, what it means and what to do."""
    from natars_fhir.store import letters  # the store is heavy: it is imported where it is asked

    _checked(style, language)
    settings = Settings()
    with opened(settings) as store:
        with store.read() as connection:
            found, tries = letters.letter(connection, number), letters.tries(connection, number)
            body = letters.body(connection, number) if found is not None and raw else b""
        if found is None:
            errors().print(_WORDS[language]["none"].format(number=number), markup=False)
            raise typer.Exit(FAULTS)
        if raw:
            noted(settings, store, "look", found.site, _subject(found))
            typer.echo(_sent(found, body, settings if mappings is None else Settings(mappings=mappings)))
            return
    if style == "json":
        told = _object(found) | {"tries": [_attempt(one) for one in tries]}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    console = output()
    for name, cell in zip(_HEADS[language], _cells(found, language), strict=True):
        console.print(f"{name}: {cell}", markup=False, highlight=False, soft_wrap=True)
    for one in tries:
        said = _explained(one, language)
        line = f"  {_time(one.at)}  {one.outcome} {' '.join(one.codes)}".rstrip()
        console.print(f"{line}: {said}", markup=False, highlight=False, soft_wrap=True)
    console.print(_WORDS[language]["sent"], markup=False, soft_wrap=True)


@app.command("replay")
def replay(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Their numbers; without them all that were given up.")
    ] = None,
    site: Annotated[str, typer.Option("--site", help="The site.")] = "",
    style: StyleOption = "table",
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Gives what was given up another chance, once its reason is mended, and has the site's server tried at once."""
    from natars_fhir.store import letters, lines, outbox  # the store is heavy: it is imported where it is asked

    _checked(style, language)
    settings, told = Settings(), {}
    if not site and not numbers:
        raise typer.BadParameter("name a --site, or numbers")
    with opened(settings) as store:
        with store.write() as connection:
            named = [letters.letter(connection, one) for one in numbers or ()]
            sites = {site} if site else {one.site for one in named if one is not None}
            for name in sorted(sites):
                told[name] = outbox.revive(connection, name, datetime.now(UTC), numbers or ())
                lines.try_now(connection, name)
        for name, count in told.items():
            noted(settings, store, "outbox replay", name, counts={"letters": count})
    for name, count in told.items():
        if style == "json":
            typer.echo(json.dumps({"site": name, "replayed": count}))
        else:
            output().print(_WORDS[language]["replayed"].format(site=name, count=count), markup=False, soft_wrap=True)
    raise typer.Exit(DONE if sum(told.values()) else FAULTS)


def _checked(style: str, language: str) -> None:
    if style not in ("table", "json"):
        raise typer.BadParameter(f"«{style}» is not table or json")
    if language not in _WORDS:
        raise typer.BadParameter(f"«{language}» is not en or zh")


def _subject(one: Known) -> str:
    """The pseudonym of whom it is about; empty where it is about nobody."""
    return unquote(one.about).rpartition("|")[2]


def _object(one: Known) -> dict[str, Any]:
    return {
        "number": one.seq,
        "site": one.site,
        "kind": one.kind,
        "subject": _subject(one) or None,
        "state": one.state,
        "queued": one.queued.isoformat(timespec="seconds"),
        "due": one.due.isoformat(timespec="seconds") if one.state == "waiting" else None,
        "attempts": one.attempts,
        "last": _attempt(one.last) if one.last else None,
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    said = {language: _explained(one, language) for language in _WORDS}
    at = one.at.isoformat(timespec="seconds")
    return {"at": at, "outcome": one.outcome, "codes": list(one.codes), "explained": said}


def _explained(one: Attempt, language: str) -> str:
    from natars_fhir.service.deliver.explained import explained

    en, zh = explained(one.outcome, one.codes)
    return zh if language == "zh" else en


def _cells(one: Known, language: str) -> tuple[str, ...]:
    state = _STATES_ZH[one.state] if language == "zh" else one.state
    due = _time(one.due) if one.state == "waiting" else ""
    last = f"{one.last.outcome} {' '.join(one.last.codes)}: {_explained(one.last, language)}" if one.last else ""
    return (str(one.seq), one.site, one.kind, _subject(one)[:8], state, _time(one.queued), due, str(one.attempts), last)


def _ill(line: Line, now: datetime, language: str) -> str:
    from natars_fhir.service.deliver.explained import explained

    state = line.state(now)
    told: Mapping[str, str] = {
        "site": line.site,
        "since": _time(line.since) if line.since else "",
        "until": _time(line.until) if line.until else "",
        "outcome": line.outcome,
        "state": _STATES_ZH[state] if language == "zh" else state,
        "told": explained(line.outcome)[language == "zh"],
    }
    return _WORDS[language]["line"].format(**told)


def _sent(one: Known, body: bytes, settings: Settings) -> str:
    """The resource as the site's server gets it."""
    from natars_fhir.mapping.files import load
    from natars_fhir.service.deliver.put import said_to

    sites = load(settings.mappings, settings.trial).sites
    endpoint = sites[one.site].endpoint if one.site in sites else None
    told = json.loads(body) if endpoint is None else said_to(endpoint, one.kind, one.target, body)
    return json.dumps(told, ensure_ascii=False, indent=2)


def _time(at: datetime) -> str:
    return at.astimezone().isoformat(sep=" ", timespec="seconds")
