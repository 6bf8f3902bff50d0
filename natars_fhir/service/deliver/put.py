"""Put: one letter at a site's server, in its FHIR version, and by what it can do.

A conditional update by our own identifier (https://hl7.org/fhir/R4/http.html#cond-update); where the site's file says
that its server has none, a search and then an update or a create; or, at a server that cannot look for our
identifier, an update under our own id (https://hl7.org/fhir/R4/http.html#upsert): it is a keyed hash as the
identifier is. A patient whom we know by an identifier alone is looked up first: the letter waits where the server
knows nobody, or several, by it. We never create a Patient.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote

import httpx
import msgspec

from natars_fhir.emit.standing import INSTEAD
from natars_fhir.fhir.build import Node
from natars_fhir.fhir.versions import VERSIONS
from natars_fhir.mapping.endpoint import Endpoint
from natars_fhir.service.deliver.credentials import CredentialsError
from natars_fhir.service.deliver.reply import Reply, reply, unanswered
from natars_fhir.service.http import Clients
from natars_fhir.store.outbox import Letter

_MOST_READ = 65_536
_LET_GO = Reply("done", "not-sent")
#: Who has no search by POST says so.
_NO_POST = frozenset({404, 405, 501})


class _HeldBackError(Exception):
    """The letter cannot be put now."""

    def __init__(self, why: Reply) -> None:
        super().__init__(why.outcome)
        self.why = why


def put(clients: Clients, endpoint: Endpoint, letter: Letter, now: datetime) -> Reply:
    """Puts it. What goes wrong on the way is a reply too."""
    form = form_of(endpoint, letter.kind, letter.target, letter.body)
    if form is None:
        return _LET_GO
    target, body = form
    try:
        return _put(Server(clients.of(endpoint), endpoint, now), target, body)
    except _HeldBackError as held:
        return held.why
    except CredentialsError as fault:
        return Reply("again", fault.word, blame="server")
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return unanswered(fault)


def form_of(endpoint: Endpoint, kind: str, target: str, body: bytes) -> tuple[str, bytes | Node] | None:
    """Where a letter goes, and what it says there, in R4; None where the site's server would have no use for it."""
    instead = next((INSTEAD[one] for one in endpoint.fallback if one in INSTEAD), None)
    if instead is None:
        return target, body
    if kind == "ResearchStudy":
        return None
    if kind != "ResearchSubject":
        return target, body
    made = instead(msgspec.json.decode(body))
    return f"{made['resourceType']}?{target.partition('?')[2]}", made


def said_to(endpoint: Endpoint, kind: str, target: str, body: bytes) -> Node | None:
    """What the site's server is told by a letter, in its version, before a patient is looked up."""
    form = form_of(endpoint, kind, target, body)
    if form is None:
        return None
    told = msgspec.json.decode(form[1]) if isinstance(form[1], bytes) else form[1]
    return VERSIONS[endpoint.version].from_r4(told)[0]


class Server:
    """A site's server, as we speak with it now."""

    def __init__(self, client: httpx.Client, endpoint: Endpoint, now: datetime) -> None:
        self.client, self.endpoint, self.now = client, endpoint, now
        self.version = VERSIONS[endpoint.version]

    def url(self, target: str) -> str:
        """The whole address."""
        return f"{self.endpoint.url.rstrip('/')}/{target}"

    def send(self, method: str, target: str, body: bytes) -> Reply:
        """Sends a resource."""
        headers = {
            "Content-Type": f"application/fhir+json; charset=utf-8; fhirVersion={self.version.number}",
            "Prefer": "return=minimal",
        }
        with self.client.stream(method, self.url(target), content=body, headers=headers) as response:
            return reply(response, _read(response), self.now)

    def search(self, kind: str, identifier: str, *, by_post: bool = False) -> list[str]:
        """The ids of the resources that bear an identifier (``system|value``). Raises _HeldBackError."""
        asked = {"identifier": identifier, "_count": "2"}
        if by_post:  # a patient's number belongs in no address
            answer = self.client.post(self.url(f"{kind}/_search"), data=asked)
            if answer.status_code not in _NO_POST:
                return self._found(answer, kind, identifier)
        return self._found(self.client.get(self.url(kind), params=asked), kind, identifier)

    def _found(self, answer: httpx.Response, kind: str, identifier: str) -> list[str]:
        said = reply(answer, answer.content[:_MOST_READ], self.now)
        if said.what != "done":
            again = said.what == "dead"
            blame = "letter" if again else said.blame
            raise _HeldBackError(Reply("again", f"search {said.outcome}", said.codes, said.wait, blame))
        try:
            told = msgspec.json.decode(answer.content)
            entries = {"Bundle": told.get("entry", [])}[told["resourceType"]]
            found = [one["resource"] for one in entries if one.get("search", {}).get("mode", "match") == "match"]
            matching = [one for one in found if one["resourceType"] == kind]
            bearing = [one["id"] for one in matching if identifier in _identifiers(one)]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _HeldBackError(Reply("again", "search unreadable", blame="server")) from None
        if len(bearing) < len(matching):  # who does not know the parameter answers with anything
            raise _HeldBackError(Reply("again", "search ignored"))
        return bearing


def _put(server: Server, target: str, body: bytes | Node) -> Reply:
    if isinstance(body, bytes) and _goes_as_it_is(server, body):
        return server.send("PUT", target, body)
    resource = _with_patients(server, msgspec.json.decode(body) if isinstance(body, bytes) else body)
    told, _ = server.version.from_r4(resource)
    kind, _, condition = target.partition("?")
    if "update-by-id" in server.endpoint.fallback:
        target, condition = f"{kind.partition('/')[0]}/{told['id']}", ""
    if not condition or "search-then-update" not in server.endpoint.fallback:
        return server.send("PUT", target, msgspec.json.encode(told))
    found = server.search(kind, unquote(condition.removeprefix("identifier=")))
    if len(found) > 1:
        return Reply("again", "search several")
    if not found:
        return server.send("POST", kind, msgspec.json.encode(_without_id(told)))
    return server.send("PUT", f"{kind}/{found[0]}", msgspec.json.encode(told | {"id": found[0]}))


def _goes_as_it_is(server: Server, body: bytes) -> bool:
    """The way that most letters have: nothing is to be looked up, and nothing to be said in another version."""
    elsewhere = not {"search-then-update", "update-by-id"}.isdisjoint(server.endpoint.fallback)
    searched = b'"Patient"' in body or b'"urn:' in body
    return server.version.name != "R5" and not elsewhere and not searched


def _with_patients(server: Server, resource: Node) -> Node:
    """The resource with the hospital's own Patient in the place of an identifier. Raises _HeldBackError."""
    return {name: _patient(server, value) for name, value in resource.items()}


def _patient(server: Server, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if str(value.get("reference", "")).startswith("urn:"):
        raise _HeldBackError(Reply("again", "patient unknown"))
    if value.get("type") != "Patient" or "reference" in value or "identifier" not in value:
        return value
    known = value["identifier"]
    found = server.search("Patient", f"{known.get('system', '')}|{known['value']}", by_post=True)
    if len(found) != 1:
        raise _HeldBackError(Reply("again", "patient several" if found else "patient unknown"))
    return {"reference": f"Patient/{found[0]}", **value}


def _identifiers(resource: Node) -> set[str]:
    found = resource.get("identifier", ())
    listed = [found] if isinstance(found, dict) else found
    return {f"{one.get('system', '')}|{one.get('value', '')}" for one in listed}


def _without_id(resource: Node) -> Node:
    return {name: value for name, value in resource.items() if name != "id"}


def _read(response: httpx.Response) -> bytes:
    """As much of the body as an OperationOutcome may need."""
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > _MOST_READ:
            break
    return body
