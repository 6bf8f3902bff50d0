"""Libraries of the extras: imported where they are used, and said in one sentence where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class ExtraError(Exception):
    """A library of an extra is not installed."""


def library(name: str, *, what: str, extra: str) -> Any:
    """The module *name*. Raises ExtraError: *what* needs the *extra*."""
    try:
        return import_module(name)
    except ModuleNotFoundError as absent:
        text = f"{what} need the extra `{extra}` ({name.partition('.')[0]}), which is not installed"
        raise ExtraError(text) from absent
