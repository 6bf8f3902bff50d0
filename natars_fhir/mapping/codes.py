"""Codes: what a coding means. Matching is by (system, code), never by display text.

Only a system declared hierarchical matches by a code's beginning, so that ``C48.000x001`` of a national extension is
found under ``C48.0``; the longest beginning wins for each concept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from natars_fhir.domain.record import Detail, Standing
from natars_fhir.mapping.ranges import holds
from natars_fhir.mapping.schema import Code, System

Meant = TypeVar("Meant")


class Meaning(NamedTuple):
    """A concept's value that a code says by itself."""

    concept: str
    value: str
    detail: Detail = ()
    standing: Standing = "final"


#: A FHIR code: no blank at an end, none doubled (https://hl7.org/fhir/R4/datatypes.html#code).
CODE = re.compile(r"[^\s]+( [^\s]+)*")

_MORPHOLOGY = re.compile(r"M?-?\s*(\d{4})0?/?([0-9])\d?")


def _icd_o_3(code: str) -> str:
    """``M88580/3``, ``88583``, ``8858/32`` → ``8858/3``; a topography code stays as ICD-10 writes it."""
    match = _MORPHOLOGY.fullmatch(code.strip().upper())
    return f"{match[1]}/{match[2]}" if match else _icd_10(code)


def _icd_10(code: str) -> str:
    """``c480`` and ``C48.0`` are one code."""
    plain = code.strip().upper().rstrip("†*+")
    return f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 and plain[3] != "." else plain


def _icd_9(code: str) -> str:
    """``5424`` and ``54.24`` are one code."""
    plain = code.strip()
    return f"{plain[:2]}.{plain[2:]}" if len(plain) > 2 and plain[2] != "." and plain[:2].isdigit() else plain


#: how the codes of a system are brought to one spelling
SPELLINGS: dict[str, Callable[[str], str]] = {
    "": str.strip,
    "icd-10": _icd_10,
    "icd-o-3": _icd_o_3,
    "icd-9-cm-3": _icd_9,
    "upper": lambda code: code.strip().upper(),
}


@dataclass(frozen=True, slots=True)
class Systems:
    """Code systems under every name that they go by."""

    by_name: Mapping[str, System]
    _short: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        short = {address: name for name, system in self.by_name.items() for address in (system.uri, *system.also)}
        object.__setattr__(self, "_short", short)

    def name(self, address: str) -> str:
        """Our short name of a system; the address itself where nobody declared it."""
        return self._short.get(address, address)

    def spelt(self, name: str, code: str) -> str:
        """*code* as its system spells it."""
        system = self.by_name.get(name)
        return SPELLINGS[system.spelling if system else ""](code)

    def spelling(self, name: str) -> str:
        """How the system brings its codes to one spelling; a row of `SPELLINGS`."""
        system = self.by_name.get(name)
        return system.spelling if system else ""

    def hierarchical(self, name: str) -> bool:
        """Is a code's beginning its parent?"""
        system = self.by_name.get(name)
        return system is not None and system.hierarchical


class Table(dict[tuple[str | None, str | None], tuple[Meant, ...]], Generic[Meant]):
    """(system as sent, code as sent) → what it means, worked out once for each coding and remembered.

    A plain dict look-up on the hot path; at most `_MOST` codings are remembered.
    """

    _MOST = 200_000

    def __init__(self, systems: Systems, rows: Iterable[tuple[Code, Meant]], key: Callable[[Meant], object]) -> None:
        super().__init__()
        self._systems, self._key = systems, key
        self._exact: dict[tuple[str, str], list[Meant]] = {}
        self._ranges: dict[str, list[tuple[Code, Meant]]] = {}
        #: what the table was made of
        self.rows = tuple(rows)
        for code, meant in self.rows:
            self._add(code, meant)

    def _add(self, code: Code, meant: Meant) -> None:
        if code.first or code.apart:
            self._ranges.setdefault(code.system, []).append((code, meant))
        else:
            self._exact.setdefault((code.system, self._systems.spelt(code.system, code.code)), []).append(meant)

    def __missing__(self, coding: tuple[str | None, str | None]) -> tuple[Meant, ...]:
        if len(self) > self._MOST:
            self.clear()
        found = self[coding] = self._look(*coding)
        return found

    def _look(self, system: str | None, code: str | None) -> tuple[Meant, ...]:
        if not code:
            return ()
        name = self._systems.name(system or "")
        spelt = self._systems.spelt(name, code)
        if not self._systems.hierarchical(name):
            return tuple(self._exact.get((name, spelt), ()))
        return self._longest(name, spelt)

    def _longest(self, name: str, code: str) -> tuple[Meant, ...]:
        """For each concept the meaning under the longest beginning of *code*, of a code before that of a range."""
        found: dict[object, Meant] = {}
        ranges = [(len(row.first or row.code), meant) for row, meant in self._ranges.get(name, ()) if _in(row, code)]
        for length in range(len(code), 0, -1):
            for meant in self._exact.get((name, code[:length]), ()):
                found.setdefault(self._key(meant), meant)
            for long, meant in ranges:
                if long == length:
                    found.setdefault(self._key(meant), meant)
        return tuple(found.values())


def _in(row: Code, code: str) -> bool:
    if any(code.startswith(apart) for apart in row.apart):
        return False
    return holds(row.first, row.last, code) if row.first else code.startswith(row.code)
