"""Followed: whom documents touched is screened again, or due: by facts, by names joined or parted, by a Medication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from natars_fhir.service.ingest.pushed import Pushed
from natars_fhir.service.ingest.take import Change
from natars_fhir.service.screening.cause import Causes, cause
from natars_fhir.service.screening.foreseen import Foreseen, persons_after
from natars_fhir.service.screening.news import Rescreened
from natars_fhir.service.screening.rescreen import rescreen_each
from natars_fhir.store import due, locks, patients, readings
from natars_fhir.store.patients import Naming
from natars_fhir.store.persons import Persons


class InCommonError(Exception):
    """What was known before ties two documents together: they are not taken in at once."""


#: Of one document: name of a patient → the resource versions that touched it.
_Touched = dict[str, set[int]]


def follow(
    connection: Connection, first: Pushed, changes: Sequence[Change], now: datetime, ahead: Foreseen
) -> list[Rescreened]:
    """What comes of the *changes* of documents that are taken in at once, of which *first* is one; of each its own.
    Raises InCommonError where two of them concern one person."""
    site, intake = first.reader.mapping.site, first.intake
    touched = _touched(connection, site.site, changes)
    says = {key: names for change in changes for key, names in change.names.items()}
    persons, said = _persons(connection, site.site, {name for one in touched for name in one}, says)
    along = [_along(one, change.names, said) for one, change in zip(touched, changes, strict=True)]
    whose = _whose(along, persons)
    causes, besides = _together(touched), _together(along)
    if intake.after:
        marks = {key: cause(names, causes, along=besides) for key, names in persons.items()}
        due.mark(connection, site.site, marks, now, intake.patience)
        return [Rescreened() for _ in changes]
    known = changes[0].known  # of all of them
    ordered = {key: persons[key] for mine in whose for key in mine}  # so that they are told in the documents' order
    told = rescreen_each(connection, intake, site, ordered, causes, now, along=besides, known=known, ahead=ahead)
    return [Rescreened.of(told[key] for key in mine) for mine in whose]


def _touched(connection: Connection, site: str, changes: Sequence[Change]) -> list[_Touched]:
    """By facts, and by a resource that a patient's facts rest on."""
    resting = readings.told_of(connection, site, {other for change in changes for other in change.others})
    touched = [dict(change.touched) for change in changes]
    for one, change in zip(touched, changes, strict=True):
        for other in change.others.keys() & resting.keys():
            for subject in resting[other]:
                one[subject] = one.get(subject, set()) | change.others[other]
    return touched


def _persons(
    connection: Connection, site: str, touched: Collection[str], says: Mapping[str, Collection[str]]
) -> tuple[dict[str, set[str]], set[Naming]]:
    """The persons who are meant by names that were *touched* or that Patients say (*says*) or said before, and what was
    said before; nobody else touches them until this transaction ends."""
    news = {(key, name) for key, names in says.items() for name in names}
    said = _alone_with(connection, site, {*touched, *says, *(name for _, name in news)})
    former = {one for one in said if one[0] in says}
    others = {key: says[key] for key in {key for key, _ in former ^ news}}
    patients.rename(connection, site, others, {key for key, _ in former})
    return persons_after(said, touched, says), said


def _alone_with(connection: Connection, site: str, names: Collection[str]) -> set[Naming]:
    """What is said of the persons behind these names, whom nobody else touches until this transaction ends."""
    said = patients.said_of(connection, site, names)
    while not (every := {end for one in said for end in one}) <= {*names}:
        names = every | {*names}
        if not locks.also(connection, site, every):
            break
        said = patients.said_of(connection, site, names)
    return said


def _along(touched: _Touched, says: Mapping[str, Collection[str]], said: Collection[Naming]) -> _Touched:
    """Everything that came in a document, by each name that it touches, joins or parts."""
    former = {end for one in said if one[0] in says for end in one}
    names = {*touched, *says, *former, *(name for names in says.values() for name in names)}
    every = {seq for seqs in touched.values() for seq in seqs}
    return dict.fromkeys(names, every)


def _together(several: Sequence[Mapping[str, set[int]]]) -> Causes:
    if len(several) == 1:
        return several[0]
    found: defaultdict[str, set[int]] = defaultdict(set)
    for one in several:
        for name, seqs in one.items():
            found[name] |= seqs
    return found


def _whose(along: Sequence[_Touched], persons: Persons) -> list[list[str]]:
    """Whom each document concerns."""
    told = [[key for key, names in persons.items() if not one.keys().isdisjoint(names)] for one in along]
    if sum(map(len, told)) > len(persons):
        raise InCommonError
    return told
