"""Persons: which names of a document's references are one person's, as far as its Patients tell.

https://hl7.org/fhir/R4/patient.html#links. A number that is a placeholder names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import DecodeError, Struct

from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.pointers import Identifier, Link, names_nobody, names_one
from natars_fhir.fhir.references import Scope


class _Patient(Struct, tag_field="resourceType", tag="Patient"):
    identifier: list[Identifier] = []
    link: list[Link] = []


_decode = msgspec.json.Decoder(_Patient).decode


class Persons:
    """The Patients of a document, found out once, when somebody first asks."""

    __slots__ = ("_entries", "_names", "_scope")

    def __init__(self, entries: Sequence[Entry], scope: Scope) -> None:
        self._entries, self._scope = entries, scope
        #: the key of a patient → all keys by which the document's Patients name the same
        self._names: dict[str, frozenset[str]] | None = None

    def same(self, one: str, other: str) -> bool | None:
        """Do these two keys name one person? None where nobody can tell: an id and a number that nothing ties
        together, ids of two servers, a placeholder."""
        if names_nobody(one) or names_nobody(other):
            return None
        if one == other:
            return True
        if self._names is None:
            self._names = self._look()
        names = self._names.get(one, frozenset({one})), self._names.get(other, frozenset({other}))
        if not names[0].isdisjoint(names[1]):
            return True
        return False if any(_form(a) == _form(b) for a in names[0] for b in names[1]) else None

    def _look(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for entry in self._entries:
            raw = bytes(entry.raw)
            if entry.deleted or b'"Patient"' not in raw:
                continue
            try:
                said = _decode(raw)
            except (DecodeError, UnicodeDecodeError, RecursionError):
                continue
            names = self._of(said, entry)
            for known in [found[name] for name in names if name in found]:
                names |= known
            found.update(dict.fromkeys(names, frozenset(names)))
        return found

    def _of(self, said: _Patient, entry: Entry) -> set[str]:
        """All by which a Patient may be named: its key, its numbers, and what it is linked to."""
        numbers = [one for one in said.identifier if one.system and one.value and names_one(one.value)]
        names = {self._scope.own(entry), *(f"Patient?identifier={one.system}|{one.value}" for one in numbers)}
        others = [link.other for link in said.link if link.other is not None]
        return names | {key for one in others if (key := self._scope.key(one, entry, "Patient")) is not None}


def _form(key: str) -> str:
    """Two keys of one form name two patients: both are ids of one server, or numbers of one system."""
    return key.partition("|")[0] if "?" in key else key.rpartition("/")[0]
