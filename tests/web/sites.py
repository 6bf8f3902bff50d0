"""Two hospitals in one installation, and everything that one can ask of the other: made from the routes themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from re import sub
from typing import Any
from urllib.parse import urlencode

from natars_fhir.service.access import accounts, bearers, login
from natars_fhir.service.access.accounts import Wanted as Person
from natars_fhir.service.access.bearers import Wanted
from natars_fhir.service.access.sessions import csrf
from natars_fhir.store import accounts as kept
from natars_fhir.store.engine import open_store
from natars_fhir.web.needs import declared, reachable
from tests.service.access.clients_of import form, signed
from tests.service.hospital import KEY, NOW, Node, bundle, condition, mappings, patient, transaction
from tests.web.caller import Caller

#: Stands in everything that hospital A says of its patient, and in nothing that anybody asks.
SECRET, BORN = "Zq9geheim", "1931-07-23"
#: What an attacker has heard: the id and the number of A's patient. Nobody is called as the second.
KNOWN, NOBODY = "a-901", "a-902"
NUMBER = mappings().sites["hospital-a"].identifiers[0]
ROLES = ("engine", "coordinator", "investigator", "operator")
#: What a browser says besides.
_BROWSER = {"accept": "text/html", "accept-language": "en"}
#: Nobody is logged in.
_SHUT = (401, "")
_R4, _R5 = "/fhir/r4", "/fhir/r5"
TYPES = ("Patient", "Condition", "Observation", "QuestionnaireResponse")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as somebody who knows the id may send it."""

    method: str
    path: str
    body: Any = None
    content_type: str = "application/fhir+json"

    def by(self, call: Caller, token: str) -> tuple[int, str]:
        """Its answer: the status, and everything that is said."""
        return self._told(call, {"authorization": f"Bearer {token}"})

    def by_session(self, call: Caller, token: str) -> tuple[int, str]:
        """The same of a page, by the browser of somebody who is logged in. What is another each time is left out: the
        proof of a form, the id of an account; and what is another for each patient, in the links to one's own."""
        status, text = self._told(call, {"cookie": f"natars={token}", "x-csrf-token": csrf(token), **_BROWSER})
        text = sub(r"(?<=/pages/patient/)[0-9a-f]{32}\b", "", text)
        return status, sub(r"\b([0-9a-f]{64}|[0-9a-f]{8})\b", "", text)

    def _told(self, call: Caller, headers: dict[str, str]) -> tuple[int, str]:
        if self.body is not None:
            headers["content_type"] = self.content_type
        told = call(self.method, self.path, self.body, **headers)
        return told.status_code, f"{told.text} {told.headers.get('location', '')} {told.headers.get('etag', '')}"


class Sites:
    """An application with data of hospital A and of hospital B, and their tokens."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.call = Caller(folder, **more)
        self.store = open_store(self.call.settings.database)
        self.a, self.b = (self.token(site, ROLES) for site in ("hospital-a", "hospital-b"))
        self.office = self.token("", ("trial-office", "operator"))
        self._people = {
            token: accounts.add(self.store, KEY, Person(name, roles, site), NOW, name * 3)[0]
            for token, name, roles, site in (
                (self.a, "person-a", ROLES, "hospital-a"), (self.b, "person-b", ROLES, "hospital-b"),
                (self.office, "person-o", ("trial-office", "operator"), ""),
            )
        }  # fmt: skip
        self._sessions: dict[str, str] = {}
        for document in (_of_a(), bundle("batch", {**patient("a-bad"), "birthDate": f"{SECRET}"})):
            assert self.call.push(document, authorization=f"Bearer {self.a}").status_code == 200
        assert self.call.push(_person("b-1", "hospital-b"), authorization=f"Bearer {self.b}").status_code == 200

    def token(self, site: str, roles: tuple[str, ...]) -> str:
        return bearers.add(self.store, KEY, Wanted(site, "test", roles), NOW)[1]

    def ask(self, one: Request, token: str) -> tuple[int, str]:
        """What the owner of a token is answered; of a page, the person with the same rights, in a session of theirs."""
        if not one.path.startswith("/pages"):
            return one.by(self.call, token)
        last, reads = self._sessions.pop(token, ""), one.method in ("GET", "HEAD")
        told = one.by_session(self.call, last) if last and reads else _SHUT
        if told[0] in (303, 401):
            last = self._session(token)
            told = one.by_session(self.call, last)
        if reads and told[0] not in (303, 401):
            self._sessions[token] = last
        return told

    def _session(self, token: str) -> str:
        """A new one: a form may have ended the last, and so may a way out."""
        ready = replace(self._people[token], fresh=False, enrolled=NOW)
        with self.store.write(()) as connection:
            kept.change(connection, ready.id, fresh=False, enrolled=NOW)
        return login.begun(self.store, KEY, ready, NOW, shown=True)


def requests(call: Caller, ident: str, thinned: bool = False) -> Iterator[Request]:
    """Every route, with every way to fill it that leads to the patient *ident* of hospital A, and with everything that
    can be asked of it; every pair of the two with ``NATARS_ISOLATION=all``, which takes minutes. *thinned*: of a route
    two of those, by turns, so that everything is asked of some route. So are routes of R5 that R4 has too: the same
    functions answer there."""
    few, of_r4 = thinned, {path for path, _ in reachable(call.app.routes) if path.startswith(_R4)}
    for number, (path, route) in enumerate(reachable(call.app.routes)):
        fills = sorted({*_filled(path, ident)})
        thinned = few or (path.startswith(_R5) and path.replace(_R5, _R4, 1) in of_r4)
        for method in sorted(route.methods or ("GET",)):
            if method in ("GET", "HEAD", "DELETE"):
                told = declared(route)
                asked = _queries(ident)[: 2 if told and told.may == "anybody" else None]
                pairs = _turn([*_pairs(fills, asked)], number) if thinned else _pairs(fills, asked)
                yield from (Request(method, filled + query) for filled, query in pairs)
            elif path.startswith("/pages"):
                for filled in fills:
                    yield Request(method, filled, _typed(ident), "application/x-www-form-urlencoded")
            else:
                bodies = [*_bodies(ident)]
                pairs = _turn([*_pairs(fills, bodies)], number) if thinned else _pairs(fills, bodies)
                yield from (Request(method, filled, body) for filled, body in pairs)
                yield Request(method, fills[0], _form(), "application/x-www-form-urlencoded")


def _pairs(fills: Sequence[str], asked: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each of *fills* with the first that is asked, and each that is asked with the first of them."""
    if os.environ.get("NATARS_ISOLATION") == "all":
        yield from product(fills, asked)
        return
    places = {(one, 0) for one in range(len(fills))} | {(0, one) for one in range(len(asked))}
    yield from ((fills[one], asked[other]) for one, other in sorted(places))


def _turn(pairs: Sequence[tuple[str, Any]], number: int) -> Iterator[tuple[str, Any]]:
    """The first, and one of the others."""
    yield pairs[0]
    if others := pairs[1:]:
        yield others[number % len(others)]


def _filled(path: str, ident: str) -> Iterator[str]:
    for kind in TYPES:
        for name in (ident, f"{ident}-c"):
            yield sub(r"\{[^}]*\}", name, sub(r"\{(?:kind|type)[^}]*\}", kind, path))


def _queries(ident: str) -> tuple[str, ...]:
    asked = (f"identifier={NUMBER}|{ident}", f"_id={ident}", f"patient=Patient/{ident}", f"subject=Patient/{ident}")
    return ("", *(f"?{one}" for one in asked), "?site=hospital-a", "?url=hospital-a&source-code=x", "?code=x&system=y")


def _bodies(ident: str) -> Iterator[Node]:
    reference, number = {"reference": f"Patient/{ident}"}, {"identifier": {"system": NUMBER, "value": ident}}
    canonical = {"name": "canonical", "valueCanonical": "https://natars.example/fhir/Questionnaire/natars-screening"}
    for subject in (number, reference, {"reference": f"https://his.hospital-a.example/fhir/Patient/{ident}"}):
        yield {"resourceType": "Parameters", "parameter": [canonical, {"name": "subject", "valueReference": subject}]}
    staff = {"system": "https://his.hospital-a.example/fhir/NamingSystem/staff", "value": "S-001"}
    said = {"linkId": "I-14", "answer": [{"valueCoding": {"code": "no"}}]}
    for status in ("in-progress", "completed"):
        yield {
            "resourceType": "QuestionnaireResponse", "questionnaire": canonical["valueCanonical"], "status": status,
            "subject": reference, "author": {"identifier": staff}, "authored": "2024-06-15T10:00:00+08:00",
            "item": [{"linkId": "inclusion", "item": [said]}],
        }  # fmt: skip
    yield condition(f"{ident}-x", of=f"Patient/{ident}")
    yield transaction(condition(f"{ident}-y", of=f"Patient?identifier={NUMBER}|{ident}"))
    asks = [
        {"request": {"method": method, "url": f"{kind}/{ident}"}}
        for method in ("GET", "DELETE") for kind in ("Patient", "Condition")
    ]  # fmt: skip
    for kind in ("batch", "transaction"):
        yield {"resourceType": "Bundle", "type": kind, "entry": asks}
    yield {"resourceType": "Patient", "id": ident, "link": [{"other": reference, "type": "seealso"}]}


def _typed(ident: str) -> bytes:
    """What somebody may type into any form of a page."""
    named = {"patient": ident, "key": f"Patient/{ident}", "subject": ident, "identifier": ident, "q": ident}
    return urlencode({**named, "site": "hospital-a", "criterion": "I-14", "answer": "no", "reason": "x"}).encode()


def _form() -> bytes:
    return urlencode(form(signed({"iss": "engine-a", "sub": "engine-a"}))).encode()


def _person(ident: str, site: str, **more: Any) -> Node:
    number = {"system": mappings().sites[site].identifiers[0], "value": ident}
    return patient(ident, **{"identifier": [number], **more})


def _of_a() -> Node:
    """Everything that may leak: name, birth date, further numbers, texts, a code of A's own that nobody mapped."""
    person = _person(KNOWN, "hospital-a", name=[{"text": SECRET}], birthDate=BORN)
    person["identifier"].append({"system": "urn:x", "value": SECRET})
    own = {
        "system": "https://his.hospital-a.example/fhir/CodeSystem/laboratory-items",
        "code": SECRET,
        "display": SECRET,
    }
    seen = {
        "resourceType": "Observation", "id": f"{KNOWN}-o", "status": "final", "code": {"coding": [own]},
        "subject": {"reference": f"Patient/{KNOWN}"}, "valueString": SECRET,
    }  # fmt: skip
    ill = condition(f"{KNOWN}-c", f"腹膜后平滑肌肉瘤 {SECRET}", of=f"Patient/{KNOWN}")
    return transaction(person, ill, seen)
