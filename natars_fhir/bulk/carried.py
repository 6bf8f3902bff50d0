"""Carried: the mappings' files as they go with the work to machines that have none, or others."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from natars_fhir import __version__
from natars_fhir.bulk.recipe import Kitchen, Recipe, kitchen


class OtherVersionError(Exception):
    """A worker has another version of this program: its answers could be others."""


class Carried(Struct, frozen=True):
    """A recipe and all that it takes to follow it; ``files`` are the mappings, by their place in the folder."""

    recipe: Recipe
    files: tuple[tuple[str, bytes], ...]
    version: str = __version__


def carried(recipe: Recipe) -> Carried:
    """The recipe with the files of its mappings' folder."""
    folder = Path(recipe.mappings)
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix == ".toml")
    return Carried(recipe, tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in found))


@lru_cache(maxsize=1)
def unpacked(one: Carried) -> Kitchen:
    """The reader and the study, made once in a process. Raises OtherVersionError and `recipe.ChangedError`."""
    if one.version != __version__:
        raise OtherVersionError(f"a worker has natars-fhir {__version__}, and {one.version} sent the work")
    with TemporaryDirectory(prefix="natars-") as folder:
        for name, held in one.files:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(held)
        return kitchen(replace(one.recipe, mappings=folder))
