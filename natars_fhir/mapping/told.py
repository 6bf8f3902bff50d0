"""Told: what a reader makes of one value, before it becomes a fact of somebody at some time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from natars_fhir.domain.record import Detail, Standing, Value


class Told(NamedTuple):
    """A concept's value with what qualifies it; ``span`` where it was read from a text."""

    concept: str
    value: Value
    detail: Detail = ()
    standing: Standing = "final"
    span: tuple[int, int] | None = None


#: Reads one value of a concept: (the value, the concept, the resource or part it stands in) → what it says.
#: Nothing told means "not understood": the caller says so.
ReadValue = Callable[[Any, str, Any], tuple[Told, ...]]

NOTHING: tuple[Told, ...] = ()


@lru_cache(maxsize=4_096)
def plain(concept: str, word: str) -> tuple[Told, ...]:
    """One of a concept's words, and nothing that qualifies it: the same few are told again and again."""
    return (Told(concept, word),)
