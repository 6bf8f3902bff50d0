"""Digest: the counts of a site as a mail for its people. It names no patient, and links to where they are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from natars_fhir.domain.screening_log import Consort, Missing
from natars_fhir.domain.sentence import Language
from natars_fhir.domain.study import Study

#: Rows of what is missing.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """What a digest tells: the counts of the log, what is missing, letters that were given up, and what could not be
    read."""

    site: Mapping[Language, str]
    as_of: date
    consort: Consort
    missing: Sequence[Missing] = ()
    given_up: int = 0
    set_apart: int = 0


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's subject and text."""

    subject: str
    text: str


_SAYS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "subject": "{0} screening at {1}, {2}: {3} candidates, {4} undetermined",
        "head": "The screening of {0} at {1} on {2}. Counts alone; no patient is named here.",
        "in_scope": "in scope",
        "candidate": "candidates, to be looked at by an investigator",
        "undetermined": "undetermined: data is missing",
        "eligible": "signed as eligible",
        "allocated": "allocated",
        "excluded": "excluded",
        "missing": "What is missing, and of how many:",
        "more": "and {0} more",
        "given_up": "Messages to the hospital's server that were given up",
        "set_apart": "Resources that could not be read and wait for somebody",
        "pages": "Look at them: {0}",
        "study": "The trial: {0}",
        "foot": "Sent by natars-fhir to the people whom the site named in its file. Software decides nothing.",
    },
    "zh": {
        "subject": "{0} 预筛日报 · {1} · {2}：候选 {3} 例，待定 {4} 例",
        "head": "{0} 预筛情况：{1}，{2}。仅含例数，不含任何患者信息。",
        "in_scope": "范围内",
        "candidate": "候选，待研究者查看",
        "undetermined": "待定，资料不全",
        "eligible": "已签署合格",
        "allocated": "已入组",
        "excluded": "已排除",
        "missing": "尚缺资料及例数：",
        "more": "另有 {0} 项",
        "given_up": "未能送达医院服务器的消息",
        "set_apart": "无法读取、等待处理的资源",
        "pages": "查看：{0}",
        "study": "试验注册信息：{0}",
        "foot": "由 natars-fhir 发送给本中心配置文件所列人员。软件不作任何入组决定。",
    },
}


def digest(figures: Figures, study: Study, language: Language, pages: str = "") -> Mail:
    """The mail of a day."""
    says, counts, day = _SAYS[language], figures.consort, figures.as_of.isoformat()
    named = (study.acronym, figures.site[language], day)
    subject = says["subject"].format(*named, counts.candidate, counts.undetermined)
    rows = [f"{counts.in_scope:>5}  {says['in_scope']}"]
    rows += [f"{getattr(counts, name):>5}  {says[name]}" for name in ("candidate", "undetermined", "eligible")]
    rows += [f"{getattr(counts, name):>5}  {says[name]}" for name in ("allocated", "excluded")]
    told = [says["head"].format(*named), "", *rows, *_missing(figures, language), *_trouble(figures, language), ""]
    if pages:
        told.append(says["pages"].format(pages))
    told.append(says["study"].format(f"https://clinicaltrials.gov/study/{study.registry_id}"))
    return Mail(subject, "\n".join([*told, "", says["foot"], ""]))


def _missing(figures: Figures, language: Language) -> Iterator[str]:
    """What most lack comes first."""
    says, counts = _SAYS[language], dict[str, int]()
    for row in figures.missing:
        name = row.criterion.wants.get(language) or row.criterion.id
        counts[name] = counts.get(name, 0) + row.count
    ranked = sorted(counts.items(), key=lambda one: -one[1])
    if ranked:
        yield from ("", says["missing"])
        yield from (f"{count:>5}  {name}" for name, count in ranked[:_MOST])
    if len(ranked) > _MOST:
        yield f"       {says['more'].format(len(ranked) - _MOST)}"


def _trouble(figures: Figures, language: Language) -> Iterator[str]:
    says = _SAYS[language]
    told = [(name, getattr(figures, name)) for name in ("given_up", "set_apart")]
    if any(count for _, count in told):
        yield ""
    yield from (f"{count:>5}  {says[name]}" for name, count in told if count)
