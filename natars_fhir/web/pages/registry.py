"""The pages: what each is called, where it is, and what one must be allowed to see it. The navigation is made of it.

Who logs in starts at the first page that they may see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from natars_fhir.service.access.roles import May
from natars_fhir.web.pages.words import msg

ROOT: Final = "/pages"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its address below `/pages`, what is needed (web/needs.py), and its name."""

    path: str
    may: May
    title: str
    #: is it for people of a site alone, who see their own?
    of_site: bool = False


PAGES: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "worklist": Entry("/worklist", "worklist", msg("Worklist"), of_site=True),
        "trial": Entry("/trial", "figures", msg("Trial")),
        "feeds": Entry("/feeds", "quarantine", msg("Feeds")),
        "mapping": Entry("/mapping", "gaps", msg("Mapping desk"), of_site=True),
        "people": Entry("/people", "people", msg("People")),
        "home": Entry("/home", "known", msg("Overview")),
        "account": Entry("/account", "known", msg("My account")),
    }
)
#: Where nobody starts who may see anything else.
_NEVER_FIRST = frozenset({"mapping", "people", "account"})


def seen(may: Collection[May]) -> dict[str, Entry]:
    """The pages that somebody sees, in their order."""
    return {name: entry for name, entry in PAGES.items() if entry.may in may}


def start(may: Collection[May]) -> str:
    """The address at which somebody starts."""
    return ROOT + next(entry.path for name, entry in seen(may).items() if name not in _NEVER_FIRST)
