"""`natars-fhir explain PATIENT`: every criterion of one patient, with the words or codes that each answer stands on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console

from natars_fhir.bulk.screen import screen_files
from natars_fhir.bulk.sources import resources_of
from natars_fhir.cli import unread
from natars_fhir.cli.exits import DONE, FAULTS, PARTLY_READ
from natars_fhir.cli.inputs import Asked, AsOfOption, MappingsOption, SiteOption, VersionOption, asked, found, inputs
from natars_fhir.cli.looked import noted_look
from natars_fhir.cli.problem import problem
from natars_fhir.cli.screens import errors, output, progress
from natars_fhir.cli.stored import opened
from natars_fhir.domain.again import again, bar
from natars_fhir.domain.answer import Reason
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.people import Standing
from natars_fhir.domain.record import Evidence, Fact
from natars_fhir.domain.screening import bars
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.signing import PeoplesPart
from natars_fhir.domain.study import Criterion
from natars_fhir.domain.words import WORDS
from natars_fhir.mapping.quote import quote
from natars_fhir.pipeline import Outcome

_MARK = {"yes": "+", "no": "-", "unknown": "?"}
#: What stands around the sentences; the reasons by their names in English, in words in Chinese.
_SAYS: dict[Language, dict[str, str]] = {
    "en": {"dates": "as of {}, age counted on {}", "assumed": "assumed"},
    "zh": {
        "dates": "截至 {}，年龄按 {} 计算", "assumed": "含假定", "not-applicable": "不适用",
        **{name: WORDS["zh"][name] for name in get_args(Reason) if name in WORDS["zh"]},
    },
}  # fmt: skip


def explain(
    patient: Annotated[str, typer.Argument(help="Patient/… as `screen` prints it, its id, or a business identifier.")],
    paths: Annotated[list[str] | None, typer.Argument(help="Files to read; without them the store is asked.")] = None,
    site: SiteOption = "",
    as_of: AsOfOption = "",
    language: Annotated[str, typer.Option("--language", help="en or zh.")] = "en",
    mappings: MappingsOption = None,
    fhir_version: VersionOption = "",
) -> None:
    """Explains one patient's screening down to the sentence or code in the hospital's resources."""
    if language not in ("en", "zh"):
        raise typer.BadParameter(f"«{language}» is not en or zh")
    what = asked(site, as_of, mappings, fhir_version)
    part: PeoplesPart | None = None
    all_read = True
    if paths:
        given = inputs(paths)
        if any(not isinstance(one, Path) for one in given):
            raise typer.BadParameter("standard input cannot be read twice: name a file")
        with progress(found(given)) as seen:
            tally, outcomes = screen_files(given, what.reader, what.mappings.study, what.as_of, progress=seen)
        unread.tell(errors(), tally, language)
        all_read, outcome = tally.all_read, next((one for one in outcomes if is_named(one, patient)), None)
        sources = {} if outcome is None else resources_of(given, what.reader, cited(outcome))
    else:
        outcome, sources, part = _from_store(what, patient)
    if outcome is None:
        errors().print("No such patient in what was read.", markup=False)
        raise typer.Exit(FAULTS)
    show(output(), outcome, sources, "zh" if language == "zh" else "en", part)
    raise typer.Exit(DONE if all_read else PARTLY_READ)


def _from_store(what: Asked, patient: str) -> tuple[Outcome | None, dict[str, Any], PeoplesPart | None]:
    """The patient out of the store, which is not made here: where there is none, nothing was ever pushed."""
    from natars_fhir.service.worklist.asking import explained, people_of

    with opened(what.settings) as store:
        noted_look(what, store, patient)
        found, sources = explained(store, what.mappings.study, what.reader, patient, what.as_of)
        part = people_of(store, what.mappings.study, what.reader.site, found) if found else None
        return found, sources, part


def is_named(outcome: Outcome, name: str) -> bool:
    """Is this the patient whom a person means by *name*?"""
    patient = outcome.record.patient
    names = {patient.reference, patient.reference.partition("/")[2]}
    return name in names or any(name in (value, f"{system}|{value}") for system, value in patient.identifiers)


def cited(outcome: Outcome) -> set[tuple[str, str]]:
    """Keys and versions of the resources that the answers stand on."""
    return {
        (fact.source.reference, fact.source.version)
        for _, finding in outcome.screening.findings
        for fact in finding.facts
    }


def show(
    console: Console, outcome: Outcome, sources: dict[str, Any], language: Language, part: PeoplesPart | None = None
) -> None:
    """Prints the patient: each criterion, its sentence, and beneath it what it stands on and what people said."""
    screening = outcome.screening
    says, words = _SAYS[language], WORDS[language]
    dates = says["dates"].format(screening.as_of.isoformat(), screening.reference.isoformat())
    head = words["bracketed"].format(words[screening.verdict], dates)
    console.print(f"{screening.patient.reference}: {head}", style="bold", markup=False, soft_wrap=True)
    if part is not None and (part.people.said or part.signed):
        console.print(render(_with_people(part), language), style="bold", markup=False, soft_wrap=True)
    days = again(screening)
    stated = {one.id: finding for one, finding in part.people.findings} if part is not None else {}
    for criterion, finding in screening.findings:
        _criterion(console, criterion, finding, language)
        for said in hints(criterion, finding, days.get(criterion.id)):
            console.print(f"        {render(said, language)}", style="dim", markup=False, soft_wrap=True)
        if part is not None and criterion.id in part.people.said:
            told = _people_line(stated[criterion.id], part.people.said[criterion.id])
            console.print(f"        {render(told, language)}", style="cyan", markup=False, soft_wrap=True)
        for line in _lines(finding.facts, sources):
            console.print(f"        {line}", style="dim", markup=False, soft_wrap=True)
    for issue in outcome.issues:
        line = problem("", issue.severity, issue.expression, issue.text, language)
        console.print(f"  {line}", markup=False, soft_wrap=True)


def _with_people(part: PeoplesPart) -> Sentence:
    """The verdict with people's part, and who signed."""
    if part.signed is None:
        return Sentence("people.verdict", (part.people.verdict,))
    key = "people.signed" if part.signed.holds else "people.signature-void"
    return Sentence(key, (part.people.verdict, part.signed.signature.by, part.signed.signature.day))


def _people_line(finding: Finding, standing: Standing) -> Sentence:
    said = standing.statement
    key = "people.counts" if standing.idle is None else "people.idle"
    mark = "to-be-reviewed" if standing.review else "stated"
    return Sentence(key, (finding.answer.word, said.answer.word, said.by, said.day, said.reason, mark))


def hints(criterion: Criterion, finding: Finding, day: date | None) -> list[Sentence]:
    """What is said beneath an answer: whether a bar can change, and when it is worth asking again."""
    kind = bar(criterion, finding, day)
    told = [Sentence(f"bar.{kind}")] if kind else []
    return told + ([Sentence("again.on", (day,))] if day else [])


def _criterion(console: Console, criterion: Criterion, finding: Finding, language: Language) -> None:
    style = "red" if bars(criterion, finding) else "yellow" if finding.answer.word == "unknown" else "green"
    says, words = _SAYS[language], WORDS[language]
    answer, reason = words[finding.answer.word], finding.reason
    told = words["bracketed"].format(answer, says.get(reason, reason)) if reason else answer
    head = f"{_MARK[finding.answer.word]} {criterion.id:<6}{told}: "
    console.print(head + render(finding.sentence, language), style=style, markup=False, highlight=False, soft_wrap=True)
    for assumed in criterion.assumed:
        told = f"{says['assumed']}: {assumed.said('what', language)} ({assumed.said('source', language)})"
        console.print(f"        {told}", style="dim italic", markup=False, soft_wrap=True)


def _lines(facts: Iterable[Fact], sources: dict[str, Any]) -> list[str]:
    return [line(fact.evidence, sources) for fact in dict.fromkeys(facts)]


def line(evidence: Evidence, sources: dict[str, Any]) -> str:
    """One piece of evidence: where it stands, and what stands there."""
    resource = sources.get(evidence.reference)
    words = quote(evidence, resource) if resource is not None else ""
    version = f" v{evidence.version}" if evidence.version else ""
    return f"{evidence.reference}{version} {evidence.path.partition('.')[2]}" + (f": {words}" if words else "")
