"""Mappings in a freeze: whole, but for a hospital's people and servers."""

from __future__ import annotations

import tomllib

import pytest

from natars_fhir.service.freeze.mappings import LEFT_OUT, copied, narrowed
from tests.ward import FOLDER

COPIED = dict(copied(FOLDER))


def test_every_file_goes_along_and_all_but_the_sites_as_they_are() -> None:
    names = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.toml")}
    assert set(COPIED) == names
    assert all(COPIED[name] == (FOLDER / name).read_bytes() for name in names if not name.startswith("sites/"))


@pytest.mark.parametrize("name", [name for name in COPIED if name.startswith("sites/")])
def test_of_a_site_nobody_and_no_server_is_named(name: str) -> None:
    before, after = tomllib.loads((FOLDER / name).read_text("utf-8")), tomllib.loads(COPIED[name].decode())
    assert after == {key: value for key, value in before.items() if key not in LEFT_OUT}
    for delegate in before.get("delegation", ()):
        assert delegate["name"] not in COPIED[name].decode()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            'site = "x"\n[endpoint]\nurl = "u"\n[endpoint.more]\na = 1\n[units]\nb = "c"\n',
            'site = "x"\n[units]\nb = "c"\n',
        ),
        ('site = "x"\n[pull]\ngroup = "g"\n[pull.source]\nurl = "u"\n', 'site = "x"\n'),
        ('# of Dr. X\nsite = "x"\n', 'site = "x"\n'),
        ('site = "x"\nendpoint = { url = "u" }\n', ""),
        ('a = """\n# no comment\n"""\n', ""),
    ],
)
def test_what_cannot_be_told_apart_line_by_line_stays_away(text: str, left: str) -> None:
    assert narrowed(text) == left
