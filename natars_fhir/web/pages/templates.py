"""Templates: HTML by Jinja2, everything escaped, a name that is not there an error. https://jinja.palletsprojects.com"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from natars_fhir.web.pages.shown import day, moment, visible, written

FOLDER: Final = Path(__file__).parents[1] / "templates"


@cache
def environment() -> Environment:
    """What makes the templates, once for a process."""
    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"moment": moment, "day": day, "visible": visible, "written": written}
    return made


def template(name: str) -> Template:
    """The template of this name."""
    return environment().get_template(name)
