"""Scores the reader on the strings of the accuracy study: precision and recall of every field, spans included.

What is expected is ``concept value [standing] @ words``. A reading agrees when concept, value and standing do and its
span overlaps the words. ``concept - @ words`` asks that nothing final be made of the words, and that they be told: as
unread, or as something doubted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from natars_fhir.mapping.narrative import Reading, Said, Words, read
from tests.mapping.narrative.written import line

FOLDER = Path(__file__).parent
#: how the table calls concepts, where it does not call them by their own names
FIELDS = {
    "fish-mdm2": "FISH",
    "mdm2-cep12-ratio": "FISH ratio",
    "tumour-size": "size",
    "fnclcc-grade": "grade",
    "histologic-grade": "grade of no scheme",
    "mitoses-per-10hpf": "mitoses",
    "necrosis-percent": "necrosis",
    "primary-site": "origin",
    "distant-metastasis-category": "metastasis",
    "diaphragm-crossing": "diaphragm",
    "prior-resection": "earlier resection",
    "antineoplastic-drug": "drugs",
    "asa-class": "ASA",
    "ecog": "ECOG",
    "resection-margin": "margins",
    "organs-resected": "organs resected",
}


class Row(NamedTuple):
    """One string with what a pathologist would say that it says: (concept and value, where)."""

    text: str
    kind: Any
    expected: tuple[tuple[str, tuple[int, int]], ...]


class Score(NamedTuple):
    """Of one field: what was to be read, what was read, and what agrees."""

    expected: int = 0
    found: int = 0
    right: int = 0

    def __add__(self, other: Score) -> Score:  # type: ignore[override]
        return Score(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@cache
def rows(half: str) -> tuple[Row, ...]:
    """The strings of half ``a`` or ``b``."""
    told = tomllib.loads((FOLDER / f"half_{half}.toml").read_text("utf-8"))["strings"]
    return tuple(Row(row["text"], row.get("kind", "pathology"), tuple(_expected(row))) for row in told)


def _expected(row: dict[str, Any]) -> Iterator[tuple[str, tuple[int, int]]]:
    for each in row["expect"]:
        said, _, words = each.partition(" @ ")
        start = row["text"].index(words)
        yield said, (start, start + len(words))


def field(said: str) -> str:
    """The row of the table that a value belongs to."""
    concept = said.partition(" ")[0]
    return "IHC" if concept.startswith("ihc-") else FIELDS.get(concept, concept)


def scores(half: str, words: Words) -> dict[str, Score]:
    """Field → its score over a half."""
    total: dict[str, Score] = {}
    for row in rows(half):
        for name, score in compared(row, read(row.text, words, row.kind)).items():
            total[name] = total.get(name, Score()) + score
    return total


def compared(row: Row, reading: Reading) -> dict[str, Score]:
    """Field → its score on one string."""
    total: dict[str, Score] = {}
    for said, right in [(said, _is_read(said, span, reading)) for said, span in row.expected]:
        total[field(said)] = total.get(field(said), Score()) + Score(expected=1, right=int(right))
    for each in own(reading):
        if each.standing != "hedged" or not _is_asked(each, row):
            total[field(each.concept)] = total.get(field(each.concept), Score()) + Score(found=1)
    for said, span in row.expected:
        if said.endswith(" -") and _is_read(said, span, reading):
            total[field(said)] = total[field(said)] + Score(found=1)
    return total


def own(reading: Reading) -> list[Said]:
    """What is said of the tumour and the patient, the same value of the same words once."""
    kept = [each for each in reading.said if dict(each.detail).get("cellScope") in (None, "tumour")]
    return list({line(each): each for each in reading.said if each in kept}.values())


def _is_read(said: str, span: tuple[int, int], reading: Reading) -> bool:
    if not said.endswith(" -"):
        return any(line(each) == said and _overlaps(each.span, span) for each in reading.said)
    concept = said.removesuffix(" -")
    told = [each.span for each in reading.unread if each.concept == concept]
    told += [each.span for each in reading.said if each.concept == concept and each.standing == "hedged"]
    final = [each for each in reading.said if each.concept == concept and each.standing == "final"]
    return any(_overlaps(one, span) for one in told) and not any(_overlaps(each.span, span) for each in final)


def _is_asked(each: Said, row: Row) -> bool:
    """Is it something doubted where a person is to be asked?"""
    return any(said == f"{each.concept} -" and _overlaps(each.span, span) for said, span in row.expected)


def _overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def faults(half: str, words: Words) -> Iterator[tuple[str, list[str], list[str]]]:
    """(text, what was missed, what was read beside) of every string that is not read as a person reads it."""
    for row in rows(half):
        reading = read(row.text, words, row.kind)
        lost = [said for said, span in row.expected if not _is_read(said, span, reading)]
        known = [said for said, _ in row.expected]
        beside = [line(each) for each in own(reading) if line(each) not in known and not _is_asked(each, row)]
        if lost or beside:
            yield row.text, lost, beside


#: the columns of the table in docs/narrative.md
HEAD = ("field", "values, A + B", "A first", "A now", "B first", "B unseen", "B now, seen")


def table(words: Words) -> list[tuple[str, ...]]:
    """A row for every field, and one for all: precision and recall of both halves, at first and now."""
    kept = recorded()
    a, b = scores("a", words), scores("b", words)
    columns = (kept["first"]["a"], a, kept["first"]["b"], kept["unseen"]["b"], b)
    names = sorted({*a, *b}, key=str.lower)
    rows = [
        (name, f"{_of(a, name).expected} + {_of(b, name).expected}", *(_shown(_of(c, name)) for c in columns))
        for name in names
    ]
    total = [sum(column.values(), Score()) for column in columns]
    return [*rows, ("**all**", f"{total[1].expected} + {total[4].expected}", *map(_shown, total))]


def recorded() -> dict[str, dict[str, dict[str, Score]]]:
    """The figures of earlier runs, as they were: run → half → field → score."""
    told = tomllib.loads((FOLDER / "first_run.toml").read_text("utf-8"))
    return {
        run: {half: {name: Score(*row) for name, row in fields.items()} for half, fields in halves.items()}
        for run, halves in told.items()
    }


def _of(column: dict[str, Score], name: str) -> Score:
    return column.get(name, Score())


def _shown(score: Score) -> str:
    precision = f"{score.right / score.found:.2f}" if score.found else "–"
    return f"{precision} / {score.right / score.expected:.2f}" if score.expected else f"{precision} / –"
