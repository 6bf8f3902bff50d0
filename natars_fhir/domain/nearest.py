"""A name that nobody knows, told with the nearest that somebody does."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches


def unknown(name: str, known: Collection[str], what: str) -> str:
    """``key lenght is not known; did you mean length?``"""
    near = get_close_matches(name, list(known), n=1)
    return f"{what} {name} is not known" + (f"; did you mean {near[0]}?" if near else "")
