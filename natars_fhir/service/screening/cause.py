"""Cause: what brings a screening about, and when that came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from natars_fhir.store.due import Owed


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought a screening about: the resource versions that touched the person, the act that brought them, and
    when they came, where that was before."""

    versions: tuple[int, ...]
    act: str
    came: datetime | None = None


#: Name → the resource versions that touched it.
Causes = Mapping[str, Iterable[int]]


def cause(
    names: Collection[str], causes: Causes, owed: Iterable[Owed] = (), along: Causes | None = None
) -> tuple[int, ...]:
    """What touched the person, now and while it was due (*owed*); else, where only names were joined or parted,
    everything that came *along*: with each name; unless that is told, all there is."""
    own = {seq for name in names for seq in causes.get(name, ())}
    own |= {seq for one in owed if one.name in names for seq in one.cause}
    if own:
        return tuple(sorted(own))
    came = causes.values() if along is None else [along.get(name, ()) for name in names]
    return tuple(sorted({seq for seqs in came for seq in seqs}))


def came(names: Collection[str], causes: Mapping[str, Iterable[int]], owed: Iterable[Owed]) -> datetime | None:
    """When the last came of what a person is due for; None where something touches them now."""
    return None if causes.keys() & names else max((one.since for one in owed if one.name in names), default=None)
