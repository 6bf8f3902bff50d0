"""Digest: a site's people are told by mail, at the hours that the site sets; once, however many workers there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import structlog

from natars_fhir.domain.interval import SHANGHAI
from natars_fhir.domain.sentence import Language
from natars_fhir.emit.digest import Figures, Mail, digest
from natars_fhir.emit.identity import keyed
from natars_fhir.mapping.schema import Digest, Site
from natars_fhir.service.ingest.intake import Intake
from natars_fhir.service.upkeep.mail import MailError, Post, message, send
from natars_fhir.service.worklist.log import log_of, missing_of
from natars_fhir.store import audit, digests, figures, quarantine
from natars_fhir.store.audit import Act
from natars_fhir.store.engine import Store

#: A server that was away sends what is not older; after that the next slot has more to say.
_LATE = timedelta(hours=6)
_LEASE, _AGAIN, _TRIES = timedelta(minutes=10), timedelta(minutes=5), 6
_log = structlog.get_logger("natars_fhir.digest")


@dataclass(frozen=True, slots=True)
class Postman:
    """What mails are made and sent with; without a server nothing is sent."""

    store: Store
    intake: Intake = field(repr=False)
    post: Post | None
    pages: str = ""


def slot(of: Digest, now: datetime) -> str:
    """The last hour of the site's file that has struck, with its day; empty where that is too long ago."""
    here = now.astimezone(SHANGHAI)
    hours = [time.fromisoformat(one) for one in of.at]
    days = (here.date(), here.date() - timedelta(days=1))
    struck = [at for day in days for one in hours if (at := datetime.combine(day, one, SHANGHAI)) <= here]
    last = max(struck)  # every hour struck yesterday
    return last.strftime("%Y-%m-%dT%H:%M") if here - last < _LATE else ""


def made(postman: Postman, site: Site, now: datetime) -> Mail:
    """The mail of a site as it is now."""
    store, study = postman.store, postman.intake.study
    log, name = log_of(store, study, site.site, now), site.site
    with store.of(name).read() as connection:
        letters = [one.count for one in figures.letters(connection) if one.site == name and one.state == "dead"]
        waiting = quarantine.counts(connection, name).get("waiting", 0)
    called: dict[Language, str] = {"en": site.en, "zh": site.zh}
    told = (called, log.as_of, log.consort, missing_of(store, study, name, now))
    language = site.digest.language if site.digest else "zh"
    return digest(Figures(*told, sum(letters), waiting), study, language, postman.pages)


def send_due(postman: Postman, sites: Iterable[Site], now: datetime) -> Counter[str]:
    """Sends what is due. Counts `sent`, `again` and `failed`."""
    tally: Counter[str] = Counter()
    for site in sites if postman.post else ():
        if site.digest and (here := slot(site.digest, now)) and (what := _sent(postman, site, here, now)):
            tally[what] += 1
    return tally


def _sent(postman: Postman, site: Site, here: str, now: datetime) -> str:
    """What became of it; empty where it is not ours to send."""
    own = postman.store.of(site.site)
    with own.read() as connection:
        if not digests.waits(connection, site.site, here, now):
            return ""
    with own.write(()) as connection:
        tries = digests.claim(connection, site.site, here, now, now + _LEASE)
    if not tries:
        return ""
    try:
        send_now(postman, site, here, now)
    except MailError as fault:
        over = tries >= _TRIES
        _log.warning("digest not sent", site=site.site, slot=here, fault=str(fault), attempt=tries)
        with own.write(()) as connection:
            state = "failed" if over else "waiting"
            digests.settle(connection, site.site, here, state, now + _AGAIN * tries)
        return "failed" if over else "again"
    with own.write(()) as connection:
        digests.settle(connection, site.site, here, "sent", now)
    return "sent"


def send_now(postman: Postman, site: Site, here: str, now: datetime) -> int:
    """Sends the digest of a site; to how many. Raises MailError. The audit knows how many, and not to whom."""
    if postman.post is None or site.digest is None:
        raise MailError("no mail server, or nobody to write to")
    ident = keyed(postman.intake.key, "digest", site.site, here)
    letter = message(made(postman, site, now), postman.post.sender, site.digest.to, ident, now)
    refused = send(postman.post, letter)
    taken = len(site.digest.to) - refused
    counts = {"to": taken, "refused": refused}
    with postman.store.of(site.site).write(()) as connection:
        audit.write(connection, postman.intake.key, Act(site.site, now, "digest", counts=counts))
    _log.info("digest sent", site=site.site, slot=here, **counts)
    return taken
