"""The accuracy study: its strings are its own, and its figures do not fall."""

from __future__ import annotations

import tomllib

from natars_fhir.mapping.narrative import Words

from .conftest import LISTS
from .study.score import FIELDS, Score, field, recorded, rows, scores
from .test_narrative_string_tables import FOLDER

HALVES = ("a", "b")


def _all(half: str, words: Words) -> Score:
    return sum(scores(half, words).values(), Score())


def test_there_are_enough_strings_and_none_stands_twice() -> None:
    texts = [row.text for half in HALVES for row in rows(half)]
    older = [row["text"] for file in FOLDER.glob("*.toml") for row in tomllib.loads(file.read_text("utf-8"))["strings"]]
    assert len(texts) >= 160
    assert len({*texts, *older}) == len(texts) + len({*older})


def test_every_field_is_in_both_halves() -> None:
    fields = [{field(said) for row in rows(half) for said, _ in row.expected} for half in HALVES]
    asked = {"IHC", *FIELDS.values(), "histology", "metastasis", "radiotherapy"} - {"organs resected"}
    assert asked <= fields[0]
    assert asked <= fields[1]


def test_what_is_read_of_both_halves_does_not_become_worse(words: Words) -> None:
    for half, precision, recall in (("a", 0.99, 0.99), ("b", 0.99, 0.99)):
        score = _all(half, words)
        assert score.right >= precision * score.found
        assert score.right >= recall * score.expected


def test_the_first_figures_count_the_same_values(words: Words) -> None:
    kept = recorded()
    for run, half in (("first", "a"), ("first", "b"), ("unseen", "b")):
        expected = {name: score.expected for name, score in kept[run][half].items()}
        assert expected == {name: score.expected for name, score in scores(half, words).items() if score.expected}


def test_the_word_lists_are_where_the_page_says() -> None:
    assert (LISTS / "treatments.toml").is_file()
