"""What the tests of the door ask, and what they look for."""

from __future__ import annotations

from typing import Any

import httpx

from tests.service.hospital import MRN, Node

IDENTIFIER = f"identifier={MRN}|"


def entry(method: str, url: str, resource: Node | None = None, full_url: str = "", **more: str) -> Node:
    """One entry of a transaction or batch; *more* as FHIR spells it (`ifMatch`)."""
    told: Node = {"request": {"method": method, "url": url, **more}}
    return {
        **({"fullUrl": full_url} if full_url else {}),
        **({"resource": resource} if resource is not None else {}),
        **told,
    }


def asking(kind: str, *entries: Node, **more: Any) -> Node:
    """A transaction or batch."""
    return {"resourceType": "Bundle", "type": kind, **more, "entry": list(entries)}


def without_id(resource: Node) -> Node:
    return {name: value for name, value in resource.items() if name != "id"}


def ids(response: httpx.Response) -> list[str]:
    """The ids of a searchset's resources."""
    body = response.json()
    assert body["type"] == "searchset", body
    return [one["resource"]["id"] for one in body.get("entry", ())]


def next_page(response: httpx.Response) -> str:
    """The address of the next page; empty where this is the last."""
    links = {one["relation"]: one["url"] for one in response.json().get("link", ())}
    return str(links.get("next", "")).removeprefix("http://adapter.example")
