"""Shown: how freezes and what differs between two are told: as lines in English or Chinese, as a table, as objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS
from natars_fhir.export.figures.beside import Table
from natars_fhir.service.freeze.compare import Changed, Difference, Setting, Value
from natars_fhir.service.freeze.verify import FAULTS, Fault

_SAYS: Mapping[str, tuple[str, str]] = {
    "nothing": ("Nothing differs.", "无差异。"),
    "made": ("Made of or with:", "制作依据："),
    "withheld": ("Withheld subjects:", "不得使用其数据的受试者："),
    "counts": ("{} new, {} gone, {} changed.", "新增{}例，移除{}例，变更{}例。"),
    "new": ("new", "新增"),
    "gone": ("gone", "移除"),
    "changed": ("changed", "变更"),
    "facts": ("  facts  {}: {} added, {} removed, {} changed ({})", "  事实  {}：新增{}，移除{}，变更{}（{}）"),
    "issue-new": ("  issue +  {}", "  问题 +  {}"),
    "issue-solved": ("  issue -  {}", "  问题 -  {}"),
}
_WHY: Mapping[str, tuple[str, str]] = {
    "data": ("data changed", "数据变更"),
    "mapping": ("mapping changed", "映射变更"),
    "as-of": ("another day", "截止日不同"),
    "trial-file": ("trial file changed", "试验文件变更"),
    "code": ("program changed", "程序变更"),
    "withdrawn": ("use of data withdrawn", "撤回数据使用同意"),
    "purged": ("purged", "已清除"),
    "left-scope": ("left the trial's scope", "移出研究范围"),
    "merged": ("joined to another record", "与另一记录合并"),
    "renamed": ("goes by another number", "标识已更换"),
    "no-longer-enrolled": ("no longer enrolled", "不再属于入组受试者"),
    "unknown": ("not in the store", "库中无此受试者"),
    "enrolled": ("enrolled since", "其后入组"),
    "first-seen": ("not known before", "此前未见"),
    "was-withdrawn": ("use of data allowed again", "重新允许使用数据"),
    "was-left-scope": ("in scope by now, not before", "此前不在研究范围"),
    "was-merged": ("parted from another record", "与另一记录分开"),
    "was-renamed": ("went by another number", "此前使用另一标识"),
    "was-purged": ("purged before", "此前已清除"),
}


#: What a freeze is made of or with, in Chinese; a library and a file have their names alone.
_MADE_OF: Mapping[str, str] = {
    "store": "数据库", "as-of": "截至日期", "trial": "试验", "trial-file": "试验文件", "mapping": "映射",
    "program": "程序版本", "code": "程序代码", "schema": "数据表版本",
}  # fmt: skip
_OTHER: Mapping[str, tuple[str, str]] = {
    "arm": ("arm", "组别"),
    "sets": ("analysis sets", "分析集"),
    "neverOperated": ("never operated, for", "未手术原因"),
    "cycles": ("cycles", "周期数"),
    "visit": ("visit", "访视"),
    "morbidity": ("morbidity by day", "术后并发症，天数"),
}
_FOLLOWED: Mapping[str, tuple[str, str]] = {
    "none": ("none", "无"),
    "whole": ("followed to the end", "随访完整"),
    "at-least": ("at least: not followed to the end", "至少：随访不完整"),
    "unknown": ("unknown: not followed to the end", "未知：随访不完整"),
}


def fault_lines(faults: Iterable[Fault], language: Language) -> Iterator[str]:
    """A line a file that is not as it was written."""
    for one in faults:
        yield f"{one.file} {FAULTS[one.what][language == 'zh']}"


def lines(found: Difference, language: Language) -> Iterator[str]:
    """Everything that differs, subject by subject."""
    if not found:
        yield _say("nothing", language)
        return
    made = [row._replace(name=made_of(row.name, language)) for row in found.settings]
    for title, rows in (("made", made), ("withheld", found.withheld)):
        if rows:
            yield _say(title, language)
            yield from (f"  {_setting(row)}" for row in rows)
    for one in found.subjects:
        yield from _subject(one, language)
    status = [one.status for one in found.subjects]
    yield _say("counts", language).format(*(status.count(name) for name in ("new", "gone", "changed")))


def made_of(name: str, language: Language) -> str:
    """What the two were made of or with, in words."""
    return _MADE_OF.get(name, name) if language == "zh" else name


def status_of(one: Changed, language: Language) -> tuple[str, str]:
    """What became of a subject, and why, in words."""
    return _say(one.status, language), ", ".join(_WHY[each][language == "zh"] for each in one.why)


def _subject(one: Changed, language: Language) -> Iterator[str]:
    status, why = status_of(one, language)
    yield f"{one.subject}  {one.site}  {status} ({why}){f' → {one.now}' if one.now else ''}"
    yield from changes_of(one, language)


def changes_of(
    one: Changed, language: Language, called: Callable[[str], str] = str, arm: Callable[[str], str] = str
) -> Iterator[str]:
    """What of a subject is otherwise, a line each; *called* says the name of a concept, *arm* that of an arm."""
    for value in one.values:
        yield from _value(value, language)
    for row in one.other:
        yield f"  {_setting(_worded(row, language, arm))}"
    for fact in one.facts:
        numbers = (called(fact.concept), fact.added, fact.removed, fact.changed, _WHY[fact.why][language == "zh"])
        yield _say("facts", language).format(*numbers)
    for name, issues in (("issue-new", one.issues_new), ("issue-solved", one.issues_solved)):
        yield from (_say(name, language).format(issue[language]) for issue in issues)


def _value(one: Value, language: Language) -> Iterator[str]:
    yield f"  {one.parameter}  {_outcome(one.before, language)} → {_outcome(one.after, language)}"
    for sign, steps in (("-", one.removed), ("+", one.added)):
        for step in steps:
            yield f"    {sign} {step['rule'].rpartition(' ')[2]:6} {step[language] or step['decision']}"


def _outcome(one: Mapping[str, Any], language: Language) -> str:
    words = WORDS[language]
    if not one["status"]:
        return "–"
    days = "" if one["days"] is None else f" {one['days']}{'*' if one['imputed'] else ''}"
    return f"{words.get(one['status'], one['status'])} ({words.get(one['reason'], one['reason'])}){days}"


def _setting(one: Setting) -> str:
    return f"{one.name}: {one.before or '–'} → {one.after or '–'}"


def _worded(one: Setting, language: Language, arm: Callable[[str], str]) -> Setting:
    """What else of a subject is otherwise, in words: a visit's standing, an arm, why nobody operated."""
    kind, space, number = one.name.replace("morbidity-", "morbidity ").partition(" ")
    name = _OTHER.get(kind, (kind, kind))[language == "zh"] + space + number
    before, after = (_standing(kind, value, language, arm) for value in (one.before, one.after))
    return Setting(name, before, after)


def _standing(kind: str, value: str, language: Language, arm: Callable[[str], str]) -> str:
    words = WORDS[language]
    if kind == "visit":
        return words.get(f"visit-{value}", value)
    if kind == "morbidity" and value:
        worst, _, followed = value.rstrip(")").partition(" (")
        worst = _FOLLOWED["none"][language == "zh"] if worst == "none" else worst
        return f"{worst} ({_FOLLOWED.get(followed, (followed, followed))[language == 'zh']})"
    return arm(value) if kind == "arm" and value else words.get(value, value)


def _say(name: str, language: Language) -> str:
    return _SAYS[name][language == "zh"]


def table(found: Difference, language: Language) -> Table:
    """The same as a table: a row a difference."""
    head = ("subject", "site", "status", "why", "now", "part", "what", "before", "after")
    return Table(head, [*_rows(found, language)])


def _rows(found: Difference, language: Language) -> Iterator[tuple[str, ...]]:
    for part, settings in (("made of", found.settings), ("withheld", found.withheld)):
        yield from (("", "", "", "", "", part, *row) for row in settings)
    for one in found.subjects:
        head = (one.subject, one.site, *status_of(one, language), one.now)
        yield from ((*head, *row) for row in [*_differences(one, language)] or [("", "", "", "")])


def _differences(one: Changed, language: Language) -> Iterator[tuple[str, str, str, str]]:
    for value in one.values:
        yield "endpoint", value.parameter, _outcome(value.before, language), _outcome(value.after, language)
        yield from (("decision", step["rule"], step[language] or step["decision"], "") for step in value.removed)
        yield from (("decision", step["rule"], "", step[language] or step["decision"]) for step in value.added)
    yield from (("other", *row) for row in one.other)
    for fact in one.facts:
        name = f"{fact.concept} ({_WHY[fact.why][language == 'zh']})"
        yield "facts", name, f"-{fact.removed}", f"+{fact.added} ~{fact.changed}"
    yield from (("issue", "", issue[language], "") for issue in one.issues_solved)
    yield from (("issue", "", "", issue[language]) for issue in one.issues_new)


def as_json(found: Difference) -> dict[str, Any]:
    """The same for a machine."""
    return {
        "madeOf": [one._asdict() for one in found.settings],
        "withheld": [one._asdict() for one in found.withheld],
        "subjects": [_object(one) for one in found.subjects],
    }


def _object(one: Changed) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "site": one.site,
        "status": one.status,
        "why": list(one.why),
        "now": one.now or None,
        "endpoints": [asdict(value) for value in one.values],
        "other": [row._asdict() for row in one.other],
        "facts": [row._asdict() for row in one.facts],
        "issues": {"new": list(one.issues_new), "solved": list(one.issues_solved)},
    }
