"""A font that has Chinese: chosen by what is installed; without one a Chinese figure is SVG alone, and that is said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from natars_fhir.export.extra import library

#: Files of fonts with simplified Chinese, the best first.
KNOWN = (
    "NotoSansCJK", "NotoSansSC", "NotoSansHans", "SourceHanSans", "wqy-microhei", "wqy-zenhei", "msyh", "simhei",
    "simsun", "PingFang", "STHeiti", "NotoSerifCJK", "DroidSansFallback", "uming", "ukai",
)  # fmt: skip


def chinese_font() -> Path | None:
    """The best one installed; None where there is none. Raises ExtraError."""
    found = library("matplotlib.font_manager", what="Figures", extra="statistics").findSystemFonts()
    return best(map(Path, found))


def best(files: Iterable[Path]) -> Path | None:
    """The first of those known; of one family the regular weight."""
    told = [
        (rank, "regular" not in path.stem.casefold(), path.name, path)
        for path in files
        for rank, name in enumerate(KNOWN)
        if path.stem.casefold().startswith(name.casefold())
    ]
    return min(told)[-1] if told else None
