"""Overlay: lines that people of a site mapped at the desk; they stand over those of its file, and say what lines of
``[codes.…]``, ``[units]``, ``[texts]`` and ``[answers.…]`` say there. mappings/README.md
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import Field, ValidationError

from natars_fhir.mapping.faults import Fault, MappingError, line_at
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.schema import LocalCode, Shape, Site
from natars_fhir.mapping.site_checks import lines_faults, words_faults

#: A longer one is no work of a desk: it belongs into the file.
MOST_CHARACTERS = 1_000_000


class Overlay(Shape):
    """What such a text may hold, and nothing else of a site's file."""

    codes: dict[str, dict[str, str | LocalCode]] = Field(default_factory=dict)
    units: dict[str, str] = Field(default_factory=dict)
    texts: dict[str, str] = Field(default_factory=dict)
    answers: dict[str, dict[str, str]] = Field(default_factory=dict)


def overlaid(mappings: Mappings, texts: Mapping[str, str]) -> Mappings:
    """The folder with these lines over it: site → text; a site without a file any more is left out.

    Raises MappingError with every fault, by site and line.
    """
    told = {site: text for site, text in sorted(texts.items()) if text.strip() and site in mappings.sites}
    if not told and not mappings.over:
        return mappings
    faults: list[Fault] = []
    sites = dict(mappings.sites)
    for site, text in told.items():
        found = _parsed(site, text, faults)
        if found is not None:
            sites[site] = _over(mappings.sites[site], found)
            faults += lines_faults(_named(site), text, sites[site], mappings.concepts, mappings.drugs)
            faults += words_faults(
                _named(site), text, sites[site], mappings.concepts, mappings.drugs, mappings.words.characters
            )
    if faults:
        raise MappingError(faults)
    return replace(mappings, sites=sites, over=told)


def _named(site: str) -> str:
    """How faults call the text."""
    return f"mapping desk of {site}"


def _parsed(site: str, text: str, faults: list[Fault]) -> Overlay | None:
    try:
        return Overlay.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as wrong:
        faults.append(Fault(_named(site), 0, f"is not TOML: {wrong}"))
    except ValidationError as wrong:
        faults += _shape(site, text, wrong)
    return None


def _shape(site: str, text: str, wrong: ValidationError) -> Iterator[Fault]:
    for one in wrong.errors():
        place = ".".join(map(str, one["loc"]))
        yield Fault(_named(site), line_at(text, *one["loc"]), f"{place}: {one['msg']}")


def _over(site: Site, found: Overlay) -> Site:
    codes = {table: {**site.codes.get(table, {}), **rows} for table, rows in found.codes.items()}
    answers = {name: {**site.answers.get(name, {}), **rows} for name, rows in found.answers.items()}
    tables = {"codes": {**site.codes, **codes}, "answers": {**site.answers, **answers}}
    more = {"units": {**site.units, **found.units}, "texts": {**site.texts, **found.texts}}
    return site.model_copy(update={**tables, **more})
