"""Names: under which keys a document's resources are known and whose they are, told by a header instead of a reading.

What this says holds at least what a reading would: who searches a hospital finds with it all that belongs together.
https://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import DecodeError, Struct

from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.pointers import Identifier, Link, Pointer, names_one
from natars_fhir.fhir.references import Scope
from natars_fhir.mapping.site import SiteMapping

_WRAPPERS = ("Bundle", "Parameters")
_START = b'{"resourceType":"'
#: Documents that share one memory of references.
_MEMORY = 50_000


class Named(NamedTuple):
    """The names of one resource."""

    #: its own keys: its id, its business identifiers
    own: tuple[str, ...]
    #: the patients that it is about; of a Patient all names of the person
    about: tuple[str, ...]
    #: the Medication that it refers to
    needs: tuple[str, ...] = ()
    person: bool = False


class _Contained(Struct):
    id: str | None = None
    identifier: list[Identifier] | Identifier | None = None


class _Concerned(Struct):
    """What R5 calls a CodeableReference."""

    reference: Pointer | str | None = None


class _Header(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    id: str | None = None
    identifier: list[Identifier] | Identifier | None = None
    subject: Pointer | None = None
    patient: Pointer | None = None
    individual: Pointer | None = None
    medicationReference: Pointer | None = None  # noqa: N815 (FHIR's name)
    medication: _Concerned | None = None


class _Person(Struct):
    identifier: list[Identifier] | None = None
    link: list[Link] | None = None


class _Inner(Struct):
    contained: list[_Contained] | None = None


_header = msgspec.json.Decoder(_Header).decode
_person = msgspec.json.Decoder(_Person).decode
_inner = msgspec.json.Decoder(_Inner).decode


class UnreadableError(Exception):
    """A document whose names cannot be told."""


class Names:
    """Tells the names of the resources that some view of a site reads."""

    def __init__(self, mapping: SiteMapping) -> None:
        self._kinds = mapping.kinds
        self._skipped = frozenset(kind.encode() for kind in mapping.kinds | {*_WRAPPERS})
        self._systems, self._bases = mapping.site.identifiers, mapping.site.bases
        self._alone, self._left = Scope((), self._bases), _MEMORY
        #: a reference, of a resource that stands alone → whom it is about
        self._met: dict[str, tuple[str, ...]] = {}

    def __call__(self, raw: bytes) -> list[Named]:
        """The names in a document. Raises UnreadableError."""
        if raw.startswith(_START) and (kind := raw[17 : raw.find(b'"', 17)]) not in self._skipped and b"\\" not in kind:
            return []
        try:
            said = _header(raw)
        except (DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            raise UnreadableError from wrong
        if said.resourceType in self._kinds:
            return [self._alike(said) or self._by_itself(said, raw)]
        return self._entries(raw) if said.resourceType in _WRAPPERS or not said.resourceType else []

    def _scope(self) -> Scope:
        """The scope of a resource that stands alone; it remembers references, but not for ever."""
        self._left -= 1
        if not self._left:
            self._alone, self._left = Scope((), self._bases), _MEMORY
            self._met.clear()
        return self._alone

    def _alike(self, said: _Header) -> Named | None:
        """The names of a resource as most are, about somebody whom another was about; None of any other."""
        told = _subject_alone(said) if said.id else None
        about = self._met.get(told) if told else None
        return None if about is None else Named((f"{said.resourceType}/{said.id}",), about)

    def _by_itself(self, said: _Header, raw: bytes) -> Named:
        found = self._named(said, Entry(None, "", raw), self._scope())
        if told := _subject_alone(said):
            self._met[told] = found.about
        return found

    def _entries(self, raw: bytes) -> list[Named]:
        envelope = open_bundle(raw)
        scope = Scope(envelope.entries, self._bases)
        return [one for entry in envelope.entries if (one := self._entry(entry, scope)) is not None]

    def _entry(self, entry: Entry, scope: Scope) -> Named | None:
        if entry.deleted:
            key = scope.key(entry.url or entry.full_url, entry)
            return Named((key,), (key,) if key.startswith("Patient") else ()) if key else None
        try:
            said = _header(entry.raw)
        except (DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            raise UnreadableError from wrong
        return self._named(said, entry, scope) if said.resourceType in self._kinds else None

    def _named(self, said: _Header, entry: Entry, scope: Scope) -> Named:
        kind = said.resourceType
        alone = entry.index is None and said.id
        key = f"{kind}/{said.id}" if alone else scope.own(entry)
        own = (key,) if said.identifier is None else (key, *_identified(kind, said.identifier))
        if kind == "Patient":
            return Named(own, (key, *self._aliases(entry, scope)), (), person=True)
        about = tuple(self._about(said, entry, scope))
        drug = said.medicationReference or (said.medication.reference if said.medication is not None else None)
        needs = scope.key(drug, entry, "Medication") if drug is not None else None
        return Named(own, about, (needs,) if needs else ())

    def _about(self, said: _Header, entry: Entry, scope: Scope) -> Iterator[str]:
        for reference in (said.subject, said.patient, said.individual):
            if reference is None:
                continue
            if reference.reference and reference.reference.startswith("#"):
                yield from _within(entry, reference.reference[1:])
            # one without a number, or that nothing contains, goes by the name of what holds it
            if (key := scope.key(reference, entry, "Patient")) is not None:
                yield key

    def _aliases(self, entry: Entry, scope: Scope) -> Iterator[str]:
        """The names by which a Patient joins others: its identifiers, unless they name nobody, and its links."""
        try:
            said = _person(entry.raw)
        except (DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            raise UnreadableError from wrong
        for one in said.identifier or ():
            if one.system and one.value and names_one(one.value) and (not self._systems or one.system in self._systems):
                yield f"Patient?identifier={one.system}|{one.value}"
        for link in said.link or ():
            if link.other is not None and (key := scope.key(link.other, entry, "Patient")) is not None:
                yield key


def _subject_alone(said: _Header) -> str | None:
    """The reference to the subject where that, and it outside of the resource, is all that it tells of others, and its
    id is its only name. What such a reference means depends on nothing else."""
    subject = said.subject
    if subject is None or subject.type is not None or subject.identifier is not None or said.resourceType == "Patient":
        return None
    if said.identifier is not None or said.patient is not None or said.individual is not None:
        return None
    if said.medicationReference is not None or said.medication is not None:
        return None
    told = subject.reference
    return None if not told or told.startswith("#") else told


def _within(entry: Entry, ident: str) -> Iterator[str]:
    """The business identifiers of a contained Patient."""
    try:
        said = _inner(entry.raw)
    except (DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise UnreadableError from wrong
    for one in said.contained or ():
        if one.id == ident:
            yield from _identified("Patient", one.identifier)


def _identified(kind: str, identifiers: Any) -> Iterator[str]:
    several: Iterable[Identifier] = identifiers if isinstance(identifiers, list) else (identifiers,)
    for one in several if identifiers is not None else ():
        if one.system and one.value:
            yield f"{kind}?identifier={one.system}|{one.value}"
