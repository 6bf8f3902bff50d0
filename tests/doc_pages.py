"""The pages of the documentation, taken apart: prose, fenced blocks, sections, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """Every page of the documentation."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "mappings" / "README.md"]


@cache
def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def fenced(page: Path, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(text_of(page)) if language in languages]


def prose(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def sections(page: Path, level: str) -> dict[str, str]:
    """Heading → what stands below it, for the headings of one level."""
    parts = re.split(rf"^{level} (.+)$", prose(page), flags=re.MULTILINE)
    return {head.strip("`"): re.split(r"^## ", body, flags=re.MULTILINE)[0] for head, body in _pairs(parts[1:])}


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    return zip(parts[::2], parts[1::2], strict=True)


def table(text: str) -> list[list[str]]:
    """The rows of the tables in *text*, without their heads."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]
    heads = {at - 1 for at, row in enumerate(rows) if set("".join(row)) <= set("- ")}
    kept = [row for at, row in enumerate(rows) if at not in heads and at - 1 not in heads]
    return [[cell.strip() for cell in row] for row in kept]


def first_column(text: str) -> list[str]:
    return [row[0].strip("`") for row in table(text)]
