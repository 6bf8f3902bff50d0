"""`natars-fhir log`: a site's screening log: who was looked at, when, the first bar in protocol order, the counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import typer
from rich.console import Console
from rich.markup import escape

from natars_fhir.cli.exits import DONE
from natars_fhir.cli.inputs import AsOfOption, MappingsOption, SiteOption, VersionOption, asked
from natars_fhir.cli.looked import (
    LanguageOption,
    PathsArgument,
    checked,
    end_of,
    intake_of,
    noted_look,
    read,
    write_csv,
    write_json,
)
from natars_fhir.cli.screens import Table, output
from natars_fhir.cli.stored import opened
from natars_fhir.domain.screening_log import Consort, Entry, consort, entry
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.words import WORDS
from natars_fhir.emit.log_object import LOG_COLUMNS, log_object, log_rows

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("patient", "looked at", "stands", "first bar", "open"),
    "zh": ("患者", "预筛日期", "状态", "首个不符合项", "待定项数"),
}
_COUNTS: dict[Language, str] = {
    "en": "{0.looked_at} patients known, {0.in_scope} in scope: {0.excluded} excluded{1}, "
    "{0.undetermined} undetermined, {0.candidate} candidates, {0.eligible} signed as eligible, "
    "{0.allocated} allocated{2}, of them {0.off_study} off study; {0.left} left the scope.",
    "zh": "已知患者{0.looked_at}例，范围内{0.in_scope}例：排除{0.excluded}例{1}，待定{0.undetermined}例，"
    "候选{0.candidate}例，已签署合格{0.eligible}例，已入组{0.allocated}例{2}（其中退出研究{0.off_study}例）；移出范围{0.left}例。",
}


def log(
    paths: PathsArgument = None,
    site: SiteOption = "",
    as_of: AsOfOption = "",
    style: str = typer.Option("table", "--format", help="table, json, csv, or fhir: a List (from the store)."),
    language: LanguageOption = "en",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
) -> None:
    """Lists everybody of a site who was looked at, with the counts of a CONSORT diagram."""
    checked(style, language, stored=not paths)
    what, code = asked(site, as_of, mappings, fhir_version), DONE
    study = what.mappings.study
    if paths:
        found = read(what, paths, language)
        entries = [entry(one.record, one.screening, part, study) for one, part in found.in_scope]
        counts, code = consort(entries, len(found.outcomes)), found.code
    else:
        from natars_fhir.service.worklist.log import (  # the store is heavy: it is imported where it is asked
            log_list,
            log_of,
        )

        with opened(what.settings) as store:
            noted_look(what, store)
            if style == "fhir":
                write_json(log_list(store, intake_of(what, store), what.reader.site, end_of(what)))
                raise typer.Exit(DONE)
            kept = log_of(store, study, what.reader.site, end_of(what))
            entries, counts = list(kept.entries), kept.consort
    if style == "json":
        write_json(log_object(what.reader.site, what.as_of, entries, counts))
    elif style == "csv":
        write_csv(LOG_COLUMNS, log_rows(entries))
    else:
        show(output(), what.as_of, entries, counts, "zh" if language == "zh" else "en")
    raise typer.Exit(code)


def show(console: Console, as_of: date, entries: Sequence[Entry], counts: Consort, language: Language) -> None:
    """Prints the log as a table, and the counts beneath it."""
    table, words = Table(*_HEADINGS[language], title=as_of.isoformat(), show_lines=True), WORDS[language]
    for one in entries:
        days = one.first.isoformat() + (f"–{one.last.isoformat()}" if one.last != one.first else "")
        bar = f"{one.bar.criterion} {render(one.bar.sentence, language)}" if one.bar else ""
        place = words.get(one.place, one.place) + (f" ({one.arm})" if one.arm else "")
        table.add_row(escape(one.patient.reference), days, place, escape(bar), str(len(one.open)))
    console.print(table)
    shown = (_by(counts.excluded_by), _by(counts.allocated_to))
    console.print(_COUNTS[language].format(counts, *shown), markup=False, highlight=False, soft_wrap=True)


def _by(numbers: object) -> str:
    told = ", ".join(f"{name} {number}" for name, number in dict(numbers).items())  # type: ignore[call-overload]
    return f" ({told})" if told else ""
