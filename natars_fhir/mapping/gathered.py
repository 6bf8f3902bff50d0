"""Gathered: the readings of one site, kept so that each resource counts in its newest version and patients are whole.

Where many documents tell of one patient, and in any order, this is what makes the order not matter: a later version
replaces an earlier one, the same resource under a business identifier is the same, and patients join by identifier.
What a Patient said of its person counts as long as no newer version says otherwise: who was joined by mistake parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from natars_fhir.domain.identity import Patients, Version
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.record import Fact, Patient
from natars_fhir.mapping.reading import Reading
from natars_fhir.mapping.superseded import current

#: Kinds that are kept though they tell no fact: others refer to them.
ALWAYS_KEPT = ("Patient", "Medication")

#: Of a resource that told nothing only its version is kept, under a number, and only where it can replace another.
Empty = dict[int, Version]


class Held(Protocol):
    """Where readings are kept: a dict in memory, or a file when they are many."""

    def get(self, key: str) -> Reading | None: ...
    def put(self, key: str, reading: Reading) -> None: ...
    def drop(self, key: str) -> None: ...
    def by_patient(self, patients: Patients) -> Iterator[tuple[str, list[Reading]]]: ...


class InMemory:
    """Readings in a dict."""

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {}

    def get(self, key: str) -> Reading | None:
        """The reading under *key*."""
        return self._readings.get(key)

    def put(self, key: str, reading: Reading) -> None:
        """Keeps a reading."""
        self._readings[key] = reading

    def drop(self, key: str) -> None:
        """Forgets a reading."""
        self._readings.pop(key, None)

    def by_patient(self, patients: Patients) -> Iterator[tuple[str, list[Reading]]]:
        """The readings of each patient, patients in the order of their keys."""
        grouped: dict[str, list[Reading]] = {}
        for reading in self._readings.values():
            if reading.subject is not None:
                grouped.setdefault(patients.one(reading.subject), []).append(reading)
        for key in sorted(grouped):
            yield key, grouped[key]


class Gathered:
    """All readings of one site."""

    def __init__(self, site: str, held: Held | None = None) -> None:
        self.site = site
        self._patients = Patients()
        #: Patient → the names that its newest version says its person goes by; and what is known from elsewhere
        self._named: dict[str, tuple[str, ...]] = {}
        self._known: list[tuple[str, tuple[str, ...]]] = []
        #: are persons joined by what no newest version says?
        self._stale = False
        self._held: Held = InMemory() if held is None else held
        self._alias: dict[int, str] = {}
        #: other ids of a resource → the key under which it came first
        self._moved: dict[str, str] = {}
        self._empty: Empty = {}

    @property
    def patients(self) -> Patients:
        """Which names are one person, by what the newest versions say."""
        if self._stale:
            self._patients, self._stale = Patients(), False
            for key, names in (*self._named.items(), *self._known):
                self._patients.join(key, names)
        return self._patients

    def join(self, key: str, names: Iterable[str]) -> None:
        """All these names are one person, as is known from elsewhere."""
        self._known.append((key, (*names,)))
        self._patients.join(*self._known[-1])

    def take(self, readings: Sequence[Reading]) -> None:
        """Takes a document in: its patients are joined first, so that the order of its entries does not matter."""
        if len(readings) > 1:
            for reading in readings:
                if reading.kind == "Patient" and reading.fate == "read":
                    self._patients.join(reading.key, reading.aliases)
        for reading in readings:
            self.add(reading)

    def add(self, reading: Reading) -> None:
        """Takes a reading in, unless a newer version of its resource is there already."""
        fate = reading.fate
        if fate == "not-asked" and not self._moved:
            if self._empty or reading.version.number != 1 or self._held.get(reading.key) is not None:
                self._pass(reading.key, reading.version)
        elif fate in ("read", "not-asked"):
            if reading.kind == "Patient":
                self._patients.join(reading.key, reading.aliases)
            self._keep(reading)
        elif fate == "deleted":
            self._forget(reading)

    def shared(self, key: str) -> tuple[Fact, ...] | None:
        """The facts of a resource that is nobody's (a Medication); None where it is not known."""
        reading = self._held.get(key)
        return None if reading is None else reading.facts

    def outcomes(self) -> Iterator[tuple[Patient, list[Fact], list[Issue]]]:
        """Every patient with all facts and issues of their newest resource versions."""
        for key, readings in self._held.by_patient(self.patients):
            yield told_of(self.site, key, readings)

    def _keep(self, reading: Reading) -> None:
        key = self._known_as(reading) if reading.aliases or self._moved else reading.key
        if not (reading.facts or reading.issues or reading.kind in ALWAYS_KEPT):
            self._pass(key, reading.version)
            return
        earlier = self._held.get(key)
        version = earlier.version if earlier is not None else self._empty.get(hash(key)) if self._empty else None
        if version is not None and not version.replaced_by(reading.version):
            if reading.kind == "Patient":
                self._stale |= not set(self._named.get(key, ())).issuperset(reading.aliases)
            return
        if reading.kind == "Patient":
            self._name(key, reading.aliases)
        self._held.put(key, _slim(reading) if reading.aliases or reading.not_understood else reading)
        if self._empty:
            self._empty.pop(hash(key), None)

    def _name(self, key: str, names: tuple[str, ...]) -> None:
        """What a Patient says now; what it said before is void."""
        said = self._named.pop(key, ())
        if said and said != names:
            self._stale |= not set(names).issuperset(said)
        if names:
            self._named[key] = names

    def _pass(self, key: str, told: Version) -> None:
        """A resource that tells nothing: what an earlier version of it told is gone."""
        earlier = self._held.get(key)
        if earlier is None and not self._empty and told.number == 1:
            return  # most resources: a first version, of which nothing was known
        version = earlier.version if earlier is not None else self._empty.get(hash(key)) if self._empty else None
        if version is not None and not version.replaced_by(told):
            return
        if earlier is not None:
            self._held.drop(key)
        if earlier is not None or _can_replace(told):
            self._empty[hash(key)] = told

    def _known_as(self, reading: Reading) -> str:
        """The key under which this resource came first: its own, or another that shares a business identifier."""
        if reading.kind == "Patient":
            return reading.key
        if (known := self._moved.get(reading.key)) is not None:
            return known
        for alias in reading.aliases:
            first = self._alias.setdefault(hash(alias), reading.key)
            if first != reading.key and self._same_patient(first, reading):
                self._held.drop(reading.key)
                self._moved[reading.key] = first
                return first
        return reading.key

    def _same_patient(self, key: str, reading: Reading) -> bool:
        """Is the resource under *key* told of the same patient? One number on those of two patients joins nothing."""
        earlier = self._held.get(key)
        if earlier is None or earlier.subject is None or reading.subject is None:
            return True
        perhaps = self._patients.one(earlier.subject) == self._patients.one(reading.subject)
        return perhaps and self.patients.one(earlier.subject) == self.patients.one(reading.subject)

    def _forget(self, reading: Reading) -> None:
        key = self._moved.get(reading.key, reading.key)
        earlier = self._held.get(key)
        if earlier is not None and _can_replace(earlier.version):
            self._empty[hash(key)] = earlier.version  # an older one that comes late does not bring it back
        self._name(key, ())
        self._held.drop(key)


def told_of(site: str, key: str, readings: Sequence[Reading]) -> tuple[Patient, list[Fact], list[Issue]]:
    """One patient with all facts and issues of the *readings*, each of which is a resource's newest version."""
    counted, set_aside = current(readings)
    facts: list[Fact] = []
    issues: list[Issue] = []
    for reading in counted:
        facts += reading.facts
        if reading.issues:
            issues += reading.issues
    return patient_of(site, key, readings), facts, issues + set_aside


def patient_of(site: str, key: str, readings: Iterable[Reading]) -> Patient:
    """The person whom these readings tell of: by the Patient resource that none has replaced, else by *key*."""
    own = [reading for reading in readings if reading.kind == "Patient"]
    if len(own) == 1:
        return Patient(site, own[0].key, tuple(sorted({*own[0].identifiers})))
    identifiers = sorted({pair for reading in own for pair in reading.identifiers})
    gone = {reading.key for reading in own if reading.replaced_by}
    names = sorted(r.key for r in own if r.key not in gone) or sorted(r.key for r in own) or [key]
    return Patient(site, names[0], tuple(identifiers))


def _slim(one: Reading) -> Reading:
    """Without what has served: the names under which it may come again, and what was not understood."""
    return Reading(
        one.key, one.kind, one.fate, one.place, one.version, one.subject, one.facts, one.issues, (), (),
        one.identifiers, one.replaced_by, one.report,
    )  # fmt: skip


def _can_replace(version: Version) -> bool:
    return (version.number or 0) > 1 or (version.number is None and version.updated is not None)
