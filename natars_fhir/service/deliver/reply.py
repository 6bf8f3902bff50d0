"""Reply: what a site's server said to a delivery, what follows of it, and whose fault it is. Pure.

200 to 299             done; but a page of HTML is no FHIR server's answer: try again, the server is not well
401, 429, 502 to 504,  the server as a whole: nothing else of the site is tried meanwhile, and the letter is not blamed
3xx, no connection
no answer in time, or  the server as a whole; but the letter may be what it chokes on
broken off
403, other 5xx         this letter, or the server: of several in a row the server
404, 408, 409, 412,    may pass: try again
425
other 4xx              dead: the same letter will be refused again; a person must look
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx
import msgspec

What = Literal["done", "again", "dead"]
#: Whose fault a failure is: of this `letter`; of the `server` as a whole; `doubt`: of either; `silence`: of the server,
#: which said nothing, unless the letter is what keeps it from answering.
Blame = Literal["letter", "doubt", "silence", "server"]

#: Draws from [0, 1): `random.random`, or what a test gives.
Draw = Callable[[], float]

_AGAIN = frozenset({401, 403, 404, 408, 409, 412, 425, 429})
_SERVER = frozenset({401, 407, 429, 502, 503, 504})
_CODE = re.compile(r"[a-z-]{1,40}")
_FIRST, _LONGEST = 2.0, 3600.0
#: A server that asks for more than a day is asked again after a day.
_MOST_PATIENCE = 86_400.0
#: So far down the cause of a fault is looked for.
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said, in words that hold nothing of a patient; ``wait`` is what the server asked for, in seconds."""

    what: What
    outcome: str
    codes: tuple[str, ...] = ()
    wait: float = 0.0
    blame: Blame = "letter"


def reply(response: httpx.Response, body: bytes, now: datetime) -> Reply:
    """What a response means; *body* is as much of it as was read."""
    status = response.status_code
    if 200 <= status < 300:
        return Reply("again", f"{status} html", blame="server") if _html(response) else Reply("done", str(status))
    again = status in _AGAIN or not 400 <= status < 500
    wait = retry_after(response, now) if again else 0.0
    return Reply("again" if again else "dead", str(status), issue_codes(body), wait, _blamed(status))


def unanswered(fault: httpx.HTTPError | httpx.InvalidURL) -> Reply:
    """What it means that no answer came: the fault's kind, and never its text."""
    if isinstance(fault, httpx.ConnectError) and _of_certificate(fault):
        return Reply("again", "certificate", blame="server")
    never = isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.InvalidURL)
    return Reply("again", type(fault).__name__, blame="server" if never else "silence")


def _of_certificate(fault: BaseException | None) -> bool:
    for _ in range(_DEEPEST):
        if fault is None or isinstance(fault, ssl.SSLError):
            break
        fault = fault.__cause__ or fault.__context__
    return isinstance(fault, ssl.SSLError)


def _blamed(status: int) -> Blame:
    if status in _SERVER or status < 400:
        return "server"
    return "doubt" if status >= 500 or status == 403 else "letter"


def backoff(attempt: int, draw: Draw) -> float:
    """Seconds until the next attempt: exponential, with full jitter, so that what failed together comes apart."""
    return draw() * min(_LONGEST, _FIRST * 2.0 ** min(attempt, 20))


def issue_codes(body: bytes) -> tuple[str, ...]:
    """The issue-types that an OperationOutcome names; nothing else of it is kept, for the rest may name a patient."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    issues: Any = said.get("issue") if isinstance(said, dict) else None
    codes = [issue.get("code") for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
    return tuple(sorted({code for code in codes if isinstance(code, str) and _CODE.fullmatch(code)}))


def _html(response: httpx.Response) -> bool:
    return "html" in str(response.headers.get("content-type", "")).lower()


def retry_after(response: httpx.Response, now: datetime) -> float:
    """Retry-After: seconds, or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    said = str(response.headers.get("retry-after", "")).strip()
    if said.isascii() and said.isdigit():
        return min(float(said), _MOST_PATIENCE)
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((aware - now) / timedelta(seconds=1), 0.0), _MOST_PATIENCE)
