"""Bundles that are given back: a page of a search, and the history of one resource. Pure.

https://hl7.org/fhir/R4/bundle.html#searchset, https://hl7.org/fhir/R4/bundle.html#history
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from urllib.parse import urlencode

from msgspec import Raw

from natars_fhir.fhir.build import Node
from natars_fhir.service.search.query import PAGE, Query
from natars_fhir.service.search.reading_back import Shown
from natars_fhir.service.search.searching import Page


def searchset(page: Page, query: Query, base: str) -> Node:
    """A page; *base* is the address of the FHIR base, and without it nothing is linked."""
    entries: list[Node] = [
        {**_full_url(base, one), "resource": Raw(one.raw or b"{}"), "search": {"mode": "match"}} for one in page.shown
    ]
    told: Node = {"resourceType": "Bundle", "type": "searchset"}
    told |= {} if page.total is None else {"total": page.total}
    links = _links(page, query, base) if base else []
    return {**told, **({"link": links} if links else {}), **({"entry": entries} if entries else {})}


def _links(page: Page, query: Query, base: str) -> list[Node]:
    count = [("_count", str(query.count))] if query.count != PAGE else []
    own = [*query.asked, *count, *([("_after", query.after)] if query.after else [])]
    told = [("self", own)] + ([("next", [*query.asked, *count, ("_after", page.after)])] if page.after else [])
    at = f"{base}/{query.kind}"
    return [{"relation": name, "url": f"{at}?{urlencode(said)}" if said else at} for name, said in told]


def history(shown: Sequence[Shown], total: int, base: str, more: str = "") -> Node:
    """Versions, the newest first; *more* is the address of those that follow."""
    told: Node = {"resourceType": "Bundle", "type": "history", "total": total}
    links = [{"relation": "next", "url": more}] if more else []
    entries = [_version(one, base) for one in shown]
    return {**told, **({"link": links} if links else {}), **({"entry": entries} if entries else {})}


def _version(one: Shown, base: str) -> Node:
    at, gone = f"{one.kind}/{one.ident}", one.raw is None
    modified = one.received.astimezone(UTC).isoformat(timespec="milliseconds")
    status = "204 No Content" if gone else "201 Created" if one.version == 1 else "200 OK"
    return {
        **_full_url(base, one),
        **({} if one.raw is None else {"resource": Raw(one.raw)}),
        "request": {"method": "DELETE" if gone else "PUT", "url": at},
        "response": {"status": status, "etag": one.etag, "lastModified": modified},
    }


def _full_url(base: str, one: Shown) -> Node:
    return {"fullUrl": f"{base}/{one.kind}/{one.ident}"} if base else {}
