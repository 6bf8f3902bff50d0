"""Mappings in a freeze: every file as it was used. Of a site's file what decides nothing of the data is left out:
its servers, whom they tell, who gets mail, who may sign (people of the site), and comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from natars_fhir.mapping.files import Mappings

#: Tables of a site's file that name its people and its servers.
LEFT_OUT = ("endpoint", "pull", "subscriptions", "digest", "delegation")

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)")
_COMMENT = re.compile(r"\s*#")


def copied(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Path within the folder, and what of the file goes along, in the order of the paths."""
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        yield name, narrowed(content.decode()).encode() if name.startswith("sites/") else content


def used(mappings: Mappings) -> Iterator[tuple[str, bytes]]:
    """The folder's files, and then the lines that counted at the sites' mapping desks."""
    yield from copied(mappings.folder)
    for site, text in sorted(mappings.over.items()):
        yield f"desk/{site}.toml", narrowed(text).encode()


def narrowed(text: str) -> str:
    """A site's file without its people and servers; nothing of it where that cannot be done line by line."""
    kept, leaving = [], False
    for line in text.splitlines(keepends=True):
        if header := _HEADER.match(line):
            leaving = header[1] in LEFT_OUT
        if not leaving and not _COMMENT.match(line):
            kept.append(line)
    made = "".join(kept)
    whole = {name: value for name, value in tomllib.loads(text).items() if name not in LEFT_OUT}
    try:
        return made if tomllib.loads(made) == whole else ""
    except tomllib.TOMLDecodeError:
        return ""
