"""What needs a library of an extra skips where it is not there. It is looked for, and not imported: every worker
collects every module, and few run it; lifelines alone takes a second and more."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def needed(extra: str, *libraries: str) -> None:
    """Skips the module where one of *libraries* is not installed."""
    if not all(map(find_spec, libraries)):
        pytest.skip(f"the extra `{extra}` is not installed", allow_module_level=True)
