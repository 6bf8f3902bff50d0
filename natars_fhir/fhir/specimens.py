"""What the other entries of a document say of a result: of whom its specimen was taken, when and where.

No view reads a Specimen, so that only its head is looked at, and only where a result that is read names one.
https://hl7.org/fhir/R4/specimen.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import DecodeError, Raw, Struct

from natars_fhir.domain.interval import days
from natars_fhir.fhir.entry import NOTHING, Entry
from natars_fhir.fhir.persons import Persons
from natars_fhir.fhir.pointers import Pointer
from natars_fhir.fhir.references import Scope


class Coding(Struct):
    """A Coding, as far as it is looked at here."""

    system: str | None = None
    code: str | None = None


class Place(Struct):
    """A body site: a CodeableConcept, or R5's CodeableReference around one."""

    coding: list[Coding] = []
    text: str | None = None
    concept: Place | None = None


class Taken(Struct, frozen=True):
    """What is said of one specimen, or of a result that another is made of."""

    #: the keys of the patients whom its entries name
    patients: tuple[str, ...] = ()
    #: the day of its collection, as it was written; empty where it is not told, or told in two ways
    collected: str = ""
    site: Place | None = None


class _Head(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    status: str = ""
    subject: Pointer | None = None
    parent: list[Pointer] = []
    collection: Raw = NOTHING


class _Period(Struct):
    start: str | None = None
    end: str | None = None


class _Collection(Struct):
    collectedDateTime: str | None = None  # noqa: N815 (FHIR's name)
    collectedPeriod: _Period | None = None  # noqa: N815 (FHIR's name)
    bodySite: Place | None = None  # noqa: N815 (FHIR's name)


_PERSON = re.compile(r"(?:^|/)Patient[/?]")
_head = msgspec.json.Decoder(_Head).decode
_collection = msgspec.json.Decoder(_Collection).decode


class Specimens:
    """The specimens of a document, and its patients; each found out once, when somebody first asks."""

    __slots__ = ("_entries", "_scope", "_taken", "persons", "unseen")

    def __init__(self, entries: Sequence[Entry], scope: Scope) -> None:
        self._entries, self._scope, self.persons = entries, scope, Persons(entries, scope)
        self._taken: dict[str, dict[str, Taken]] = {}
        #: specimens that results of tissue name, and that the document does not hold
        self.unseen: set[str] = set()

    def of(self, key: str, kind: str = "Specimen") -> Taken | None:
        """What the document says of the resource of this *kind* under this key; None where it has none."""
        if kind not in self._taken:
            self._taken[kind] = self._look(kind)
        return self._taken[kind].get(key)

    def of_another(self, key: str, patient: str, kind: str = "Specimen") -> bool:
        """Is it told to be of another patient? Two that may be one person are not another."""
        taken = self.of(key, kind)
        return taken is not None and any(self.persons.same(one, patient) is False for one in taken.patients)

    def kind(self, key: str) -> str:
        """The type of what a key names; empty for a urn that no entry explains."""
        if key.startswith("urn:"):
            return self._scope.kind(key)
        head, asked, _ = key.partition("?")
        parts = head.split("/")
        return parts[-1] if asked else parts[-2] if len(parts) > 1 else ""

    def _look(self, kind: str) -> dict[str, Taken]:
        found: dict[str, Taken] = {}
        parents: dict[str, set[str]] = {}
        word = f'"{kind}"'.encode()
        for entry in self._entries:
            raw = bytes(entry.raw)
            if entry.deleted or word not in raw:
                continue
            try:
                said = _head(raw)
            except (DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if said.resourceType != kind or said.status == "entered-in-error":
                continue
            key = self._scope.own(entry)
            found[key] = _joined(found.get(key), self._one(said, entry))
            parents.setdefault(key, set()).update(
                one for parent in said.parent if (one := self._scope.key(parent, entry, kind)) is not None
            )
        return {key: _inherited(key, found, parents) for key in found}

    def _one(self, said: _Head, entry: Entry) -> Taken:
        subject, site, collected = said.subject, None, ""
        key = None
        if subject is not None and not (subject.reference or "").startswith("#"):
            key = self._scope.key(subject, entry, "Patient")
        try:
            told = _collection(said.collection) if said.collection is not NOTHING else _Collection()
            site, period = told.bodySite, told.collectedPeriod or _Period()
            collected = told.collectedDateTime or period.end or period.start or ""
        except (DecodeError, UnicodeDecodeError, RecursionError):
            pass
        return Taken((key,) if key and _PERSON.search(key) else (), collected if _dated(collected) else "", site)


def _joined(known: Taken | None, news: Taken) -> Taken:
    """Two entries of one specimen: all patients that they name, and what they agree upon."""
    if known is None:
        return news
    collected = known.collected if known.collected == news.collected else ""
    return Taken((*known.patients, *news.patients), collected, news.site or known.site)


def _inherited(key: str, found: dict[str, Taken], parents: dict[str, set[str]]) -> Taken:
    """A block, or a slide, is of whom the specimen is that it was made of; so are its day and its site."""
    own, seen, waiting = found[key], {key}, [*parents.get(key, ())]
    while waiting:
        if (parent := waiting.pop()) in seen or parent not in found:
            continue
        seen.add(parent)
        before = found[parent]
        own = Taken((*own.patients, *before.patients), before.collected or own.collected, own.site or before.site)
        waiting += parents.get(parent, ())
    return own


def _dated(text: str) -> bool:
    try:
        return bool(text) and days(text).low is not None
    except ValueError:
        return False


#: of a resource that stands alone
NONE = Specimens((), Scope())
