"""Moves: what a named person causes of a subject is weighed, kept and followed, in one transaction; or refused with the
reason, and then nothing of it is kept.

An allocation comes from the trial office: the trial is not randomised here. Who may say what the trial file tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.issue import Issue
from natars_fhir.domain.life import Event, refusal
from natars_fhir.domain.study import Study
from natars_fhir.fhir.outcome import operation_outcome
from natars_fhir.mapping.schema import Site
from natars_fhir.service.ingest.answer import Answer
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.people.delegation import delegate
from natars_fhir.service.people.subjects import Subject, subject_of
from natars_fhir.service.screening.rescreen import rescreen
from natars_fhir.service.upkeep.pseudonym import person_of
from natars_fhir.store import audit, patients, subjects
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store
from natars_fhir.store.subjects import Declined

OFFICE = "trial-office"
ALLOCATED = "allocated"
#: What was withdrawn → its cause.
WITHDRAWALS = {"treatment": "withdrew-treatment", "follow-up": "withdrew-follow-up", "use": "withdrew-use"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says: the cause, the day it was, who says it and why; of an allocation the arm, of a correction
    what it strikes out."""

    cause: str
    by: str
    day: date | None = None
    reason: str = ""
    arm: str = ""
    strikes: str = ""


def move(store: Store, intake: Intake, site: Site, pseudonym: str, said: Said, now: datetime) -> Answer:
    """Moves a subject of *site*, and tells the site where it stands now."""
    with store.of(site.site).write() as connection:
        answer = _moved(connection, intake, site, pseudonym, said, now)
        _note(connection, intake, (site.site, pseudonym, said.by), _act(intake.study, said), answer, now)
    return answer


def allocate(
    store: Store, intake: Intake, site: Site, pseudonym: str, told: tuple[str, date | None, str], now: datetime
) -> Answer:
    """Keeps the arm, the day and who told them. Refused before the signature and the consent."""
    arm, day, by = told
    return move(store, intake, site, pseudonym, Said(ALLOCATED, by, day, arm=arm), now)


def decline(store: Store, intake: Intake, site: Site, pseudonym: str, by: str, reason: str, now: datetime) -> Answer:
    """Keeps that what the site is asked is not looked up, with the reason: it is not asked again."""
    with store.of(site.site).write() as connection:
        answer = _declined(connection, intake, site, pseudonym, (by, reason), now)
        _note(connection, intake, (site.site, pseudonym, by), "subject declined", answer, now)
    return answer


def refuse_request(connection: Connection, subject: Subject, by: str, reason: str, now: datetime) -> bool:
    """Keeps a no to the request that is open; False where none is, or no reason is given."""
    if subject.request.status != "requested" or not reason.strip():
        return False
    criteria = frozenset(one.id for one, _ in subject.request.wanted)
    subjects.decline(connection, subject.whose, Declined(criteria, by, reason.strip(), now))
    return True


def follow(connection: Connection, intake: Intake, site: Site, subject: Subject, act: str, now: datetime) -> int:
    """Screens the person again after an act, and tells the site; how many letters that makes."""
    persons = patients.persons(connection, site.site, subject.names)
    return rescreen(connection, intake, site, persons, {}, now, act).queued


def _moved(connection: Connection, intake: Intake, site: Site, pseudonym: str, said: Said, now: datetime) -> Answer:
    subject = subject_of(connection, intake, pseudonym, now, site.site)
    if subject is None:
        return _refused(404, _nobody())
    day = said.day or now.astimezone(SHANGHAI).date()
    role, reason = role_of(site, intake.study, said.by, day), said.reason.strip()
    event = Event(said.cause, day.isoformat(), now, said.by, role, reason, said.arm, said.strikes)
    issue = _wrong(intake.study, said, event, day, now) or refusal(intake.study.life, subject.way, event, "subject")
    if issue is not None:
        return _refused({"forbidden": 403, "duplicate": 409}.get(issue.code, 422), issue)
    subjects.cause(connection, subject.whose, event)
    letters = follow(connection, intake, site, subject, "subject", now)
    after = subject_of(connection, intake, pseudonym, now, site.site)
    state = after.way.state if after else subject.way.state
    return Answer(201, operation_outcome([_told(f"Kept: the subject is {state} now.")]), {"letters": letters})


def _wrong(study: Study, said: Said, event: Event, day: date, now: datetime) -> Issue | None:
    """What is wrong with what was said, whatever the subject."""
    if not event.role:
        text = (
            "Who says it is neither on the site's delegation list that day nor of the trial office: nothing is taken."
        )
        return Issue("error", "forbidden", "by", text)
    if day > now.astimezone(SHANGHAI).date():
        return Issue("error", "business-rule", "date", "It is from the future.")
    if (said.cause == ALLOCATED) != bool(said.arm) or (said.arm and said.arm not in {arm.slug for arm in study.arms}):
        arms = ", ".join(arm.slug for arm in study.arms)
        return Issue(
            "error", "not-found", "arm", f"An allocation, and nothing else, names an arm of the trial: {arms}."
        )
    if said.cause != ALLOCATED and not event.reason:
        return Issue("error", "required", "reason", "This needs its reason.")
    return None


def role_of(site: Site, study: Study, by: str, day: date) -> str:
    """As whom a person speaks: of the trial office, or of the site's delegation list that day; empty where neither."""
    if by and any(by in (one.name, one.identifier) for one in study.office):
        return OFFICE
    known = delegate(site, (by,), day)
    return known.role if known else ""


def _declined(
    connection: Connection, intake: Intake, site: Site, pseudonym: str, said: tuple[str, str], now: datetime
) -> Answer:
    subject, (by, reason) = subject_of(connection, intake, pseudonym, now, site.site), said
    if subject is None:
        return _refused(404, _nobody())
    if not role_of(site, intake.study, by, now.astimezone(SHANGHAI).date()):
        return _refused(403, Issue("error", "forbidden", "by", "Who says it is not on the site's delegation list."))
    if not refuse_request(connection, subject, by, reason, now):
        text = "Nothing is asked of this patient now, or the reason is missing."
        return _refused(422, Issue("error", "business-rule", "reason", text))
    letters = follow(connection, intake, site, subject, "declined", now)
    return Answer(201, operation_outcome([_told("Kept: this is not asked again.")]), {"letters": letters})


def _note(
    connection: Connection, intake: Intake, who: tuple[str, str, str], act: str, answer: Answer, now: datetime
) -> None:
    """A row of the audit: of whom only where that is a subject's pseudonym, and by whom as a keyed hash."""
    site, pseudonym, by = who
    about = "" if answer.status == 404 else pseudonym
    said = Act(site, now, act, "", answer.status, answer.counts, about, person_of(intake.key, site, by))
    audit.write(connection, intake.key, said)


def _act(study: Study, said: Said) -> str:
    """As the audit has it: only words of the trial file."""
    return f"subject {said.cause}" if said.cause in study.life.causes else "subject"


def _nobody() -> Issue:
    return Issue("error", "not-found", "subject", "No subject of this pseudonym is known of this site.")


def _refused(status: int, issue: Issue) -> Answer:
    return Answer(status, operation_outcome([issue]), {"refused": 1})


def _told(text: str) -> Issue:
    return Issue("information", "informational", "", text)
