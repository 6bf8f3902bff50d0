"""Made with: the code, the libraries and the interpreter that decide what stands in a freeze."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import natars_fhir

#: Libraries that decide figures, or the bytes of a file.
LIBRARIES = (
    "dsjson", "lifelines", "matplotlib", "msgspec", "numpy", "odmlib", "pandas", "pyarrow", "scipy", "xlsxwriter",
)  # fmt: skip
_NOT_CODE = ("__pycache__", "default_mappings", "demo_fixtures")


@cache
def code() -> str:
    """The first 12 hex digits of SHA-256 over names and bytes of the package's own files."""
    folder, digest = Path(natars_fhir.__file__).parent, hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not {*place.parts} & {*_NOT_CODE}:
            digest.update(place.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def libraries() -> Mapping[str, str]:
    """Each with its version, empty where it is not installed; Python itself too."""
    return {"python": platform.python_version(), **{name: _version(name) for name in LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
