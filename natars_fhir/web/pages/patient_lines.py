"""The criteria of one patient as the page shows them, in protocol order: what the data says, what people said, what
both come to, and what a person may do about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from natars_fhir.domain.again import bar
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.people import Standing
from natars_fhir.domain.screening import bars
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.study import Criterion
from natars_fhir.service.people.seen import Seen

#: Kinds of evidence that a reader must not take for a plain answer.
_DOUBTS = ("conflicting", "pending", "imprecise")
#: Answers that no statement changes.
_FIXED = frozenset({"not-applicable", "not-yet"})


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion. ``answer`` and ``bars`` are with people's part, ``data`` is the data's own answer where a person
    said another; ``doubts`` are words for conflict and hedge; ``facts`` counts what it stands on."""

    criterion: Criterion
    answer: str
    reason: str
    bars: bool
    sentence: str
    data: str
    doubts: tuple[str, ...]
    hints: tuple[str, ...]
    facts: int
    stated: Standing | None
    decides: bool
    open_to_people: bool


def lines(seen: Seen, language: Language) -> list[Line]:
    """Every criterion."""
    part = seen.subject.part.people
    together = {criterion.id: finding for criterion, finding in part.findings}
    return [
        _line(seen, criterion, (finding, together[criterion.id]), part.said.get(criterion.id), language)
        for criterion, finding in seen.subject.outcome.screening.findings
    ]


def _line(
    seen: Seen, criterion: Criterion, found: tuple[Finding, Finding], said: Standing | None, language: Language
) -> Line:
    data, both = found
    day = seen.days.get(criterion.id)
    return Line(
        criterion,
        both.answer.word,
        both.reason or "",
        bars(criterion, both),
        render(data.sentence, language),
        data.answer.word if said is not None and data.answer is not both.answer else "",
        tuple(_doubts(data)),
        tuple(render(one, language) for one in _hints(criterion, data, day)),
        len({(fact.source.reference, fact.source.version, fact.path) for fact in data.facts}),
        said,
        bool(criterion.assumed) and data.answer.word != "unknown" and data.reason != "not-applicable",
        not criterion.parts and data.reason not in _FIXED,
    )


def _doubts(finding: Finding) -> list[str]:
    found = [finding.reason] if finding.reason in _DOUBTS else []
    standings = {fact.standing for fact in finding.facts} - {"final"}
    return list(dict.fromkeys([*(one for one in found if one), *sorted(standings)]))


def _hints(criterion: Criterion, finding: Finding, day: date | None) -> list[Sentence]:
    """Whether a bar can change, and when it is worth asking again."""
    kind = bar(criterion, finding, day)
    told = [Sentence(f"bar.{kind}")] if kind else []
    return told + ([Sentence("again.on", (day,))] if day else [])
