"""Data dictionary: what each column of each table means, in English and Chinese, of which type, and how it is made.

Each row type of rows.py is a table of its own, and a file of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from natars_fhir.export.flaw_rows import FlawRow
from natars_fhir.export.rows import AdverseEventRow, EnrolmentRow, FactRow, SubjectRow, TimeRow, VisitRow, WithheldRow

#: Table → what a row of it is.
TABLES: dict[str, type] = {
    "facts": FactRow,
    "times": TimeRow,
    "subjects": SubjectRow,
    "visits": VisitRow,
    "adverse-events": AdverseEventRow,
    "enrolment": EnrolmentRow,
    "data-quality": FlawRow,
    "withheld": WithheldRow,
}


class Column(NamedTuple):
    """One column: ``kind`` is text, whole or number."""

    table: str
    name: str
    kind: str
    en: str
    zh: str
    derivation: str


#: Columns that several tables have, and that mean the same in each.
_SHARED: dict[str, tuple[str, str, str, str]] = {
    "site": ("text", "site", "中心", "the site's name in the mappings"),
    "subject": ("text", "subject", "受试者", "keyed pseudonym, the same in every table"),
    "arm": (
        "text",
        "arm as registered",
        "组别（注册名称）",
        "the first allocation; empty where two of one day disagree",
    ),
    "day_low": (
        "whole",
        "first possible day from allocation",
        "距入组日数（最早）",
        "day 0: allocation; empty where partly known",
    ),
    "day_high": (
        "whole",
        "last possible day from allocation",
        "距入组日数（最晚）",
        "the same as the first where exact",
    ),
    "surgery_day_low": (
        "whole",
        "first possible day from surgery",
        "距手术日数（最早）",
        "day 0: surgery; empty where partly known",
    ),
    "cycle": ("whole", "cycle", "周期", "counted from its first dose; clinical.md §6.7"),
}
_OWN: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("facts", "concept"): ("text", "what is known", "项目", "a concept of concepts.toml; never the birth date"),
    ("facts", "value"): ("text", "coded value", "取值（编码）", "a word of the trial's; other texts are left out"),
    ("facts", "low"): ("text", "lower bound", "下限", "of a number; > where the bound is exclusive"),
    ("facts", "high"): ("text", "upper bound", "上限", "of a number; < where the bound is exclusive"),
    ("facts", "unit"): ("text", "unit (UCUM)", "单位（UCUM）", "the concept's unit"),
    ("facts", "standing"): ("text", "how sure", "确定程度", "final, pending or hedged; only final facts decide"),
    ("facts", "surgery_day_high"): (
        "whole", "last possible day from surgery", "距手术日数（最晚）", "the same as the first where exact"
    ),
    ("facts", "detail"): ("text", "details", "补充", "name=value of the details that are words of the trial's"),
    ("facts", "number_low"): ("number", "lower bound, as a number", "下限（数值）", "low without its sign"),
    ("facts", "number_high"): ("number", "upper bound, as a number", "上限（数值）", "high without its sign"),
    ("times", "paramcd"): (
        "text", "parameter", "参数", "PFS, OS from surgery; PFS-TX ignores new therapy; PFS-MISS; …-ITT from allocation"
    ),
    ("times", "aval"): ("whole", "days", "天数", "end minus origin; empty where not evaluable or the event has no day"),
    ("times", "cnsr"): ("whole", "censored", "删失", "0 event, 1 censored, empty where not evaluable"),
    ("times", "evntdesc"): ("text", "event or reason", "事件或删失原因", "clinical.md §6.2 to §6.5"),
    ("times", "imputed"): ("text", "imputed", "日期填补", "Y where a day stands in for a known month"),
    ("times", "derivation"): ("text", "derivation", "推导", "section and decision, in their order"),
    ("times", "param"): ("text", "parameter, at length", "参数名称", "of paramcd"),
    ("times", "avalu"): ("text", "unit of aval", "aval的单位", "always DAYS"),
    ("times", "startdy"): ("whole", "day of the origin", "起点日", "from allocation, which is day 0"),
    ("times", "ady"): ("whole", "day of the event or censoring", "事件或删失日", "from allocation, which is day 0"),
    ("subjects", "age"): ("whole", "age", "年龄", "completed years at allocation; 90 stands for all over 89"),
    ("subjects", "sex"): ("text", "sex", "性别", "administrative; empty where records disagree"),
    ("subjects", "sets"): ("text", "analysis sets", "分析集", "clinical.md §6.1, separated by blanks"),
    ("subjects", "never_operated"): ("text", "why never operated", "未手术原因", "the first reason on record; §6.5"),
    ("subjects", "days_to_surgery"): ("whole", "days to surgery", "距手术天数", "index surgery minus allocation"),
    ("subjects", "pfs_days"): ("whole", "PFS, days", "PFS天数", "as PFS in times"),
    ("subjects", "pfs_event"): ("whole", "PFS event", "PFS事件", "1 event, 0 censored"),
    ("subjects", "os_days"): ("whole", "OS, days", "OS天数", "as OS in times"),
    ("subjects", "os_event"): ("whole", "OS event", "OS事件", "1 event, 0 censored"),
    ("subjects", "cycles"): ("whole", "cycles", "周期数", "cycles of neoadjuvant treatment; §6.7"),
    ("subjects", "visits_due"): ("whole", "visits due", "应访视数", "visits whose days have begun"),
    ("subjects", "visits_done"): ("whole", "visits done", "已访视数", "of them, with something measured"),
    ("subjects", "worst_grade_low"): ("whole", "worst CTCAE grade, at least", "最高分级（至少）", "over all cycles"),
    ("subjects", "worst_grade_high"): ("whole", "worst CTCAE grade, at most", "最高分级（至多）", "over all cycles"),
    ("subjects", "morbidity_30"): (
        "text", "morbidity to day 30", "术后30天并发症", "worst Clavien-Dindo grade; none, unknown, >= if not followed"
    ),
    ("subjects", "morbidity_90"): ("text", "morbidity to day 90", "术后90天并发症", "the same"),
    ("subjects", "morbidity_365"): ("text", "morbidity to day 365", "术后1年并发症", "the same"),
    ("subjects", "issues"): ("whole", "data-quality issues", "数据质量问题数", "things that a person should look at"),
    ("visits", "visit"): ("text", "visit", "访视", "1-d or 7-d after the cycle's first dose"),
    ("visits", "standing"): ("text", "standing", "状态", "done, missed, due or planned; missed is not normal"),
    ("visits", "day_due"): ("whole", "day due", "应访视日", "from allocation"),
    ("visits", "day_done"): ("whole", "day done", "实际访视日", "from allocation; the nearest day, of two the later"),
    ("visits", "measured"): ("text", "measured", "已查项目", "concepts, separated by blanks"),
    ("visits", "lacks"): ("text", "not measured", "未查项目", "concepts, separated by blanks"),
    ("adverse-events", "kind"): ("text", "kind", "类别", "adverse-event (CTCAE) or clavien-dindo"),
    ("adverse-events", "term"): ("text", "term", "术语", "the trial's word of CTCAE's term, else other"),
    ("adverse-events", "grade"): ("text", "grade", "分级", "CTCAE 1 to 5, or Clavien-Dindo I to V"),
    ("adverse-events", "serious"): ("text", "serious", "严重不良事件", "yes or no, where it is said"),
    ("adverse-events", "outcome"): ("text", "outcome", "转归", "FHIR's adverse-event-outcome"),
    ("enrolment", "month"): ("text", "month", "月份", "of allocation"),
    ("enrolment", "allocated"): ("whole", "allocated", "当月入组", "subjects of the site in that month"),
    ("enrolment", "so_far"): ("whole", "allocated so far", "本中心累计", "subjects of the site up to that month"),
    ("enrolment", "all_sites"): ("whole", "all sites so far", "全部中心累计", "up to this row"),
    ("enrolment", "planned"): ("whole", "planned", "计划入组", "the registered enrolment, 102"),
    ("data-quality", "flaw"): ("text", "flaw", "问题代码", "the flaw's name; docs/endpoints.md, Data quality"),
    ("data-quality", "severity"): ("text", "severity", "严重程度", "error, warning or information"),
    ("data-quality", "place"): ("text", "place", "位置", "the element that it was read from (FHIRPath)"),
    ("data-quality", "text"): ("text", "what it is", "问题（英文）", "a sentence without a value"),
    ("data-quality", "text_zh"): ("text", "what it is, in Chinese", "问题", "a sentence without a value"),
    ("withheld", "subjects"): ("whole", "left out", "未列入例数", "withdrew the use of their data; in no other table"),
}  # fmt: skip


def dictionary() -> list[Column]:
    """Every column of every table, in their order."""
    return [
        Column(table, name, *(_OWN.get((table, name)) or _SHARED[name]))
        for table, row in TABLES.items()
        for name in row.__dataclass_fields__  # type: ignore[attr-defined]
    ]
