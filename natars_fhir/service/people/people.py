"""People: what a named person says of a patient is heard, kept, and followed, in one transaction. All of it or nothing.

A statement fills what the data leaves open, or corrects a misreading; a signature says "eligible". Nothing of it is
taken from somebody who is not on the site's delegation list that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from natars_fhir.domain.identity import Version
from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.people import Statement, with_people
from natars_fhir.domain.signing import Signature, signed_basis
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.schema import Delegate, Site
from natars_fhir.pipeline import Outcome
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.delegation import delegate
from natars_fhir.service.people.sayings import Saying, hear, unsignable
from natars_fhir.service.screening.rescreen import rescreen
from natars_fhir.service.screening.screened import findings, is_dead, outcome, peoples_part, today
from natars_fhir.service.upkeep.pseudonym import person_of, subject_of
from natars_fhir.store import attestations, audit, patients, versions
from natars_fhir.store.attestations import Said, Whence
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.packed import digest
from natars_fhir.store.versions import Came

#: Clocks differ a little.
_SKEW = timedelta(minutes=5)
_PLACE = "QuestionnaireResponse"
MEANWHILE = "The patient's findings are others by now: look at them again; nothing is taken."


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a person says: of whom (names of one patient), who (names of one person), when, and whether it is signed.

    ``key`` is what the document is known by, ``raw`` its bytes. ``seen`` is the digest of the findings that the person
    had before them; where somebody else was quicker, nothing is taken.
    """

    subject: tuple[str, ...]
    author: tuple[str, ...]
    at: datetime
    sayings: tuple[Saying, ...] = ()
    signs: bool = False
    key: str = ""
    raw: bytes = field(default=b"", repr=False)
    seen: str = ""


class _RefusedError(Exception):
    def __init__(self, status: int, issues: Iterable[Issue], about: str = "") -> None:
        super().__init__()
        self.status, self.issues, self.about = status, tuple(issues), about


def speak(store: Store, intake: Intake, site: Site, spoken: Spoken, now: datetime) -> Answer:
    """Takes in what is said. What cannot be taken is answered with the reason, and then nothing of it is kept."""
    with store.of(site.site).write() as connection:
        try:
            answer, about = _spoken(connection, intake, site, spoken, now)
        except _RefusedError as refused:
            answer, about = Answer(refused.status, operation_outcome(refused.issues), {"refused": 1}), refused.about
        hash_, who = digest(spoken.raw), person_of(intake.key, site.site, _named(site, spoken))
        audit.write(
            connection,
            intake.key,
            Act(site.site, now, "statement", hash_, answer.status, answer.counts, about, person=who),
        )
    return answer


def _named(site: Site, spoken: Spoken) -> str:
    """Who speaks, in one way whichever of the person's names was used."""
    by = delegate(site, spoken.author, spoken.at.astimezone(SHANGHAI).date())
    return (by.identifier or by.name) if by else next(iter(spoken.author), "")


def _spoken(connection: Connection, intake: Intake, site: Site, spoken: Spoken, now: datetime) -> tuple[Answer, str]:
    """The answer, and whom it is about."""
    by = _speaker(site, spoken, now)
    key, names, found = _patient(connection, intake, site, spoken, now)
    about = subject_of(intake, site, found.screening.patient)
    known = attestations.said_of(connection, site.site, intake.study.id, names)
    if spoken.seen and spoken.seen != findings(found.screening, peoples_part(found, intake.study, known)):
        raise _RefusedError(409, [Issue("error", "conflict", _PLACE, MEANWHILE)], about)
    heard = hear(spoken.sayings, found.screening, known.statements, by, spoken.at)
    issues = list(heard.issues)
    signature = _signature(found, known, heard.statements, spoken, by, issues) if spoken.signs else None
    if any(issue.severity == "error" for issue in issues):
        raise _RefusedError(422, issues, about)
    fresh = signature is not None and signature not in known.signatures
    if not heard.statements and not fresh:
        again = [*issues, _told("Nothing new was said: nothing changes.")]
        return Answer(200, operation_outcome(again), {"again": 1}), about
    document = _keep(connection, site, spoken, now)
    whence = Whence(site.site, key, intake.study.id, by.identifier or by.name, document, now)
    attestations.state(connection, whence, heard.statements)
    if signature is not None and fresh:
        attestations.sign(connection, whence, signature)
    persons = patients.persons(connection, site.site, names)
    causes = {key: {document}} if document else {}
    act = "signature" if fresh else "statement"
    done = rescreen(connection, intake, site, persons, causes, now, act)
    overrides = sum(one.kind == "override" for one in heard.statements)
    counts = {"statements": len(heard.statements), "overrides": overrides, "signatures": int(fresh)}
    told = operation_outcome([*_kept(heard.statements, overrides, fresh=fresh), *issues])
    return Answer(201, told, {**counts, "letters": done.queued}), about


def _speaker(site: Site, spoken: Spoken, now: datetime) -> Delegate:
    if spoken.at > now + _SKEW:
        raise _RefusedError(422, [Issue("error", "business-rule", f"{_PLACE}.authored", "It is from the future.")])
    by = delegate(site, spoken.author, spoken.at.astimezone(SHANGHAI).date())
    if by is None:
        text = "The author is not on the site's delegation list that day: nothing is taken."
        raise _RefusedError(403, [Issue("error", "forbidden", f"{_PLACE}.author", text)])
    return by


def _patient(
    connection: Connection, intake: Intake, site: Site, spoken: Spoken, now: datetime
) -> tuple[str, set[str], Outcome]:
    """Whom the names mean: the key that stands for the person, all its names, and the screening of today."""
    keys = [key for name in spoken.subject for key in _keys(name, site)]
    persons = patients.persons(connection, site.site, keys)
    found = [
        (key, names, outcome(connection, intake.study, site.site, names, today(now))) for key, names in persons.items()
    ]
    known = [(names, one) for _, names, one in found if one is not None]
    place = f"{_PLACE}.subject"
    if len(known) > 1:
        raise _RefusedError(422, [Issue("error", "conflict", place, "The subject names two patients.")])
    if not known:
        raise _RefusedError(404, [Issue("error", "not-found", place, "No such patient is known of this site.")])
    names, one = known[0]
    others = attestations.subjects_of(connection, site.site, spoken.key) - names if spoken.key else set()
    if others:
        text = "This response was sent for another patient before."
        raise _RefusedError(422, [Issue("error", "conflict", place, text)])
    literal = next((key for key in keys if key in names), min(names))
    return literal, names, one


def _keys(name: str, site: Site) -> list[str]:
    """The keys that a reference, or an identifier, may stand for."""
    if "|" in name and "?" not in name:
        return [f"Patient?identifier={name}"]
    for begin in site.bases:
        if name.startswith(f"{begin}/"):
            return [name.removeprefix(f"{begin}/"), name]
    return [name]


def _signature(
    found: Outcome, known: Said, fresh: Sequence[Statement], spoken: Spoken, by: Delegate, issues: list[Issue]
) -> Signature | None:
    """The signature under every answer as it would be with what is said now; what hinders it goes to *issues*."""
    people = with_people(found.screening, (*known.statements, *fresh))
    hindered = unsignable(found.screening, people, by, dead=is_dead(found.record))
    issues += hindered
    return None if hindered else Signature(by.name, by.role, spoken.at, signed_basis(people))


def _keep(connection: Connection, site: Site, spoken: Spoken, now: datetime) -> int | None:
    """The document, in its bytes; what was said on the command line has none."""
    if not spoken.raw:
        return None
    hash_ = digest(spoken.raw)
    came = Came(spoken.key or f"{_PLACE}#{hash_}", _PLACE, Version(), hash_, spoken.raw, 1)
    return versions.keep(connection, site.site, [came], now)[0]


def _kept(statements: Sequence[Statement], overrides: int, *, fresh: bool) -> list[Issue]:
    told = [_told(f"Statements kept: {len(statements)}, of them overrides: {overrides}.")] if statements else []
    return told + ([_told("Signed.")] if fresh else [])


def _told(text: str) -> Issue:
    return Issue("information", "informational", "", text)
