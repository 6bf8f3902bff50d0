"""Specimens of a document: of whom each was taken, by the entries beside it. https://hl7.org/fhir/R4/specimen.html

No view reads a Specimen, so that only its head is looked at, and only where a result that is read names one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import DecodeError, Struct

from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.pointers import Identifier, Link, Pointer
from natars_fhir.fhir.references import Scope


class _Specimen(Struct, tag_field="resourceType", tag="Specimen"):
    subject: Pointer | None = None


class _Patient(Struct, tag_field="resourceType", tag="Patient"):
    identifier: list[Identifier] = []
    link: list[Link] = []


_PERSON = re.compile(r"(?:^|/)Patient[/?]")
_decode = msgspec.json.Decoder(_Specimen | _Patient).decode


class Specimens:
    """The patients of a document's specimens, found out once, when they are first asked for."""

    __slots__ = ("_entries", "_names", "_scope", "_taken")

    def __init__(self, entries: Sequence[Entry], scope: Scope) -> None:
        self._entries, self._scope = entries, scope
        self._taken: dict[str, str] | None = None
        #: the key of a patient → all keys by which the document's Patients name the same
        self._names: dict[str, frozenset[str]] = {}

    def of_another(self, specimen: str, patient: str) -> bool:
        """Is the specimen under this key told to be of another patient? Two that may be one person are not another."""
        if self._taken is None:
            self._taken = dict(self._look())
        own = self._taken.get(specimen)
        if own is None or own == patient:
            return False
        names = self._names.get(own, frozenset({own})), self._names.get(patient, frozenset({patient}))
        return names[0].isdisjoint(names[1]) and any(_form(a) == _form(b) for a in names[0] for b in names[1])

    def _look(self) -> Iterator[tuple[str, str]]:
        for entry in self._entries:
            raw = bytes(entry.raw)
            if entry.deleted or not (b'"Specimen"' in raw or b'"Patient"' in raw):
                continue
            try:
                said = _decode(raw)
            except (DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if isinstance(said, _Patient):
                self._name(said, entry)
            elif said.subject is not None and not (said.subject.reference or "").startswith("#"):
                key = self._scope.key(said.subject, entry, "Patient")
                if key is not None and _PERSON.search(key):
                    yield self._scope.own(entry), key

    def _name(self, said: _Patient, entry: Entry) -> None:
        """All by which a Patient may be named: its key, its numbers, and what it is linked to."""
        numbers = [one for one in said.identifier if one.system and one.value]
        names = {self._scope.own(entry), *(f"Patient?identifier={one.system}|{one.value}" for one in numbers)}
        others = [link.other for link in said.link if link.other is not None]
        names |= {key for other in others if (key := self._scope.key(other, entry, "Patient")) is not None}
        for known in [self._names[name] for name in names if name in self._names]:
            names |= known
        self._names.update(dict.fromkeys(names, frozenset(names)))


def _form(key: str) -> str:
    """Two keys of one form name two patients: both are ids of one server, or numbers of one system."""
    return key.partition("|")[0] if "?" in key else key.rpartition("/")[0]


#: of a resource that stands alone
NONE = Specimens((), Scope())
