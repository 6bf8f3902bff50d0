"""What a run over a whole hospital tells at its end: files, resources, patients, verdicts, what was not understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from natars_fhir.bulk.chunks import Chunk
from natars_fhir.bulk.closure import Selected
from natars_fhir.bulk.hospital import Screened
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.screen import Tally

_VERDICTS = ("candidate", "undetermined", "ineligible")

_WORDS = {
    "en": {
        "files": "{files} files, {megabytes} MB, {documents} documents, {resources} resources.",
        "patients": "{patients} patients screened, {inScope} in scope: {verdicts}.",
        "needles": "{searched} documents searched for needles, {hit} hit; {read} read.",
        "notScreened": "{notScreened} patients NOT SCREENED: nothing in their documents suggests that they can matter.",
        "apart": "{unreadable} could not be read; {notUnderstood} codes, values or texts were not understood.",
        "speed": "{seconds} s, {megabytesPerSecond} MB a second.",
    },
    "zh": {
        "files": "文件 {files} 个，{megabytes} MB，文档 {documents} 份，资源 {resources} 个。",
        "patients": "已预筛患者 {patients} 名，其中范围内 {inScope} 名：{verdicts}。",
        "needles": "已检索文档 {searched} 份，命中 {hit} 份；读取 {read} 份。",
        "notScreened": "未预筛患者 {notScreened} 名：其文档中未见相关线索，不作任何结论。",
        "apart": "{unreadable} 处无法读取；{notUnderstood} 处代码、数值或文字未能理解。",
        "speed": "用时 {seconds} 秒，每秒 {megabytesPerSecond} MB。",
    },
}  # fmt: skip
_VERDICTS_ZH = {"candidate": "候选", "undetermined": "待定", "ineligible": "不符合"}


def closing(
    recipe: Recipe, chunks: list[Chunk], tally: Tally, screened: Screened, found: Selected | None, seconds: float
) -> dict[str, Any]:
    """The closing report, as plain values; *found* where needles were searched."""
    counts, size = (
        screened.counts,
        sum(chunk.stop - chunk.start if chunk.stop else chunk.stamp.size for chunk in chunks),
    )
    return {
        "run": screened.name,
        "site": recipe.site,
        "trial": recipe.trial,
        "asOf": recipe.as_of.isoformat(),
        "files": len({chunk.name for chunk in chunks}),
        "bytes": size,
        "documents": tally.documents,
        "resources": dict(sorted(tally.fates.items())),
        "patients": counts["patients"],
        "inScope": counts["inScope"],
        "verdicts": {verdict: counts[verdict] for verdict in _VERDICTS},
        "needles": None if found is None else _searched(found),
        "unreadable": tally.unreadable,
        "notUnderstood": tally.not_understood.total(),
        "seconds": round(seconds, 3),
        "megabytesPerSecond": round(size / 1e6 / seconds, 1) if seconds else 0.0,
        "parts": [path.name for path in screened.parts],
    }


def _searched(found: Selected) -> dict[str, int]:
    return {
        "searched": found.searched,
        "hit": found.hits,
        "read": sum(map(len, found.documents)),
        "notScreened": found.named - found.screened,
    }


def lines(told: dict[str, Any], language: str) -> Iterator[str]:
    """The same for people."""
    words, names = _WORDS[language], _VERDICTS_ZH if language == "zh" else {}
    verdicts = ", ".join(f"{names.get(name, name)} {number}" for name, number in told["verdicts"].items())
    figures = {
        **told,
        "megabytes": round(told["bytes"] / 1e6, 1),
        "resources": sum(told["resources"].values()),
        "verdicts": verdicts,
        "seconds": round(told["seconds"], 1),
    }
    for name in ("files", "needles", "patients", "notScreened", "apart", "speed"):
        if name not in ("needles", "notScreened"):
            yield words[name].format(**figures)
        elif told["needles"] is not None:
            yield words[name].format(**told["needles"])
