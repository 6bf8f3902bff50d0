"""Form: what somebody typed and sent, as a browser sends it. https://url.spec.whatwg.org/#application/x-www-form-urlencoded"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request

from natars_fhir.web.body import taken
from natars_fhir.web.pages.words import msg
from natars_fhir.web.respond import Refusal

#: Field → what was typed there; a field may be there several times.
Fields = Mapping[str, list[str]]

TYPE = "application/x-www-form-urlencoded"
#: A pasted bundle is the most that anybody types; who is not known types a name and a password.
MOST, MOST_UNKNOWN = 16_000_000, 65_536
_MOST_FIELDS = 500

NOT_READ = msg("What was sent cannot be read: load the page again.")


async def fields(request: Request, most: int) -> dict[str, list[str]]:
    """The fields of a form that was sent. Raises Refusal."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TYPE:
        raise Refusal(415, "not-supported", NOT_READ)
    raw = await taken(request, most)
    try:
        return parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise Refusal(400, "structure", NOT_READ) from None


def first(told: Fields, name: str) -> str:
    """What was typed in a field; empty where nothing was."""
    return told.get(name, [""])[0]
