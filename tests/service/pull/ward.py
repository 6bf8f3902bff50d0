"""A hospital's server as respx plays it, a plan for it, and what pulls from it; no pause is waited for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import respx

from natars_fhir.domain.issue import Issue
from natars_fhir.fhir.ndjson import Document
from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.mapping.pull import Pull
from natars_fhir.mapping.site import SiteMapping, compiled
from natars_fhir.service.pull.pull import Order, Pulled, pull
from natars_fhir.store import audit, pulls
from natars_fhir.store.engine import Store
from tests.service.hospital import NOW, Node, intake, mappings

BASE = "https://his.hospital.example/fhir"
#: How their server tells the time; not as ours does.
DATE = "Sat, 15 Jun 2024 03:00:00 GMT"


def plan(mode: str = "search", *kinds: str, **more: Any) -> Pull:
    types: Any = more.pop("types", dict.fromkeys(kinds or ("Patient",), ""))
    given = {"topics": [{"topic": TOPIC}]} if mode == "subscription" and "topics" not in more else {}
    given |= {"group": "natars"} if mode == "bulk" and "level" not in more else {}
    return Pull.model_validate({"mode": mode, "types": types, "attempts": 3, **given, **more})


TOPIC = "http://hospital.example/SubscriptionTopic/changed"


_GENERIC = cache(lambda: compiled(mappings(), "generic"))


def mapping(of: Pull, base: str = BASE, **endpoint: Any) -> SiteMapping:
    found = _GENERIC()
    return replace(found, site=found.site.model_copy(update={"pull": of, "endpoint": Endpoint(url=base, **endpoint)}))


@dataclass(slots=True)
class Puller:
    """Pulls into a store; tells what was paused for, and which problems were told."""

    store: Store
    folder: Path
    of: Pull
    base: str = BASE
    endpoint: dict[str, Any] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: NOW
    address: str = "https://adapter.example"
    pauses: list[float] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    stopped: Callable[[float], None] = lambda _: None

    def order(self) -> Order:
        def pause(seconds: float) -> None:
            self.stopped(seconds)
            if seconds:
                self.pauses.append(round(seconds, 2))

        def problem(document: Document, issue: Issue) -> None:
            self.problems.append((document.name, issue.code))

        return Order(
            self.store, intake(), mapping(self.of, self.base, **self.endpoint), 1_000_000, self.folder / "files",
            self.address, self.now, pause, lambda: 0.5, problem=problem,
        )  # fmt: skip

    def pull(self, **how: Any) -> Pulled:
        done = pull(self.order(), **how)
        assert done is not None
        return done

    def counts(self, **how: Any) -> dict[str, int]:
        """What became of what came."""
        told = Counter[str]()
        for part in self.pull(**how).parts:
            told.update({name: part.counts[name] for name in FATES if part.counts[name]})
        return dict(told)

    def fault(self, **how: Any) -> str:
        """The first fault; empty where there is none."""
        return next((str(one) for one in self.pull(**how).faults), "")

    def marks(self) -> dict[str, str]:
        with self.store.read() as connection:
            return {one.kind: one.at.isoformat(timespec="seconds") for _, one in pulls.marks(connection, "generic")}

    def acts(self) -> list[tuple[str, int]]:
        with self.store.read() as connection:
            return [(one.act, one.status) for one in audit.acts(connection, "generic")]

    def state(self) -> pulls.State:
        with self.store.read() as connection:
            return pulls.state(connection, "generic")


FATES = ("created", "changed", "unchanged", "late", "deleted", "let-go", "refused")


def changed(resource: Node, updated: str, version: int = 1) -> Node:
    """The resource as a server gives it."""
    return {**resource, "meta": {"versionId": str(version), "lastUpdated": updated}}


def searchset(*resources: Node, next_: str = "", modes: dict[str, str] | None = None, **more: Any) -> Node:
    entries = [
        {
            "fullUrl": f"{BASE}/{one['resourceType']}/{one.get('id', 'x')}",
            "resource": one,
            "search": {"mode": (modes or {}).get(one["resourceType"], "match")},
        }
        for one in resources
    ]
    link = {"link": [{"relation": "next", "url": next_}]} if next_ else {}
    return {"resourceType": "Bundle", "type": "searchset", **link, **more, "entry": entries}


def answer(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return httpx.Response(status, content=content, headers={"date": DATE, **headers})


def capability(*, changed: bool = True, kinds: tuple[str, ...] = ("Patient", "Condition"), **more: Any) -> Node:
    found = {"searchParam": [{"name": "_lastUpdated"}]} if changed else {}
    resources = [{"type": kind, **found, **more.get(kind, {})} for kind in kinds]
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": resources}]}


def offers(router: respx.MockRouter, told: Node | None = None) -> None:
    """The server says what it can do."""
    router.get(f"{BASE}/metadata").mock(return_value=answer(told or capability()))


def asked(router: respx.MockRouter, path: str) -> list[dict[str, str]]:
    """The parameters of every request to a path, in their order."""
    return [dict(call.request.url.params) for call in router.calls if call.request.url.path == f"/fhir/{path}"]
