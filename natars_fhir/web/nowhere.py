"""Nowhere: why an address under a FHIR base is none. https://hl7.org/fhir/R4/http.html#general"""

from __future__ import annotations

import re

from natars_fhir.fhir.validate import has_type
from natars_fhir.fhir.versions import Name

_NAME = re.compile("[A-Za-z]+")
#: https://hl7.org/fhir/R4/datatypes.html#id
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")

NO_TYPE = "FHIR has no such type of resource in this version; a type is written as in Patient."
NO_SLASH = "There is nothing at this address: one of FHIR has no slash at its end."
NO_ID = "An id is 1 to 64 of A-Z, a-z, 0-9, - and full stops."

#: A status, an issue-type, and a sentence.
Why = tuple[int, str, str]


def why_nowhere(method: str, path: str, version: Name) -> Why | None:
    """What is wrong with a path below the base, such as ``patient/1``; None where there is no more to say.

    Who reads finds nothing; who writes made a mistake.
    """
    kind, _, below = path.strip("/").partition("/")
    ident = below.partition("/")[0]
    if not _NAME.fullmatch(kind):
        return None
    if not has_type(version, kind):
        return 404, "not-supported", NO_TYPE
    if ident and not ident.startswith(("$", "_")) and not _ID.fullmatch(ident):
        return (404, "not-found", NO_ID) if method in ("GET", "HEAD") else (400, "value", NO_ID)
    if path.endswith("/"):
        return 404, "not-found", NO_SLASH
    return None
