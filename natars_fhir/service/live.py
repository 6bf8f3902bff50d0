"""Live: the mapping that counts now. Another takes its place only when it loads whole, and only when it is asked for.

A folder that is being edited changes nothing by itself: `natars-fhir mappings diff` shows what it would change, and a
hang-up signal makes it active. Where it has faults, the last good one stays, and all faults are told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Event, Lock

from natars_fhir.emit.identity import Key
from natars_fhir.fhir.versions import Name
from natars_fhir.mapping.documents import DocumentReader
from natars_fhir.mapping.faults import Fault, MappingError
from natars_fhir.mapping.files import Mappings
from natars_fhir.mapping.heard.suggest import Suggester, suggester
from natars_fhir.mapping.terms.site_file import remarks
from natars_fhir.mapping.terms.translate import Terminology, source_of, terminology
from natars_fhir.service.exporting import plan_of
from natars_fhir.service.intake import Intake, readers
from natars_fhir.settings import Settings


@dataclass(frozen=True, slots=True)
class Active:
    """One loaded mappings folder, and everything that is made of it. Never changed: another is put in its place."""

    mappings: Mappings
    intake: Intake
    readers: Mapping[str, Mapping[Name, DocumentReader]]
    #: site → what is published for it
    terms: Callable[[str], Terminology]
    #: site → hints for what it sends and is not understood
    hints: Callable[[str], Suggester]

    def any_version(self, site: str) -> DocumentReader:
        """Reads what was kept of a site: the content tells its version."""
        found = next(iter(self.readers[site].values()))
        return DocumentReader(found.mapping)


def active(
    mappings: Mappings, settings: Settings, key: Key, sites: Collection[str], versions: Collection[Name]
) -> Active:
    """Everything that is made of *mappings*. Raises KeyError for a site without a file."""
    known = readers(mappings, sites, versions)
    base = settings.canonical_base
    intake = Intake(mappings.study, key, base, settings.most_entries, plan_of(mappings, base))
    files = {site: source_of(mappings, site) for site in known}  # as they were when the folder was loaded

    def hints(site: str) -> Suggester:
        mapping = next(iter(known[site].values())).mapping
        return suggester(mapping.lore, mapping.site, remarks(files[site]))

    return Active(
        mappings,
        intake,
        known,
        cache(lambda site: terminology(mappings, site, base, files[site])),
        cache(hints),
    )


class Live:
    """Holds what is active. ``faults`` are those of the last folder that could not take its place."""

    def __init__(self, make: Callable[[], Active]) -> None:
        """Raises what *make* raises: without a first good mapping there is nothing to serve."""
        self._make, self._lock, self._asked = make, Lock(), Event()
        self.active = make()
        self.faults: tuple[Fault, ...] = ()

    def ask(self) -> None:
        """The next round looks at the folder; safe in a signal handler."""
        self._asked.set()

    def asked(self) -> bool:
        """Was it asked since the last time? Asking is over with the answer."""
        if self._asked.is_set():
            self._asked.clear()
            return True
        return False

    def renew(self) -> bool:
        """Loads the folder again; True where another mapping is active now. Faults are kept and not raised."""
        with self._lock:
            try:
                fresh = self._make()
            except MappingError as wrong:
                self.faults = wrong.faults
                return False
            except KeyError as wrong:
                self.faults = (Fault("sites", 0, f"a token's site has no file any more: {wrong}"),)
                return False
            changed = fresh.mappings.hash != self.active.mappings.hash
            self.active, self.faults = fresh, ()
            return changed
