"""Faults of the word lists, with the line on which each stands; and tables of words that no code reads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

from natars_fhir.mapping.faults import Fault, line_of, nearest
from natars_fhir.mapping.narrative.words import NO_CONCEPTS, STATEMENTS, TABLES

#: The file that is no list of words, with its tables.
_CHARACTERS = {"characters.same", "characters.traditional"}

_FAULT = re.compile(r"(?P<file>\S+\.toml): (?:\[(?P<table>[^\]]+)\])? ?(?P<rest>.*)", re.DOTALL)


def word_fault(folder: Path, text: str) -> Fault:
    """One fault of `narrative.words`, which names file, table and tag, with its line and the nearest right tag."""
    match = _FAULT.match(text)
    path = folder / match["file"] if match else folder
    if match is None or not path.is_file():
        return Fault(str(path), 0, match["rest"] if match else text)
    if told := re.search(r"at line (\d+)", match["rest"]):
        return Fault(str(path), int(told[1]), match["rest"])
    table, tag = match["table"] or "", match["rest"].partition(" ")[0].strip(":")
    wanted = TABLES.get(f"{path.stem}.{table}", "").split()
    hint = nearest(tag, wanted) if "no code reads" in text else ""
    quoted = re.search(r"'([^']+)'", match["rest"])
    source = _text(path)
    words = [word for word in (f"[{table}]" if table else "", quoted[1] if quoted else tag) if word]
    return Fault(
        str(path), line_of(source, *words), f"[{table}] {match['rest']}{hint}" if table else match["rest"] + hint
    )


def table_faults(folder: Path, concepts: Collection[str]) -> Iterator[Fault]:
    """Tables that nothing reads: a misspelt one would drop its words in silence. Without *concepts* those of statements
    are not checked."""
    files = {name.partition(".")[0] for name in (*TABLES, *_CHARACTERS)}
    for path in sorted(folder.glob("*.toml")):
        source = _text(path)
        if path.stem not in files:
            yield Fault(str(path), 0, f"«{path.name}» is a file that no code reads{nearest(path.stem, files)}")
            continue
        for table in _tables(source):
            known = _known(path.stem, concepts)
            if known is not None and table not in known:
                text = f"[{table}] is a table that no code reads{nearest(table, known)}"
                yield Fault(str(path), line_of(source, f"[{table}]"), text)


def _known(file: str, concepts: Collection[str]) -> set[str] | None:
    named = {name.partition(".")[2] for name in (*TABLES, *_CHARACTERS) if name.startswith(f"{file}.")} - {"*"}
    if file == STATEMENTS:
        return {*named, *NO_CONCEPTS, *concepts} if concepts else None
    return named


def _tables(source: str) -> list[str]:
    try:
        return list(tomllib.loads(source))
    except tomllib.TOMLDecodeError:
        return []  # told by the list itself


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
