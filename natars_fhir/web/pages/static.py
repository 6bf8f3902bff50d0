"""Static: the files that pages load, from here alone. Their addresses change with their bytes: they are kept long."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from natars_fhir.web.needs import needs
from natars_fhir.web.pages.registry import ROOT
from natars_fhir.web.respond import error

FOLDER: Final = Path(__file__).parents[1] / "static"
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png"}
)
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


@cache
def files() -> Mapping[str, str]:
    """The files that are served → a digest of each."""
    found = sorted(path for path in FOLDER.rglob("*") if path.suffix in _TYPES)
    told = {path.relative_to(FOLDER).as_posix(): sha256(path.read_bytes()).hexdigest()[:16] for path in found}
    return MappingProxyType(told)


def address(name: str) -> str:
    """The address of a file. Raises KeyError for one that is not served."""
    return f"{ROOT}/static/{name}?v={files()[name]}"


def add_static(router: APIRouter) -> None:
    """Adds the files' route."""

    async def given(name: str) -> Response:
        if name not in files():
            return error(404)
        return FileResponse(FOLDER / name, headers=_KEPT, media_type=_TYPES[Path(name).suffix])

    path, anybody = f"{ROOT}/static/{{name:path}}", needs("anybody")
    router.add_api_route(path, given, methods=["GET"], response_model=None, dependencies=anybody)
