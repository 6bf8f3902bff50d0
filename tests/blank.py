"""Empty stores, copied: to make one's tables takes ten times as long as to open it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from natars_fhir.store.engine import open_store


def blank(folder: Path) -> str:
    """The address of the SQLite store of *folder*; an empty one where there is none yet."""
    path = folder / "store.sqlite"
    if folder.is_dir() and not path.exists():
        shutil.copy(_made(), path)
    return f"sqlite:///{path}"


@cache
def _made() -> Path:
    """One that was made as every store is, once for all tests of this process."""
    folder = Path(tempfile.mkdtemp(prefix="natars-blank-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_store(f"sqlite:///{folder}/store.sqlite").close()
    return folder / "store.sqlite"
