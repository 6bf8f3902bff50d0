"""Explained: why a pull came to no good end, and what to do, for those who look after it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from natars_fhir.service.deliver.explained import Told
from natars_fhir.service.deliver.explained import explained as of_outcome
from natars_fhir.service.pull.fault import Kind, PullError

KINDS: Mapping[Kind, Told] = MappingProxyType(
    {
        "away": (
            "The server could not be reached, failed, or asked for time. The next pull goes on where this one stopped.",
            "对方服务器无法连接、出错或要求稍候。下次拉取将从中止处继续。",
        ),
        "credentials": (
            "The server, or the one that gives tokens, does not believe who we are, or we may not read this.",
            "对方服务器或授权服务器不认可本方身份，或本方无权读取。",
        ),
        "refused": (
            "The server refuses what the plan asks for. Check the types, queries and ids under [pull].",
            "对方拒绝了计划中的请求。请检查 [pull] 中的资源类型、查询与编号。",
        ),
        "unreadable": (
            "What came is not what a FHIR server answers there. Have the hospital look at its server.",
            "返回内容不符合 FHIR 应答格式。请医院检查其服务器。",
        ),
        "elsewhere": (
            "The server points to another one, and our token is not sent there. Check url, or name the host in hosts.",
            "对方指向了另一台服务器，本系统不会向其发送令牌。请检查 url，或在 hosts 中声明该主机。",
        ),
        "repeats": (
            "The server gives the same page over and over: the pull was stopped. Have the hospital look at its server.",
            "对方反复返回同一页，拉取已中止。请医院检查其服务器。",
        ),
        "incomplete": (
            "Not all came that was asked for: it is asked for again next time.",
            "未能收到全部数据，下次将重新请求。",
        ),
        "behind": (
            "Events were missed, and not all came of the search that catches up with them: it is made again later.",
            "有事件遗漏，而补充检索未能收到全部数据：稍后将再次检索。",
        ),
        "expired": (
            "What the server had made ready was gone, twice. The next pull asks for it anew.",
            "对方准备的文件两次失效。下次拉取将重新请求。",
        ),
        "late": (
            "The export took longer than the plan allows (hours): it was given up.",
            "导出耗时超过计划允许的时限（hours），已放弃。",
        ),
        "disk": (
            "The files could not be written: look at the disk and at NATARS_PULL_FOLDER.",
            "文件无法写入：请检查磁盘与 NATARS_PULL_FOLDER。",
        ),
        "stopped": ("It was stopped; the next pull goes on there.", "已停止，下次拉取将继续。"),
    }
)
_ADDRESS: Told = (
    "A hospital's server can only speak to us at an https:// address: set NATARS_PUBLIC_URL.",
    "医院服务器只能访问 https:// 地址：请设置 NATARS_PUBLIC_URL。",
)


def explained(fault: PullError) -> Told:
    """What it means and what to do, in English and in Chinese."""
    if (fault.kind, fault.word) == ("refused", "address"):
        return _ADDRESS
    if fault.kind == "credentials":
        return of_outcome(fault.word)
    return KINDS[fault.kind]
