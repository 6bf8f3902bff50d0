"""Recipe: how documents are read and patients screened, as plain values that any process can make its own reader of."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from natars_fhir import __version__
from natars_fhir.domain.study import Study
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.files import load
from natars_fhir.mapping.site import compiled


class Recipe(Struct, frozen=True):
    """What a process must know: the mappings' folder and their hash, the trial, the site, the version, the day."""

    mappings: str
    hash: str
    trial: str
    site: str
    as_of: date
    fhir_version: Name | None = None
    routed: bool = False

    @property
    def reading(self) -> str:
        """What the readings of a document depend on: not the day."""
        said = (__version__, self.hash, self.trial, self.site, self.fhir_version, self.routed)
        return sha256(repr(said).encode()).hexdigest()


class Kitchen(NamedTuple):
    """What a recipe is followed with."""

    reader: DocumentReader
    study: Study


class ChangedError(Exception):
    """The mappings are others than those that the run began with."""


_KITCHENS: dict[Recipe, Kitchen] = {}


def kitchen(recipe: Recipe) -> Kitchen:
    """The reader and the study, made once in a process. Raises ChangedError."""
    if (found := _KITCHENS.get(recipe)) is None:
        mappings = load(Path(recipe.mappings), recipe.trial)
        if mappings.hash != recipe.hash:
            raise ChangedError
        reader = DocumentReader(compiled(mappings, recipe.site), recipe.fhir_version, routed=recipe.routed)
        found = provide(recipe, Kitchen(reader, mappings.study))
    return found


def provide(recipe: Recipe, made: Kitchen) -> Kitchen:
    """Keeps what this process has made already, for itself and for those that it forks; that of one recipe alone."""
    _KITCHENS.clear()
    _KITCHENS[recipe] = made
    return made
