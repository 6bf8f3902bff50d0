"""What a browser loads is ours alone, is used, and has its licence."""

from __future__ import annotations

import re

import pytest

from natars_fhir.web.pages.static import FOLDER, address, files
from natars_fhir.web.pages.templates import FOLDER as TEMPLATES
from tests.web.pages.people import Reception

TABLE = (FOLDER / "README.md").read_text("utf-8")
#: Where files are loaded from: templates, and styles that name pictures.
USERS = "".join(path.read_text("utf-8") for path in (*TEMPLATES.glob("*.html"), *FOLDER.rglob("*.css")))


@pytest.mark.parametrize("name", files())
def test_a_file_is_used_and_has_its_licence_named(name: str) -> None:
    assert f"static('{name}')" in USERS or f"url({name.rpartition('/')[2]})" in USERS
    (row,) = [line for line in TABLE.splitlines() if f"`{name}`" in line]
    licences = re.findall(r"`(licenses/[\w.-]+)`", row)
    assert licences or "as this package" in row
    assert all((FOLDER / one).is_file() for one in licences)


def test_what_the_table_names_is_there_and_every_licence_is_somebodys() -> None:
    named = set(re.findall(r"`([\w./-]+\.\w+)`", TABLE))
    assert all((FOLDER / one).is_file() for one in named)
    assert {f"licenses/{path.name}" for path in (FOLDER / "licenses").iterdir()} <= named


def test_a_file_is_given_to_everybody_and_kept_until_it_changes(here: Reception) -> None:
    response = here.browser().get(address("pages.css"))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/css")
    assert "immutable" in response.headers["cache-control"]
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "name", ["nothing.css", "../pages/words.py", "%2e%2e/app.py", "README.md", "licenses/htmx.txt"]
)
def test_nothing_else_of_the_machine_is_given(here: Reception, name: str) -> None:
    assert here.browser().get(f"/pages/static/{name}").status_code == 404


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        address("nothing.js")
