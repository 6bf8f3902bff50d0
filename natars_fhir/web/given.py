"""Given: a resource, a history, a page of a search, as the answer to a request. https://hl7.org/fhir/R4/http.html"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from natars_fhir.domain.issue import Issue
from natars_fhir.service.ingest.requests import version_of
from natars_fhir.service.search import bundles_back
from natars_fhir.service.search.asking_back import NOT_KEPT, UNKNOWN, absent
from natars_fhir.service.search.moments import when
from natars_fhir.service.search.query import MOST, PAGE, parameters, understood
from natars_fhir.service.search.reading_back import Asker, Shown, about_patients, history
from natars_fhir.service.search.searching import search
from natars_fhir.store.engine import Store
from natars_fhir.web.negotiation import preference
from natars_fhir.web.respond import MEDIA_TYPE, Refusal, respond


def base_of(request: Request, base: str) -> str:
    """The address of a FHIR base, as the caller knows it."""
    return f"{str(request.base_url).rstrip('/')}{base}"


def http_date(at: datetime) -> str:
    """https://www.rfc-editor.org/rfc/rfc9110#http.date"""
    return format_datetime(at.astimezone(UTC), usegmt=True)


#: An answer, and how many versions of resources it gives: the audit counts them.
Given = tuple[Response, int]


def given(asker: Asker, kind: str, shown: Shown | None, none_match: str) -> Given:
    """One version of a resource; 304 where the caller has it. Raises Refusal where there is none."""
    if (why := absent(asker, kind, shown)) is not None or shown is None:
        status, issue = why or (404, UNKNOWN)
        gone = {"etag": shown.etag} if shown is not None else {}
        raise Refusal(status, issue.code, issue.text, gone)
    headers = {"etag": shown.etag, "last-modified": http_date(shown.received)}
    known = {version_of(one) for one in none_match.split(",")} if none_match else set()
    if known & {"*", str(shown.version)}:
        return Response(status_code=304, headers=headers), 0
    return Response(shown.raw, 200, headers, MEDIA_TYPE), 1


def history_given(store: Store, asker: Asker, request: Request, base: str) -> Given:
    """The versions of one resource, the newest first; `_since`, `_count`, and `_before` a number for the next page."""
    kind, ident = request.path_params["kind"], request.path_params["ident"]
    asked = request.query_params
    count, before = _number(asked.get("_count"), PAGE), _number(asked.get("_before"), 0)
    since = when(asked["_since"]) if "_since" in asked else None
    if "_since" in asked and since is None:
        raise Refusal(400, "value", "_since is a moment.")
    with store.read() as connection:
        every = history(connection, asker, kind, ident)
    if not every:
        issue = UNKNOWN if asker.knows(kind) else NOT_KEPT
        raise Refusal(404, issue.code, issue.text)
    later = [one for one in every if since is None or one.received >= since.start]
    left = [one for one in later if not before or one.version < before]
    page = left[: min(count, MOST)]
    more = f"{base}/{kind}/{ident}/_history?_count={count}&_before={page[-1].version}" if len(page) < len(left) else ""
    more += f"&_since={asked['_since'].replace('+', '%2B')}" if more and since else ""
    return respond(200, bundles_back.history(page, len(later), base, more if page else "")), len(page)


def searched(store: Store, asker: Asker, request: Request, pairs: Sequence[tuple[str, str]], base: str) -> Given:
    """A page of what was asked for. Raises Refusal where it cannot be understood."""
    kind = request.path_params["kind"]
    if not asker.knows(kind):
        raise Refusal(404, NOT_KEPT.code, NOT_KEPT.text)
    about = about_patients(asker.mapping, kind)
    query = understood(kind, pairs, parameters(kind, about_patients=about), strict=preference(request).strict)
    if isinstance(query, Issue):
        raise Refusal(400, query.code, query.text)
    with store.read() as connection:
        page = search(connection, asker, query)
    return respond(200, bundles_back.searchset(page, query, base)), len(page.shown)


def _number(said: str | None, otherwise: int) -> int:
    if said is None:
        return otherwise
    if not (said.isascii() and said.isdigit() and len(said) < _DIGITS):
        raise Refusal(400, "value", "_count is a number.")
    return int(said)


_DIGITS = 10
