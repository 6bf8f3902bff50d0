"""Scrub: free text without what could name somebody, each place marked with what stood there.

Two ways together: everything that the person's own resources say of names, numbers, addresses and telephones is looked
for as it stands (`said.naming`); and whatever looks like such a thing goes too (`looks`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from natars_fhir.export.looks import LOOKS

#: Shorter than this a name is looked for by its looks alone: single characters stand everywhere.
_SHORTEST = 2
_MARK = "[{}]"


def scrubber(known: Iterable[str]) -> Callable[[str], str]:
    """What takes names out of a text: those that are *known* of the person, and whatever looks like one."""
    said = {plain(one).strip() for one in known}
    names = sorted((one for one in said if len(one) >= _SHORTEST), key=lambda one: (-len(one), one))
    found = re.compile("|".join(_spaced(one) for one in names), re.IGNORECASE) if names else None

    def scrub(text: str) -> str:
        rest = plain(text)
        if found is not None:
            rest = found.sub(_MARK.format("name"), rest)
        for called, look in LOOKS:
            rest = look.sub(_MARK.format(called), rest)
        return rest

    return scrub


def plain(text: str) -> str:
    """In one spelling: full-width digits and letters as plain ones, and nothing that cannot be seen."""
    told = unicodedata.normalize("NFKC", text)
    return "".join(one for one in told if unicodedata.category(one) != "Cf")


def _spaced(name: str) -> str:
    """A name also where it is written with blanks or dots between its characters."""
    if name.isascii():
        return re.escape(name)
    return r"[\s·.]*".join(re.escape(one) for one in re.sub(r"[\s·.]", "", name))
