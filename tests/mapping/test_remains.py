"""What remains of a table with misfits fits its shape, and every misfit is told."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from natars_fhir.mapping.faults import Fault
from natars_fhir.mapping.remains import Remains, shaped, true_still
from natars_fhir.mapping.schema import Concepts, Site, Views
from tests.ward import FOLDER

PATH = Path("some.toml")
SITE = 'site = "s"\nen = "s"\nzh = "医院"\n'


def remains(source: str, shape: Any = Site) -> Remains[Any]:
    return shaped(PATH, source, tomllib.loads(source), shape)


def test_a_table_that_fits_is_what_it_says_and_loses_nothing() -> None:
    found, faults, lost = remains(SITE)
    assert (found.zh, faults, lost) == ("医院", (), frozenset())


@pytest.mark.parametrize(
    ("more", "told", "left"),
    [
        ("cheks = 1", ["4: cheks: unknown key; did you mean «check»?"], {}),
        ('check = "all"', ["4: check: Input should be 'readable' or 'conformant'"], {"check": "readable"}),
        ('bases = "x"', ["4: bases: must be a list"], {"bases": ()}),
        ("bases = [1, 'https://x']", ["4: bases.0: must be a text, in quotes"], {"bases": ("https://x",)}),
        ('units = "x"', ["4: units: must be a table"], {"units": {}}),
        ("[codes.x]\na = 5\nb = 'sex'", ["5: codes.x.a: must be a text, in quotes", "5: codes.x.a: must be a table"],
         {"codes": {"x": {"b": "sex"}}}),
        ("[codes.x]\na = { cocept = 'sex' }", ["5: codes.x.a.cocept: unknown key; did you mean «concept»?"], {}),
        ("[expects]\ndays = 0", ["5: expects.days: Input should be greater than 0"], {}),
        ("[digest]\nat = ['9']", ["4: digest.to: Field required", "5: digest.at.0: String should match"], {}),
        ("[endpoint]\nkind = 'x'", ["4: endpoint.url: Field required", "5: endpoint.kind: unknown key"], {}),
    ],
    ids=["key", "word", "no list", "row of a list", "no table", "no way to write a code", "key of a code", "number",
         "table that needs something", "table of which nothing remains"],
)  # fmt: skip
def test_every_misfit_is_told_with_its_line_and_the_rest_remains(
    more: str, told: list[str], left: dict[str, Any]
) -> None:
    found, faults, lost = remains(SITE + more)
    assert found is not None
    assert len(faults) == len(told)
    assert all(
        f"{one.line}: {one.text}".startswith(text) for one, text in zip(sorted(faults, key=_line), told, strict=True)
    )
    assert {name: getattr(found, name) for name in left} == left
    assert found.site == "s"
    assert lost


def _line(fault: Fault) -> int:
    return fault.line


def test_what_must_be_there_gets_a_stand_in_so_that_its_neighbours_stay() -> None:
    source = '[systems]\n[concepts.new]\nzh = "新"\naccepts = { mm = "1" }\nasked = [{ code = "1" }]'
    found, faults, lost = remains(source, Concepts)
    assert [*found.concepts["new"].accepts] == ["mm"]
    assert {one.text.partition(":")[0] for one in faults} - {"tumour"} == {
        "concepts.new.kind", "concepts.new.en", "concepts.new.asked.0.system",
    }  # fmt: skip
    assert "new" in lost
    found, _, _ = remains('[[view]]\nreader = "a"\n[[view]]\nresource = "B"\nreader = "b"\nfact = 1', Views)
    assert [(one.reader, one.fact) for one in found.view] == [("a", ""), ("b", "")]


def test_of_what_cannot_be_mended_at_all_nothing_remains() -> None:
    assert remains("systems = 1\nconcepts = 2", Concepts).found is not None
    assert remains('view = [1, "x"]', Views).found.view == ()


def test_only_faults_that_name_what_was_lost_are_doubtful() -> None:
    told = [
        Fault("a", 1, "«x» cannot be «y»"),
        Fault("a", 2, "unknown concept «x»; did you mean «z»?"),
        Fault("a", 3, "unknown concept «z»"),
        Fault("a", 4, "«w» is none; did you mean «x»?"),
    ]
    assert [one.line for one in true_still(told, {"x", "z"}, {"z"})] == [2, 4]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("sites/*.toml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("wrong", [5, "x", [5], {"x": 5}], ids=str)
def test_whatever_stands_in_the_place_of_a_part_all_others_remain(path: Path, wrong: Any) -> None:
    table = tomllib.loads(path.read_text("utf-8"))
    whole = shaped(PATH, "", table, Site).found
    for name in table:
        found, _, _ = shaped(PATH, "", {**table, name: wrong}, Site)
        assert found is not None
        assert whole is not None
        assert found.model_dump(exclude={name}) == whole.model_dump(exclude={name})
