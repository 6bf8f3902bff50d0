"""Counterpart: what a site's server says it can do, against what we ask of it; and which fallback the rest needs.

https://hl7.org/fhir/R4/capabilitystatement.html. A server that says nothing of a matter is not believed to lack it, but
a type that it does not list is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx
import msgspec

from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.http import Clients

State = Literal["good", "met", "missing", "doubtful"]


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that is asked of a server: ``good``, ``met`` by the fallback that is declared, ``missing`` or
    ``doubtful``; ``en`` and ``zh`` say what, and ``change`` what to write into the site's file."""

    name: str
    state: State
    en: str
    zh: str
    change: str = ""


class AwayError(Exception):
    """The server did not say what it can do; the text is a word of ours or a protocol's."""


def capability(clients: Clients, endpoint: Endpoint) -> dict[str, Any]:
    """The server's CapabilityStatement. Raises AwayError."""
    try:
        answer = clients.of(endpoint).get(f"{endpoint.url.rstrip('/')}/metadata")
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise AwayError(str(getattr(fault, "word", type(fault).__name__))) from None
    if answer.status_code != 200:
        raise AwayError(str(answer.status_code))
    try:
        told = msgspec.json.decode(answer.content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("resourceType") != "CapabilityStatement":
        raise AwayError("200 html" if "html" in answer.headers.get("content-type", "") else "metadata")
    return told


def traits(told: Mapping[str, Any], endpoint: Endpoint) -> Iterator[Trait]:
    """Everything that is asked, and how the server stands to it."""
    kinds = _kinds(told)
    yield _version(told, endpoint)
    yield from _subject(kinds, endpoint)
    instead = {"flag": "Flag", "communication": "Communication"}
    subject = next((instead[one] for one in endpoint.fallback if one in instead), "ResearchSubject")
    for kind in (subject, "Task", *(one for one in endpoint.also if one != "Provenance")):
        yield _conditional(kind, kinds.get(kind), endpoint)
    if subject == "ResearchSubject":
        yield _update_creates(kinds.get("ResearchStudy"))
    if endpoint.patients == "by-identifier":
        yield _search(kinds.get("Patient"))


def _kinds(told: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rest = told.get("rest")
    ends = [one for one in rest if isinstance(one, dict)] if isinstance(rest, list) else []
    servers = [one for one in ends if one.get("mode") == "server"]
    listed = [one for server in servers for one in server.get("resource", ()) if isinstance(one, dict)]
    return {str(one.get("type")): one for one in listed}


def _version(told: Mapping[str, Any], endpoint: Endpoint) -> Trait:
    said = str(told.get("fhirVersion", ""))
    good = said.startswith(VERSIONS[endpoint.version].number)
    change = next((f'version = "{name}"' for name, one in VERSIONS.items() if said.startswith(one.number)), "")
    return Trait(
        "fhirVersion",
        "good" if good else "missing",
        f"speaks FHIR {said or '(not said)'}; the site's file says {endpoint.version}",
        f"FHIR 版本 {said or '（未声明）'}，中心文件为 {endpoint.version}",
        "" if good else change,
    )


def _subject(kinds: Mapping[str, Any], endpoint: Endpoint) -> Iterator[Trait]:
    there = "ResearchSubject" in kinds and "ResearchStudy" in kinds
    met = {"flag", "communication"} & {*endpoint.fallback}
    state: State = "good" if there else "met" if met else "missing"
    change = "" if state != "missing" else f'fallback = "{"flag" if "Flag" in kinds else "communication"}"'
    yield Trait(
        "ResearchSubject",
        state,
        "knows ResearchStudy and ResearchSubject",
        "支持 ResearchStudy 与 ResearchSubject",
        change,
    )


def _conditional(kind: str, told: Mapping[str, Any] | None, endpoint: Endpoint) -> Trait:
    en, zh = f"conditional update of {kind}", f"{kind} 的条件更新"
    fallback = not {"search-then-update", "update-by-id"}.isdisjoint(endpoint.fallback)
    if told is None:
        return Trait(kind, "missing", f"knows {kind}", f"支持 {kind}")
    can = told.get("conditionalUpdate")
    state: State = "good" if can is True else "met" if fallback else "missing"
    return Trait(kind, state, en, zh, 'fallback = "search-then-update"' if state == "missing" else "")


def _update_creates(told: Mapping[str, Any] | None) -> Trait:
    en, zh = (
        "a study is created under the id that we give (updateCreate)",
        "可按指定 id 创建 ResearchStudy（updateCreate）",
    )
    can = None if told is None else told.get("updateCreate")
    return Trait("updateCreate", "good" if can is True else "doubtful" if can is None else "missing", en, zh)


def _search(told: Mapping[str, Any] | None) -> Trait:
    listed = [] if told is None else told.get("searchParam", ())
    can = any(isinstance(one, dict) and one.get("name") == "identifier" for one in listed)
    return Trait("Patient", "good" if can else "missing", "search of Patient by identifier", "按标识检索 Patient")
