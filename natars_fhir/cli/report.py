"""What people read on a terminal: the screening table, and what arrived, was understood and was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from rich.console import Console
from rich.markup import escape

from natars_fhir.bulk.screen import Tally
from natars_fhir.cli import unread
from natars_fhir.cli.screens import Table
from natars_fhir.domain.again import again
from natars_fhir.domain.answer import Answer
from natars_fhir.domain.finding import Finding, Sentence
from natars_fhir.domain.screening import UNDECIDABLE, Screening, bars
from natars_fhir.domain.sentence import Language, render
from natars_fhir.domain.study import Criterion
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.pipeline import Outcome

_COLOUR = {"candidate": "green", "undetermined": "yellow", "ineligible": "red"}
_SHOWN = 10

_HEADINGS: dict[str, tuple[str, ...]] = {
    "en": ("patient", "verdict", "what bars, or what is missing", "for people"),
    "zh": ("患者", "预筛结论", "不符合项或缺失项", "待人工确认"),
}
_WORDS = {
    "en": {
        "candidate": "candidate", "undetermined": "undetermined", "ineligible": "ineligible",
        "title": "Screening as of {day}: what the data says; a named investigator decides",
        "out": "{n} more patients are not in scope (nothing suggests a sarcoma or a retroperitoneal tumour).",
        "none": "No patient in scope.",
    },
    "zh": {
        "candidate": "候选", "undetermined": "待定", "ineligible": "不符合",
        "title": "截至 {day} 的预筛结果：仅为数据所示，最终由研究者判定",
        "out": "另有 {n} 名患者不在范围内（未见肉瘤或腹膜后肿瘤的线索）。",
        "none": "没有范围内的患者。",
    },
}  # fmt: skip


#: What is said of what arrived.
_ARRIVED = {
    "en": {
        "read": "{documents} documents: {read} resources read, {gone} let go (not checked)",
        "not-asked": ", {} results that nothing asks for let go (not checked)", "refused": ", {} refused",
        "standard": "standard codes that the trial does not ask for", "local": "local codes not mapped",
        "values": "values not understood", "no system": "no system",
        "undeclared": "{kind} {system} (system not declared: codes not shown)",
        "more": "  … and {} more: natars-fhir mappings gaps lists all.",
    },
    "zh": {
        "read": "文档 {documents} 份：已读取资源 {read} 个，未读取类型 {gone} 个（未检查）",
        "not-asked": "，试验未用到的结果 {} 个（未检查）", "refused": "，无法使用 {} 个",
        "standard": "试验未用到的标准代码", "local": "尚未映射的本地代码",
        "values": "未能识别的取值", "no system": "无代码系统",
        "undeclared": "{kind} {system}（代码系统未声明，代码不显示）",
        "more": "  ……另有 {} 种：natars-fhir mappings gaps 可全部列出。",
    },
}  # fmt: skip


class Report:
    """The screening table: a row for each patient in scope."""

    def __init__(self, language: str) -> None:
        self._language: Language = "zh" if language == "zh" else "en"
        self._table = Table(*_HEADINGS[self._language], show_lines=True, expand=False)
        self._rows, self._out = 0, 0

    def add(self, outcome: Outcome) -> None:
        """Takes one patient in; those out of scope are counted."""
        screening = outcome.screening
        if not screening.in_scope:
            self._out += 1
            return
        self._rows += 1
        words = _WORDS[self._language]
        verdict = f"[{_COLOUR[screening.verdict]}]{words[screening.verdict]}[/]"
        dead = [issue.text for issue in outcome.issues if issue.code == "business-rule"]
        said = "\n".join(escape(line) for line in dead + reasons(screening, self._language))
        self._table.add_row(escape(screening.patient.reference), verdict, said, escape(for_people(screening)))

    def show(self, console: Console, as_of: date) -> None:
        """Prints the table and the count of patients out of scope."""
        words = _WORDS[self._language]
        console.print(words["title"].format(day=as_of.isoformat()), style="bold")
        console.print(self._table if self._rows else words["none"])
        if self._out:
            console.print(words["out"].format(n=self._out))


def reasons(screening: Screening, language: Language) -> list[str]:
    """What bars, in protocol order; where nothing bars, what is unknown and keeps the verdict open."""
    leaves = [(c, f) for c, f in screening.findings if not c.parts and not c.advisory]
    told = [(c, f) for c, f in leaves if bars(c, f)]
    if screening.verdict == "undetermined":
        # what waits for the histology alone is told once, by the criterion that asks for it
        waiting = [(c, f) for c, f in leaves if _open(c.decided_by, f.answer, f.reason)]
        told = [(c, f) for c, f in waiting if f.sentence.key != "applies.unknown"] or waiting
    days = again(screening)
    return [f"{c.id} {'; '.join(_said(c, f, days.get(c.id), language))}" for c, f in told]


def _said(criterion: Criterion, finding: Finding, day: date | None, language: Language) -> list[str]:
    """The sentence; of a bar that ends by itself also the day."""
    said = [render(finding.sentence, language)]
    return said + ([render(Sentence("again.on", (day,)), language)] if day and bars(criterion, finding) else [])


def _open(decided_by: str, answer: Answer, reason: str | None) -> bool:
    if answer is not Answer.UNKNOWN or reason == "not-yet":
        return False
    return decided_by == "data" or (decided_by != "attestation" and reason in UNDECIDABLE)


def for_people(screening: Screening) -> str:
    """The criteria that the data leaves to people, runs of them shortened: ``I-04–I-08, I-15``."""
    leaves = [(c, f) for c, f in screening.findings if not c.parts and not c.advisory]
    runs: list[list[str]] = [[]]
    for criterion, finding in leaves:
        asked = criterion.decided_by != "data" and finding.answer is Answer.UNKNOWN and finding.reason != "not-yet"
        runs[-1].append(criterion.id) if asked else runs.append([])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs if run)


def summary(console: Console, tally: Tally, mapping: SiteMapping, language: str = "en") -> None:
    """What arrived, what was let go, what could not be read, what was not understood."""
    fates, words = tally.fates, _ARRIVED[language]
    line = words["read"].format(documents=tally.documents, read=fates["read"], gone=fates["let-go"])
    line += "".join(words[fate].format(fates[fate]) for fate in ("not-asked", "refused") if fates[fate])
    console.print(line, style="dim", markup=False)
    unread.tell(console, tally, language)
    _not_understood(console, tally, mapping, words)


def _not_understood(console: Console, tally: Tally, mapping: SiteMapping, words: Mapping[str, str]) -> None:
    """Codes nobody mapped, most frequent first: the code itself only of systems that are known, for even a code can
    identify a person."""
    standard, local, other = Counter[str](), Counter[str](), Counter[str]()
    systems = mapping.lore.systems
    for (what, kind, system, code), count in tally.not_understood.items():
        if what != "code":
            other[f"{system} ({kind})"] += count
        elif systems.name(system) in systems.by_name:
            standard[kind] += count
        elif system in mapping.site.codes:
            local[f"{kind} {system} {code}"] += count
        else:
            local[words["undeclared"].format(kind=kind, system=system or words["no system"])] += count
    if standard:
        told = ", ".join(f"{kind} {count}" for kind, count in standard.most_common())
        console.print(f"  {words['standard']}: {told}", style="dim", markup=False, soft_wrap=True)
    for title, counts in (("local", local), ("values", other)):
        for line, count in counts.most_common(_SHOWN):
            console.print(f"  {words[title]}: {line}: {count}", markup=False, soft_wrap=True)
        if (more := len(counts) - _SHOWN) > 0:
            console.print(words["more"].format(more), markup=False)
