"""What stands in the figures, in English and Chinese."""

from __future__ import annotations

from natars_fhir.domain.endpoints.time_to_event import Parameter
from natars_fhir.domain.sentence import Language
from natars_fhir.domain.words import WORDS

_BOTH: dict[str, tuple[str, str]] = {
    "PFS": ("Progression-free survival from surgery", "无进展生存（自手术日起）"),
    "OS": ("Overall survival from surgery", "总生存（自手术日起）"),
    "PFS-TX": ("Progression-free survival, another treatment ignored", "无进展生存（不计其他治疗）"),
    "PFS-MISS": ("Progression-free survival, deaths after missed scans censored", "无进展生存（漏检后死亡按删失计）"),
    "PFS-ITT": ("Progression-free survival from allocation", "无进展生存（自入组日起，意向性分析）"),
    "OS-ITT": ("Overall survival from allocation", "总生存（自入组日起，意向性分析）"),
    "months": ("Months", "月"),
    "share": ("Survival, %", "生存率（%）"),
    "at-risk": ("Numbers at risk", "在险人数"),
    "events": ("events", "事件"),
    "no-arm": ("arm not told", "组别不详"),
    "undated": ("Events without a day, not in the curves: {0}.", "无日期的事件（未计入曲线）：{0}例。"),
    "limits": ("Bands: 95 % limits, log-log. Ticks: censored.", "阴影：95%置信区间（log-log）。短竖线：删失。"),
    "caution": (
        "The arms are not randomised: an unadjusted difference proves nothing.",
        "两组非随机分配：未经校正的差异不能作为结论。",
    ),
    "nobody": ("Nobody can be shown yet.", "尚无可显示的受试者。"),
    "enrolment": ("Enrolment, screening and analysis", "入组、筛选与分析流程"),
    "known": ("Patients known: {0}", "已知患者：{0}例"),
    "in-scope": ("Screened, in scope: {0}", "筛选（范围内）：{0}例"),
    "excluded": ("Excluded: {0}", "排除：{0}例"),
    "others": ("other criteria: {0}", "其他标准：{0}"),
    "died or withdrew": ("died or withdrew before", "此前死亡或退出"),
    "not-yet": ("Not allocated yet: {0}", "尚未入组：{0}例"),
    "undetermined": ("undetermined: {0}", "待定：{0}"),
    "candidate": ("candidates: {0}", "候选：{0}"),
    "eligible": ("signed as eligible: {0}", "已签署合格：{0}"),
    "left": ("left the scope: {0}", "移出范围：{0}"),
    "allocated": ("Allocated: {0}", "入组：{0}例"),
    "of-planned": ("Allocated: {0} of {1} planned", "入组：{0}例（计划{1}例）"),
    "withheld": ("use of data withdrawn: {0}", "撤回数据使用：{0}"),
    "unaccounted": ("no endpoint derived: {0}", "未推导终点：{0}"),
    "treated": ("Had a neoadjuvant dose: {0}", "接受新辅助给药：{0}例"),
    "operated": ("Operated: {0}", "手术：{0}例"),
    "never": ("Not operated: {0}", "未手术：{0}例"),
    "pending": ("still waiting", "待手术"),
    "analysed": ("Analysed from surgery", "自手术日分析"),
    "analysed-of": ("{0}: {1}, events {2}", "{0}：{1}例，事件{2}例"),
    "enrolled": ("Enrolment by month and site", "各月各中心入组"),
    "planned": ("planned", "计划例数"),
    "so-far": ("all so far", "累计"),
    "subjects": ("Subjects", "受试者（例）"),
    "patients": ("Patients", "患者（例）"),
    "first-bars": ("First bars, in protocol order", "首个不符合项（按方案顺序）"),
    "kept-out": ("kept out by it first", "首个不符合"),
    "left-after": ("left after it", "其后剩余"),
    "lacking": ("Missing data by element and site", "各中心缺失数据"),
    "adverse-event": ("Adverse events by grade", "不良事件（按分级）"),
    "clavien-dindo": ("Complications by Clavien-Dindo grade", "术后并发症（Clavien-Dindo分级）"),
    "events-counted": ("Events", "事件数"),
    "grade": ("grade {0}", "{0}级"),
    "inexact": ("grade not exact or not told", "分级不明确或缺失"),
    "visits": ("Visits by site", "各中心访视情况"),
    "visits-counted": ("Visits", "访视（次）"),
    "no-day": ("event without a day: {0}", "事件无日期：{0}"),
}


def say(key: str, language: Language, *fills: object) -> str:
    """One of them; a word of the sentences where the figures have none of their own."""
    if key in _BOTH:
        return _BOTH[key][language == "zh"].format(*fills)
    return WORDS[language].get(key, key)


def title(parameter: Parameter, language: Language) -> str:
    """What a parameter is called above its curve."""
    return say(parameter, language)
