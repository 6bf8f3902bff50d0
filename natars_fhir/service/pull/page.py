"""Page: what a searchset tells besides its resources: the next page, its own problems, how new its matches are. Pure.

https://hl7.org/fhir/R4/http.html#paging. The link is opaque. An entry that cannot be read costs nothing here: the
reader tells of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise

import msgspec
from msgspec import Raw, Struct

from natars_fhir.domain.issue import Issue
from natars_fhir.service.deliver.reply import issue_codes
from natars_fhir.service.pull.fault import PullError

_SEVERITIES = frozenset({"fatal", "error", "warning", "information"})
_TEXT = "The hospital's server says this of its own answer: not all that was asked for may be in it."


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``newest`` is the latest change of a match, ``rising`` whether each tells its own and none is earlier
    than the one before it; ``digest`` is the same for the same matches; ``nameless`` are the entries that came without
    an id, or that cannot be read, so that nobody can tell what they are."""

    matches: int
    next: str
    total: int | None
    oldest: datetime | None
    newest: datetime | None
    rising: bool
    digest: bytes
    issues: tuple[Issue, ...] = ()
    ids: tuple[str, ...] = ()
    nameless: int = 0


class _Link(Struct):
    relation: str = ""
    url: str = ""


class _Bundle(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    type: str = ""
    link: list[_Link] = []
    entry: list[Raw] = []
    total: int | None = None


class _Meta(Struct):
    versionId: str | None = None  # noqa: N815 (FHIR's name)
    lastUpdated: str | None = None  # noqa: N815 (FHIR's name)


class _Resource(Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's name)
    id: str = ""
    meta: _Meta | None = None


class _Search(Struct):
    mode: str = ""


class _Entry(Struct):
    resource: Raw = Raw(b"{}")
    search: _Search | None = None


class _Issue(Struct):
    severity: str = ""
    code: str = ""


class _Outcome(Struct):
    issue: list[_Issue] = []


_outcome = msgspec.json.Decoder(_Outcome).decode
_bundle = msgspec.json.Decoder(_Bundle).decode
_entry = msgspec.json.Decoder(_Entry).decode
_resource = msgspec.json.Decoder(_Resource).decode
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def page(raw: bytes, kind: str) -> Page:
    """What a page tells, of which the matches are of this *kind*. Raises PullError where it is no searchset."""
    try:
        told = _bundle(raw.removeprefix(b"\xef\xbb\xbf"))
    except _BAD:
        raise PullError("unreadable", "page") from None
    if told.resourceType != "Bundle" or told.type not in ("searchset", ""):
        raise PullError("unreadable", "page")
    matches, issues = list[_Resource](), list[Issue]()
    unread = len(told.entry)
    for place, mode, one, octets in _entries(told.entry):
        unread -= 1
        if mode == "outcome" or one.resourceType == "OperationOutcome":
            issues += _told(octets, place)
        elif mode in ("match", "") and one.resourceType == kind:
            matches.append(one)
    moments = [moment(one.meta.lastUpdated) if one.meta else None for one in matches]
    known = [one for one in moments if one is not None]
    rising = len(known) == len(moments) and all(one <= two for one, two in pairwise(known))
    following = next((one.url for one in told.link if one.relation == "next"), "")
    return Page(
        len(matches),
        following,
        told.total,
        min(known, default=None),
        max(known, default=None),
        rising,
        _digest(matches),
        tuple(issues),
        tuple(one.id for one in matches if one.id),
        unread + sum(1 for one in matches if not one.id),
    )


def moment(told: str | None) -> datetime | None:
    """An instant with its zone; None where it is none."""
    try:
        found = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _entries(found: list[Raw]) -> Iterator[tuple[str, str, _Resource, bytes]]:
    for index, raw in enumerate(found):
        try:
            entry = _entry(raw)
            one = _resource(entry.resource)
        except _BAD:
            continue
        yield f"Bundle.entry[{index}]", entry.search.mode if entry.search else "", one, bytes(entry.resource)


def outcomes(raw: bytes) -> Iterator[tuple[str, str]]:
    """Severity and code of every issue of an OperationOutcome; what else it says may name a patient."""
    try:
        issues = _outcome(raw).issue
    except _BAD:
        issues = []
    for one in issues:
        codes = issue_codes(msgspec.json.encode({"issue": [{"code": one.code}]}))
        yield one.severity if one.severity in _SEVERITIES else "error", codes[0] if codes else "processing"


def _told(raw: bytes, place: str) -> Iterator[Issue]:
    for severity, code in outcomes(raw):
        yield Issue(severity, code, place, _TEXT)  # type: ignore[arg-type]


def _digest(matches: list[_Resource]) -> bytes:
    made = blake2b(digest_size=16)
    for one in matches:
        version = (one.meta.versionId, one.meta.lastUpdated) if one.meta else ("", "")
        made.update("\0".join(map(str, (one.resourceType, one.id, *version))).encode() + b"\1")
    return made.digest()
