"""Reply: what a site's server said to a delivery, and what follows of it. Pure.

200 to 299        done; but a page of HTML is no FHIR server's answer: try again
401, 403          a matter of the connection, not of this letter: try again
404, 408, 409,    may pass: try again
412, 425, 429
other 4xx         dead: the same letter will be refused again; a person must look
3xx, 5xx, nothing try again
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx
import msgspec

What = Literal["done", "again", "dead"]

#: Draws from [0, 1): `random.random`, or what a test gives.
Draw = Callable[[], float]

_AGAIN = frozenset({401, 403, 404, 408, 409, 412, 425, 429})
_CODE = re.compile(r"[a-z-]{1,40}")
_FIRST, _LONGEST = 2.0, 3600.0
#: A server that asks for more than a day is asked again after a day.
_MOST_PATIENCE = 86_400.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said, in words that hold nothing of a patient; ``wait`` is what the server asked for, in seconds."""

    what: What
    outcome: str
    codes: tuple[str, ...] = ()
    wait: float = 0.0


def reply(response: httpx.Response, body: bytes, now: datetime) -> Reply:
    """What a response means; *body* is as much of it as was read."""
    status = response.status_code
    if 200 <= status < 300:
        return Reply("again", f"{status} html") if _html(response) else Reply("done", str(status))
    again = status in _AGAIN or not 400 <= status < 500
    return Reply("again" if again else "dead", str(status), issue_codes(body), _asked(response, now) if again else 0.0)


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


def _asked(response: httpx.Response, now: datetime) -> float:
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
