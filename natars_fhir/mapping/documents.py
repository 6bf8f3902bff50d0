"""A document's bytes, read by a site's mapping into readings: bundle, decode, key, views.

Bytes that are one resource cost one decode; only what that refuses is looked at as a Bundle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Raw

from natars_fhir.domain.identity import Version, version
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Source
from natars_fhir.fhir.bundle import Envelope, open_bundle
from natars_fhir.fhir.decode import Decoded, Decoder
from natars_fhir.fhir.entry import Entry
from natars_fhir.fhir.named_once import TWICE
from natars_fhir.fhir.pointers import names_one
from natars_fhir.fhir.r4.structs import Observation
from natars_fhir.fhir.r4_in_r5 import r4_of_bytes
from natars_fhir.fhir.references import Scope
from natars_fhir.fhir.second_look import readable_in
from natars_fhir.fhir.specimens import NONE, Specimens
from natars_fhir.fhir.versions import Name, detect
from natars_fhir.mapping.business_key import aliases
from natars_fhir.mapping.readers.elsewhere import Elsewhere
from natars_fhir.mapping.reading import NO_VERSION, ReadDocument, Reading
from natars_fhir.mapping.sink import Sink
from natars_fhir.mapping.site import SiteMapping
from natars_fhir.mapping.superseded import stage
from natars_fhir.mapping.whose import OF_SPECIMENS, UNSEEN, named, told_elsewhere, weigh

_WRAPPERS = ("Bundle", "Parameters")
_BOM = b"\xef\xbb\xbf"
#: Resources that share one memory of references.
_MEMORY = 50_000
#: What becomes of a Bundle among the entries of another.
_CLOSED = Issue(
    "warning",
    "not-supported",
    "Bundle",
    "A Bundle within a Bundle is not opened: what it holds is not read. Send its entries, or send it by itself.",
)
_UNSEEN = Issue("information", "incomplete", "Bundle", UNSEEN)
_WHICH = "Which resource is gone cannot be known by this: name its type and id, or its identifier."
_BY_IDENTIFIER = "A deletion by identifier takes back what came without an id: of others, name the type and the id."
#: a third of the time that a named tuple's own constructor takes
_new = tuple.__new__
#: (system, value) of identifiers
_Pairs = tuple[tuple[str, str], ...]


class DocumentReader:
    """Reads documents of one site. ``fhir_version`` settles the version; without it the content tells.

    R5 is what the R4 Structs refuse and its marks show; it is brought to R4 and then read (standards.md §1.4).
    With ``routed``, results that no criterion asks for are let go without being checked (`mapping.route`).
    """

    def __init__(self, mapping: SiteMapping, fhir_version: Name | None = None, *, routed: bool = False) -> None:
        self.mapping = mapping
        self.site = mapping.site.site
        self.version = fhir_version or (None if mapping.site.fhir == "R4" else mapping.site.fhir)
        self._decode = Decoder(mapping.kinds, self._second_look)
        self._patients: dict[str, str] = {}
        self._elsewhere = Elsewhere(mapping.lore)
        #: lets go what no criterion asks for; None where everything is decoded
        self.route = mapping.route if routed else None
        self._alone, self._left = Scope((), mapping.site.bases), _MEMORY

    def __call__(self, raw: bytes) -> ReadDocument:
        raw = raw.removeprefix(_BOM)
        reading = self.single(raw)
        return self.several(raw) if reading is None else ReadDocument("", (reading,))

    def several(self, raw: bytes) -> ReadDocument:
        """What the fast way does not read as one resource: a Bundle, a type that no view reads, or something wrong."""
        decoded = self._decode.look_again(raw)
        if decoded.resource is None and (decoded.kind in _WRAPPERS or not decoded.kind):
            return self.opened(open_bundle(raw))
        return ReadDocument("", (self._entry(Entry(None, "", raw), decoded, self._scope()),))

    def single(self, raw: bytes) -> Reading | None:
        """The reading of bytes that are one resource, where the fast way reads them, as of most lines of NDJSON."""
        if self.route is not None and (unasked := self.route(raw)) is not None:
            return unasked
        return self.asked(raw)

    def asked(self, raw: bytes) -> Reading | None:
        """The same of what routing did not let go."""
        resource = self._decode.fast(raw)
        if resource is None:
            return None
        of_r4 = self._of_r4(resource.__class__.__name__, raw) if self.version == "R5" else ()
        return self._read(resource, Entry(None, "", raw), self._scope(), of_r4)

    def _scope(self) -> Scope:
        """The scope of a resource that stands alone; shared, for it remembers references, but not for ever."""
        self._left -= 1
        if not self._left:
            self._alone, self._left = Scope((), self.mapping.site.bases), _MEMORY
            self._patients.clear()
        return self._alone

    def resources(self, raw: bytes) -> Iterator[tuple[Reading, Any]]:
        """Every resource of a document that can be read, with its reading: for those who want to see the source."""
        envelope = open_bundle(raw.removeprefix(_BOM))
        scope = Scope(envelope.entries, self.mapping.site.bases)
        for entry in envelope.entries:
            decoded = self._decode(entry.raw) if not entry.deleted else None
            if decoded is not None and decoded.resource is not None:
                yield self._read(decoded.resource, entry, scope, ()), decoded.resource

    def opened(self, envelope: Envelope) -> ReadDocument:
        """What an opened document says, entry by entry."""
        scope = Scope(envelope.entries, self.mapping.site.bases)
        taken = Specimens(envelope.entries, scope)
        readings = tuple(
            _deleted(entry, scope) if entry.deleted else self._entry(entry, self._decode(entry.raw), scope, taken)
            for entry in envelope.entries
        )
        system, value = envelope.identifier or ("", "")
        closed = [_CLOSED.within(one.place) for one in readings if one.fate == "let-go" and one.kind == "Bundle"]
        if taken.unseen:
            closed.append(_UNSEEN)
        return ReadDocument(
            envelope.type, readings, (*envelope.issues, *closed), f"{system}|{value}" if value else envelope.message
        )

    def _entry(self, entry: Entry, decoded: Decoded, scope: Scope, taken: Specimens = NONE) -> Reading:
        told = decoded.issues if decoded.let_go else (*decoded.issues, *self._of_r4(decoded.kind, entry.raw))
        issues = tuple(entry.seen(issue) for issue in told) if told else ()
        if decoded.resource is None:
            if decoded.let_go and decoded.kind in _WRAPPERS and not entry.place:  # it calls itself another thing too
                return Reading("", decoded.kind, "refused", issues=(TWICE,))
            return Reading("", decoded.kind, "let-go" if decoded.let_go else "refused", entry.place, issues=issues)
        return self._read(decoded.resource, entry, scope, issues, taken)

    def _read(
        self, resource: Any, entry: Entry, scope: Scope, issues: tuple[Issue, ...], taken: Specimens = NONE
    ) -> Reading:
        mapping, kind, ident = self.mapping, resource.__class__.__name__, resource.id
        place = entry.found_in if entry.index is None else entry.place
        addressed = entry.full_url or entry.url or not ident
        key = scope.own(entry, resource) if addressed else f"{kind}/{ident}"
        meta = resource.meta
        number, told = _told(meta.versionId, meta.lastUpdated) if meta is not None else ("", NO_VERSION)
        sink = Sink(_new(Source, (self.site, key, number, mapping.hash, ())), scope.key, entry)
        mapping.reads[kind](resource, sink)
        if resource.modifierExtension is not None or resource.implicitRules is not None or _modified_in_part(resource):
            _doubt(resource, sink)
        if kind in OF_SPECIMENS and (sink.facts or sink.issues) and told_elsewhere(resource):
            weigh(resource, sink, taken, self._elsewhere)
        facts, unmapped = tuple(sink.facts), tuple(sink.not_understood)
        if not (facts or sink.issues or issues) and kind != "Patient":
            return Reading(key, kind, "read", place, told, None, (), (), unmapped)
        subject = self._subject(resource, key, mapping.subjects[kind], sink)
        if subject is not None and scope.dangling(subject):
            sink.tell("not-found", f"{kind}.{mapping.subjects[kind]}.reference", _DANGLING)
        found = (*issues, *(entry.seen(issue) for issue in sink.issues)) if sink.issues else issues
        if kind == "Patient":
            joined, identifiers, gone = _person(resource, mapping.site.identifiers, scope, entry)
            return Reading(key, kind, "read", place, told, subject, facts, found, unmapped, joined, identifiers, gone)
        names = aliases(resource, facts) if facts else ()
        report = stage(resource, sink.key_of) if kind == "DiagnosticReport" and facts else None
        return Reading(key, kind, "read", place, told, subject, facts, found, unmapped, names, (), None, report)

    def _subject(self, resource: Any, key: str, about: str, sink: Sink) -> str | None:
        """The key of the patient whom a resource is about; of resources that stand alone each is looked up once."""
        reference = getattr(resource, about, None) if about else None
        text = reference.reference if reference is not None else None
        if text is None or sink.entry.index is not None:
            return _subject(resource, key, about, sink)
        found = self._patients.get(text)
        if found is None and (found := _subject(resource, key, about, sink)) is not None and not text.startswith("#"):
            self._patients[text] = found
        return found

    def _of_r4(self, kind: str, raw: bytes | Raw) -> tuple[Issue, ...]:
        """Of a document that is said to be R5: what of it is R4."""
        return tuple(r4_of_bytes(kind, bytes(raw))) if self.version == "R5" else ()

    def _second_look(self, raw: bytes) -> tuple[dict[str, Any] | None, list[Issue]]:
        """The walker; before it, what another version says in other words is brought to R4."""
        return readable_in(self.version or detect(raw) or "R4", raw)


@lru_cache(maxsize=4_096)
def _told(number: str | None, updated: str | None) -> tuple[str, Version]:
    """Remembered, so that the many facts of one version share its words."""
    return number or "", version(number, updated)


def _modified_in_part(resource: Any) -> bool:
    """Does a component carry a modifier that nobody here knows?"""
    if resource.__class__ is not Observation or resource.component is None:
        return False
    return any(part.modifierExtension is not None for part in resource.component)


def _doubt(resource: Any, sink: Sink) -> None:
    """A modifier may turn the meaning of a resource round, so its facts are shown and never decide.

    https://hl7.org/fhir/R4/extensibility.html#modifierExtension
    """
    sink.facts = [fact._replace(standing="hedged") for fact in sink.facts]
    place = f"{type(resource).__name__}.modifierExtension"
    sink.tell("extension", place, "A modifier that is not known: what the resource says is shown, and decides nothing.")


_DANGLING = "No entry of this document has this fullUrl: whose this is, is not known. Send the patient along."


def _deleted(entry: Entry, scope: Scope) -> Reading:
    """A resource that the sender says is gone; told, where it cannot be known which."""
    key, place = scope.key(entry.url or entry.full_url, entry), f"{entry.place.removesuffix('resource')}request.url"
    if key is None:
        return Reading("", "", "refused", entry.place, issues=(Issue("error", "not-supported", place, _WHICH),))
    by_identifier = (Issue("warning", "not-supported", place, _BY_IDENTIFIER),) if "?identifier=" in key else ()
    return Reading(key, re.split("[/?]", key)[0], "deleted", entry.place, issues=by_identifier)


def _subject(resource: Any, key: str, about: str, sink: Sink) -> str | None:
    """The key of the patient whom a resource is about; told, where it tells facts of nobody."""
    if not about:
        return None
    kind = type(resource).__name__
    if about == kind:
        return key
    reference = getattr(resource, about)
    found = named(resource, reference, sink) if reference is not None else None
    if found is None and sink.facts:
        sink.tell("required", f"{kind}.{about}", "No patient is named: what this says is told of nobody.", "error")
    return found


def _person(
    resource: Any, systems: tuple[str, ...], scope: Scope, entry: Entry
) -> tuple[tuple[str, ...], _Pairs, str | None]:
    """Of a Patient: all keys that name the same person, its identifiers, and who took its place."""
    many = resource.identifier or ()
    told = [(i.system, i.value) for i in many if i.system and i.value]
    current = {(i.system, i.value) for i in many if i.use not in ("old", "temp")}
    names = [
        f"Patient?identifier={pair[0]}|{pair[1]}"
        for pair in told
        if (not systems or pair[0] in systems) and pair in current and names_one(pair[1])
    ]
    if len(told) > 1:
        told.sort(key=lambda pair: (systems.index(pair[0]) if pair[0] in systems else len(systems), pair))
    if resource.link is None:
        return tuple(names), tuple(told), None
    links = [(link.type, scope.key(link.other, entry, "Patient")) for link in resource.link]
    names += [other for _, other in links if other]
    gone = next((other for kind, other in links if kind == "replaced-by" and other), None)
    return tuple(names), tuple(told), gone
