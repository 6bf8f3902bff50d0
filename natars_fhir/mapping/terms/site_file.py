"""A site's file as people write it: the remarks behind its lines, and new lines put where they belong.

Only lines are touched, and what comes out is parsed again and compared: a file that is written otherwise (an inline
table over several codes) is left as it is, and told. https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from natars_fhir.mapping.schema import LocalCode
from natars_fhir.mapping.terms.crosswalk import UNIT_SPELLINGS, Row, local_of
from natars_fhir.mapping.texts import TEST_NAMES, answered, answers_to

#: Tables that stand for themselves, and how the file calls them.
_PLAIN = {UNIT_SPELLINGS: "units", TEST_NAMES: "texts"}


class Line(NamedTuple):
    """One line of a file that gives a code its meaning. ``table`` is the system, or a name of `_PLAIN`."""

    at: int
    table: str
    code: str
    value: Any
    remark: str


class SiteFileError(Exception):
    """A file whose lines cannot be changed one by one. The text names the table."""


def remarks(source: str) -> dict[tuple[str, str], str]:
    """(table, code) → the remark behind it."""
    return {(line.table, line.code): line.remark for line in _lines(source) if line.remark}


def written(rows: Iterable[Row]) -> str:
    """The rows as the lines that a site's file holds."""
    tables: dict[str, list[str]] = {}
    for row in rows:
        tables.setdefault(row.code.system, []).append(_line(row))
    return "\n\n".join("\n".join([_header(table), *found]) for table, found in tables.items()) + "\n" if tables else ""


def merged(source: str, rows: Iterable[Row]) -> str:
    """The file with the rows in it: a code that it has gets its new meaning, others stand at the end of their table.

    Raises SiteFileError where a table is not written line by line.
    """
    news = list(rows)
    text, known = source.split("\n"), {(line.table, line.code): line for line in _lines(source)}
    last: dict[str, int] = {line.table: line.at for line in known.values()}
    added: dict[str, list[Row]] = {}
    for row in news:
        line = known.get((row.code.system, row.code.code))
        if line is None:
            added.setdefault(row.code.system, []).append(row)
        elif (line.value, line.remark) != (_value(row), row.remark):
            text[line.at] = _line(row)
    fresh = [row for table, found in added.items() if table not in last for row in found]
    for table, at in sorted(((t, at) for t, at in last.items() if t in added), key=lambda one: -one[1]):
        text[at + 1 : at + 1] = [_line(row) for row in added[table]]
    made = "\n".join(text)
    made = f"{made.rstrip()}\n\n{written(fresh)}" if fresh else made
    _compare(source, made, news)
    return made


def said_of(source: str, table: str, code: str) -> Any:
    """What the line of one code says; None where there is none."""
    return next((line.value for line in _lines(source) if (line.table, line.code) == (table, code)), None)


def lines(source: str) -> list[Line]:
    """Every line that gives a code its meaning."""
    return [*_lines(source)]


def without(source: str, table: str, code: str) -> str:
    """The text without the line of one code; as it is where there is none."""
    at = next((line.at for line in _lines(source) if (line.table, line.code) == (table, code)), None)
    text = source.split("\n")
    return source if at is None else "\n".join([*text[:at], *text[at + 1 :]])


def _compare(source: str, made: str, rows: list[Row]) -> None:
    """Raises SiteFileError where the new file does not say what it said before, and the rows."""
    wanted = tomllib.loads(source)
    for row in rows:
        table = row.code.system
        _place(wanted, table)[row.code.code] = _value(row)
    try:
        told = tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        told = None
    if told != wanted:
        raise SiteFileError("the tables of codes are not written line by line: put the lines in by hand")


def _place(wanted: dict[str, Any], table: str) -> dict[str, Any]:
    """The table of a file in which the lines of this name stand."""
    if table in _PLAIN:
        found: dict[str, Any] = wanted.setdefault(_PLAIN[table], {})
        return found
    concept = answered(table)
    tables: dict[str, dict[str, Any]] = wanted.setdefault("answers" if concept else "codes", {})
    return tables.setdefault(concept or table, {})


def _lines(source: str) -> Iterator[Line]:
    """The lines of ``[codes.…]``, ``[units]``, ``[texts]`` and ``[answers.…]`` that stand alone."""
    table: str | None = None
    for at, line in enumerate(source.split("\n")):
        if line.lstrip().startswith("["):
            table = _table(line)
        elif table is not None and len(found := _parsed(line)) == 1:
            ((code, value),) = found.items()
            yield Line(at, table, code, value, _remark(line, found))


def _table(line: str) -> str | None:
    """The table that a header opens; None for one that holds no codes."""
    found = _parsed(line)
    if plain := next((name for name, called in _PLAIN.items() if list(found) == [called]), None):
        return plain
    for called, named in (("codes", str), ("answers", answers_to)):
        inner = found.get(called)
        if isinstance(inner, dict) and len(inner) == 1:
            return named(next(iter(inner)))
    return None


def _parsed(line: str) -> dict[str, Any]:
    try:
        return tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return {}


def _remark(line: str, said: dict[str, Any]) -> str:
    """What follows the first ``#`` before which the line already says all that it says."""
    for at, sign in enumerate(line):
        if sign == "#" and _parsed(line[:at]) == said:
            return line[at + 1 :].strip()
    return ""


def _header(table: str) -> str:
    if table in _PLAIN:
        return f"[{_PLAIN[table]}]"
    return f"[answers.{_quoted(concept)}]" if (concept := answered(table)) else f"[codes.{_quoted(table)}]"


def _line(row: Row) -> str:
    said = _value(row)
    value = _quoted(said) if isinstance(said, str) else _inline(said)
    return f"{_quoted(row.code.code)} = {value}" + (f"   # {row.remark}" if row.remark else "")


def _inline(said: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in said.items()) + " }"


def _value(row: Row) -> str | dict[str, str]:
    if row.target.part == "unit" or answered(row.code.system):
        return row.target.code
    found = local_of(row.target)
    return found.model_dump(exclude_defaults=True) if isinstance(found, LocalCode) else found


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's too, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
