"""Subjects as people read them on a terminal, in both languages; no value of a patient is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from natars_fhir.cli.screens import Table, by_name
from natars_fhir.domain.life import Course, Event, Step
from natars_fhir.domain.sentence import Language

if TYPE_CHECKING:
    from natars_fhir.service.people.subjects import Subject
    from natars_fhir.store.subjects import Declined, Stood

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("pseudonym", "stands", "since", "arm", "asked of the site"),
    "zh": ("受试者编号", "状态", "自", "组别", "向中心索取"),
}
_STEPS: dict[Language, tuple[str, ...]] = {"en": ("stands", "since", "by", "why"), "zh": ("状态", "自", "原因", "说明")}
_REQUESTS: dict[str, tuple[str, str]] = {
    "requested": ("missing: {}", "缺少：{}"),
    "rejected": ("declined: {}", "已拒绝：{}"),
    "completed": ("nothing is missing", "无缺失"),
    "cancelled": ("nothing", "无"),
}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "kept": "The data is kept to {day}, and censored there.",
        "unused": "The data is not to be used any more.",
        "noticed": "noticed", "said": "said by {by} ({role})", "stood": "stands",
        "declined": "request declined by {by}",
        "on": "of {day}", "why": "because", "strikes": "takes back",
    },
    "zh": {
        "kept": "数据保留至 {day} 并于当日删失。",
        "unused": "数据不再使用。",
        "noticed": "系统记录", "said": "{by}（{role}）告知", "stood": "状态", "declined": "{by} 拒绝数据请求",
        "on": "日期 {day}", "why": "理由", "strikes": "撤销",
    },
}  # fmt: skip


def listed(subjects: Sequence[Subject], language: Language) -> Table:
    """A row a subject."""
    table = by_name(_HEADINGS[language])
    for one in subjects:
        step = one.way.steps[-1]
        arm = one.arm.slug if one.arm else ""
        table.add_row(
            one.pseudonym, _state(one.way.course, step.state, language), step.since, arm, _asked(one, language)
        )
    return table


def shown(console: Console, subject: Subject, language: Language) -> None:
    """One subject: the way, what is kept, and what is asked."""
    from natars_fhir.service.people.subjects import kept_until, may_be_used  # the store is heavy

    words, course = _WORDS[language], subject.way.course
    table = Table(*_STEPS[language], title=f"{subject.pseudonym} ({subject.site})")
    for step in subject.way.steps:
        table.add_row(_state(course, step.state, language), step.since, _cause(course, step.event, language),
                      escape(_why(step, language)))  # fmt: skip
    console.print(table)
    if (day := kept_until(subject)) is not None:
        console.print(words["kept"].format(day=day.isoformat()))
    if not may_be_used(subject):
        console.print(words["unused"])
    console.print(escape(_asked(subject, language)), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history: when, what, and of what kind."""

    at: datetime
    kind: str
    what: Event | Stood | Declined
    course: Course

    def told(self, language: Language) -> str:
        """``2024-06-15T12:00  stands: eligible (an investigator signed) of 2024-06-15``."""
        words = _WORDS[language]
        parts = [self.at.isoformat(timespec="minutes"), "  ", *self._words(words, language)]
        return "".join(parts)

    def _words(self, words: dict[str, str], language: Language) -> list[str]:
        one, on = self.what, ""
        if (day := getattr(one, "day", "")) and day != self.at.date().isoformat():
            on = f" {words['on'].format(day=day)}"
        why = getattr(one, "reason", "")
        because = f"; {words['why']}: {why}" if why else ""
        if isinstance(one, Event):
            who = words["said"].format(by=one.by, role=one.role) if one.by else words["noticed"]
            more = f" {one.arm}" if one.arm else ""
            taken = f" {words['strikes']}: {self._named(one.strikes, language)}" if one.strikes else ""
            return [who, ": ", self._named(one.cause, language), more, taken, on, because]
        if self.kind == "stood":
            state = getattr(one, "state", "")
            return [words["stood"], ": ", _state(self.course, state, language), on]
        return [words["declined"].format(by=getattr(one, "by", "")), because]

    def _named(self, cause: str, language: Language) -> str:
        known = self.course.causes.get(cause)
        return known.text[language] if known else cause

    def as_json(self) -> dict[str, Any]:
        """The line as plain values."""
        one = self.what
        names = ("cause", "state", "day", "by", "role", "reason", "arm", "strikes")
        told = {name: value for name in names if (value := getattr(one, name, ""))}
        if (criteria := getattr(one, "criteria", None)) is not None:
            told["criteria"] = sorted(criteria)
        return {"at": self.at.isoformat(), "kind": self.kind, **told}


def way(subject: Subject, told: tuple[list[Event], list[Stood], list[Declined]]) -> list[Line]:
    """Everything of a subject, in the order in which it came."""
    course, (events, stood, declined) = subject.way.course, told
    lines = [Line(one.at, "said" if one.by else "noticed", one, course) for one in events if one.at]
    lines += [Line(one.at, "stood", one, course) for one in stood]
    lines += [Line(one.at, "declined", one, course) for one in declined]
    return sorted(lines, key=lambda line: line.at)


def _state(course: Course, name: str, language: Language) -> str:
    known = course.states.get(name)
    return f"{name} ({known.text[language]})" if known else name


def _cause(course: Course, event: Event | None, language: Language) -> str:
    known = course.causes.get(event.cause) if event else None
    return escape(known.text[language]) if known else ""


def _why(step: Step, language: Language) -> str:
    return step.move.reason[language] if step.move else ""


def _asked(subject: Subject, language: Language) -> str:
    request = subject.request
    names = dict.fromkeys(one.wants.get(language, one.id) for one, _ in request.wanted)
    text = _REQUESTS[request.status][language == "zh"]
    return text.format(("；" if language == "zh" else "; ").join(names))
