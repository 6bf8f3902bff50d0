"""Live: the mapping that counts now. Another takes its place only when it loads whole, and only when it is asked for.

A folder that is being edited changes nothing by itself: `natars-fhir mappings diff` shows what it would change, and a
hang-up signal makes it active. Where it has faults, the last good one stays, and all faults are told. What people
map at the desk stands over the folder as it was loaded (`service.remap.mapped`): a turn there never looks at it.
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
from natars_fhir.service.export.exporting import plan_of
from natars_fhir.service.ingest.intake import Intake, readers
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
    #: the folder without what stands over it, and the last turn of the desk that is in it
    plain: Mappings | None = None
    turn: int = 0

    def any_version(self, site: str) -> DocumentReader:
        """Reads what was kept of a site: the content tells its version."""
        found = next(iter(self.readers[site].values()))
        return DocumentReader(found.mapping)


def active(
    mappings: Mappings, settings: Settings, key: Key, sites: Collection[str], versions: Collection[Name],
    plain: Mappings | None = None, turn: int = 0,
) -> Active:  # fmt: skip
    """Everything that is made of *mappings*. Raises KeyError for a site without a file."""
    known = readers(mappings, sites, versions)
    base = settings.canonical_base
    after = settings.screen == "after"
    # processes on one file wait for each other; those on a server's database do not
    ahead = not after and settings.workers > 1 and settings.database.startswith("sqlite")
    intake = Intake(mappings.study, key, base, settings.most_entries, plan_of(mappings, base), after, ahead=ahead)
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
        plain or mappings,
        turn,
    )


class Live:
    """Holds what is active. ``faults`` are those of the last folder that could not take its place."""

    def __init__(
        self, make: Callable[[], Active], over: Callable[[Mappings], Active] | None = None,
        turn: Callable[[], int] = lambda: 0,
    ) -> None:  # fmt: skip
        """*make* loads the folder; *over* makes the same of a folder that is loaded, with the desk's last *turn*.
        Raises what *make* raises: without a first good mapping there is nothing to serve."""
        self._make, self._over, self._turn = make, over, turn
        self._lock, self._asked = Lock(), Event()
        self.active = make()
        self.faults: tuple[Fault, ...] = ()
        self._refused: int | None = None

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
            return self._put(self._make)

    def follow(self) -> bool:
        """Takes in what counts at the desk now; True where another mapping is active then. A turn that could not be
        taken in is not tried again."""
        last, over = self._turn(), self._over
        if over is None or last in (self.active.turn, self._refused):
            return False
        with self._lock:
            plain = self.active.plain or self.active.mappings
            changed = self._put(lambda: over(plain))
            self._refused = last if self.faults else None
            return changed

    def _put(self, make: Callable[[], Active]) -> bool:
        try:
            fresh = make()
        except MappingError as wrong:
            self.faults = wrong.faults
            return False
        except KeyError as wrong:
            self.faults = (Fault("sites", 0, f"a token's site has no file any more: {wrong}"),)
            return False
        before, now = self.active.mappings, fresh.mappings
        self.active, self.faults = fresh, ()
        return (before.hash, before.over) != (now.hash, now.over)
