"""What of R4 stands in a document that is said to be R5: it is read as R4 has it, and told with its place.

R5 renames elements, makes lists of single ones and changes codes (https://hl7.org/fhir/R5/diff.html); who sends the old
ones to the base of R5 has mostly taken the wrong address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir import version_marks as marks
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.checking.parsing import parse
from natars_fhir.fhir.inner import resources

#: Types that can show it, and what can stand in a resource of any type.
_KINDS = frozenset({*marks.R4_ELEMENTS, *marks.R4_STATUS, *marks.LISTS_IN_R5})
_ANYWHERE = (b'"contained"', b'"profile"')
_OF_R4 = re.compile(r"http://hl7\.org/fhir/StructureDefinition/[A-Za-z]+\|4\.[03]")


def r4_of_bytes(kind: str, raw: bytes) -> list[Issue]:
    """The same of a resource's bytes, of which most types cannot show anything."""
    if kind not in _KINDS and not any(name in raw for name in _ANYWHERE):
        return []
    said, refused = parse(raw)
    return r4_in_r5(said) if refused is None and isinstance(said, dict) else []


def r4_in_r5(resource: Node) -> list[Issue]:
    """A warning for everything in a resource, and in those that it holds, that R4 has and R5 has not."""
    start = resource.get("resourceType")
    if not isinstance(start, str) or not start.isalpha():
        return []
    return [issue for place, one in resources(resource, start) for issue in _of(one, place)]


def _of(resource: Node, place: str) -> Iterator[Issue]:
    kind = str(resource["resourceType"])
    for at in _profiles(resource):
        yield _told(f"{place}.meta.profile[{at}]", "The profile is one of R4: what is R4 is read as R4.")
    for name in resource:
        bare = name.removeprefix("_")
        if bare in marks.R4_ELEMENTS.get(kind, ()) and (bare == name or bare not in resource):
            yield _told(f"{place}.{bare}", f"'{bare}' is an element of {kind} in R4, and not in R5: it is read as R4.")
        elif name in marks.LISTS_IN_R5.get(kind, ()) and not isinstance(resource[name], list):
            yield _told(f"{place}.{name}", "R5 has a list here; one by itself is read as R4.")
    status = resource.get("status")
    if isinstance(status, str) and status in marks.R4_STATUS.get(kind, ()):
        yield _told(f"{place}.status", "This code is R4's, and none of R5's: it is read as R4.")


def _profiles(resource: Node) -> Iterator[int]:
    """Where a resource says that it is of R4."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for at, url in enumerate(profiles if isinstance(profiles, list) else ()):
        if isinstance(url, str) and _OF_R4.match(url):
            yield at


def _told(place: str, what: str) -> Issue:
    return Issue("warning", "structure", place, what)
