"""Whatever is sent to whichever route: it is answered, never by a 500, never by a closed connection, and every error
is an OperationOutcome that holds nothing of what was sent.

The routes come from the OpenAPI document (schemathesis makes their requests), the bodies also from resources that are
grown from R4's definitions and then broken. `NATARS_FUZZ` says how many requests are made (2,000).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from natars_fhir.cli.running import running
from natars_fhir.settings import Settings
from natars_fhir.web.app import create_app
from tests.fhir.mutants.makers import mutants
from tests.fhir.mutants.nasty import CANARY

REQUESTS = int(os.environ.get("NATARS_FUZZ", "2000"))
#: They say themselves what they answer.
ELSEWHERE = ("/auth/", "/metrics", "/openapi.json", "/healthz", "/readyz", "/cds-services")
#: Not done here, and told so; and nothing else from 500 on.
TOLD = {501}


class Served(NamedTuple):
    """The address of the application on a real socket, for a machine's own user; how many requests it is sent; and
    whether the routes were asked already, over another database."""

    address: str
    requests: int
    again: bool


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Over SQLite, and a quarter of that over PostgreSQL: the routes are the same ones."""
    folder = tmp_path_factory.mktemp("fuzz")
    address = f"sqlite:///{folder}/store.sqlite"
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_server").fresh()
    asked = Settings(database=address, key_file=folder / "key", deliver_every=3600, most_requests=10_000_000)
    with running(create_app(asked)) as where:
        again = request.param == "postgres"
        yield Served(where, REQUESTS // 4 if again else REQUESTS, again)


def wrong(path: str, response: httpx.Response) -> str:
    """What is wrong with an answer; nothing, mostly."""
    if response.status_code >= 500 and response.status_code not in TOLD:
        return f"{response.status_code}: {response.text[:500]}"
    if response.status_code < 400 or path.startswith(ELSEWHERE) or not response.content:
        return ""
    if not response.headers.get("content-type", "").startswith("application/fhir+json"):
        return f"{response.status_code} is told in {response.headers.get('content-type')}"
    told = response.json()
    if told["resourceType"] not in ("OperationOutcome", "Bundle") or CANARY in response.text:
        return f"{response.status_code}: {response.text[:500]}"
    return ""


METHODS = ("PUT", "POST", "DELETE", "GET", "PATCH", "HEAD")
URLS = ("Patient/1", "Patient", "Observation?identifier=a|b", "Patient/1/_history/1", "Condition?x", "", "//", "\u0000")
FULL_URLS = ("urn:uuid:018f428e-34f6-4707-8009-5ad742f901e7", "http://x/Patient/1", "", "x")
BUNDLES = ("transaction", "batch", "collection", "message", "document", "history", "searchset", "x")
WAYS = (
    ("POST", ""),
    ("POST", "/$validate"),
    ("POST", "/$process-message"),
    ("POST", "/{kind}"),
    ("PUT", "/{kind}/{id}"),
    ("PUT", "/{kind}?identifier=a|{id}"),
    ("PATCH", "/{kind}/{id}"),
    ("POST", "/QuestionnaireResponse"),
)
KINDS = ("Patient", "Observation", "Condition", "x")
HEADERS: tuple[dict[str, str], ...] = (
    {"prefer": "return=minimal"},
    {"prefer": "return=representation"},
    {"if-none-exist": "identifier=a|b"},
    {"if-none-exist": "?"},
    {"if-match": 'W/"1"'},
    {"accept": "application/fhir+json;fhirVersion=4.0"},
)


def bodies(dice: Random, number: int) -> Iterator[bytes]:
    """Resources that are right or wrong in one place or in several; now and then some of them in a Bundle."""
    held: list[bytes] = []
    for raw in mutants(str(dice.random()), number):
        held.append(raw)
        if len(held) >= dice.choice((1, 1, 2, 5)):
            yield held[0] if len(held) == 1 else bundle(held, dice)
            held = []


def bundle(resources: list[bytes], dice: Random) -> bytes:
    entries = [
        b'{"fullUrl":%s,"resource":%s,"request":%s}' % (octets(dice.choice(FULL_URLS)), raw, octets(asked(dice)))
        for raw in resources
    ]
    return b'{"resourceType":"Bundle","type":%s,"entry":[%s]}' % (octets(dice.choice(BUNDLES)), b",".join(entries))


def asked(dice: Random) -> dict[str, str]:
    said = {"method": dice.choice(METHODS), "url": dice.choice(URLS)}
    return said | ({"ifNoneExist": dice.choice(URLS)} if dice.random() < 0.3 else {})


def octets(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.xdist_group("fuzz")
def test_no_broken_resource_or_bundle_is_answered_by_a_500(served: Served) -> None:
    dice = Random(os.environ.get("FUZZ_SEED", "door"))  # noqa: S311 (to be repeated)
    came, faults = Counter[int](), list[str]()
    with httpx.Client(base_url=served.address, timeout=60) as http:
        for raw in bodies(dice, served.requests // 2):
            method, way = dice.choice(WAYS)
            base, kind = (
                dice.choice(("/fhir/r4", "/fhir/r5")),
                dice.choice(("Patient", "Observation", "Condition", "x")),
            )
            path = base + way.format(kind=kind, id=dice.choice(("1", "a-b")))
            headers = {"content-type": "application/fhir+json", **dice.choice(HEADERS)}
            response = http.request(method, path, content=raw, headers=headers)
            came[response.status_code] += 1
            if fault := wrong(path, response):
                faults.append(f"{method} {path} {raw[:2000]!r}: {fault}")
    assert not faults, faults[0]
    assert {200, 422} <= {*came}, came


@pytest.mark.xdist_group("fuzz")
@pytest.mark.filterwarnings("ignore")
def test_no_route_of_the_document_answers_by_a_500_whatever_it_is_asked(served: Served) -> None:
    schema = schemathesis.openapi.from_url(f"{served.address}/openapi.json")
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    operations = [one.ok() for one in schema.get_all_operations()]
    each = max(2, served.requests // 2 // len(operations) // (1 if served.again else len(modes)))
    faults, made = list[str](), [0]
    with httpx.Client(base_url=served.address, timeout=60) as http:
        for number, operation in enumerate(operations):
            for mode in [modes[number % 2]] if served.again else modes:
                for case in _cases(operation, mode, each):
                    asked = case.as_transport_kwargs(base_url=served.address)
                    made[0] += 1
                    if fault := wrong(operation.path, http.send(_request(http, asked))):
                        faults.append(f"{asked['method']} {asked['url']}: {fault}")
    assert not faults, faults[0]
    assert made[0] >= max(len(operations), served.requests // 4), made


_known: dict[tuple[str, GenerationMode, int], list[Any]] = {}


def _cases(operation: Any, mode: GenerationMode, number: int) -> list[Any]:
    """What is asked of an operation. It is the same in every run, and is made once for both databases."""
    key = operation.label, mode, number
    if key not in _known:
        _known[key] = _made(operation, mode, number)
    return _known[key]


def _made(operation: Any, mode: GenerationMode, number: int) -> list[Any]:
    cases: list[Any] = []

    @settings(
        max_examples=number, database=None, derandomize=True, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def keep(case: Any) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):  # where nothing is asked nothing can be asked wrongly
        keep()
    return cases


#: How a body is cut is the client's to say: it sends none that says otherwise.
_FRAMING = ("transfer-encoding", "content-length")


def _request(http: httpx.Client, asked: dict[str, Any]) -> httpx.Request:
    """What can be sent of a case: a header that no client could send is left out."""
    headers = {
        name: value
        for name, value in (asked.get("headers") or {}).items()
        if isinstance(value, str)
        and value.isprintable()
        and value.isascii()
        and value == value.strip()
        and name.lower() not in _FRAMING
    }
    return http.build_request(
        asked["method"], asked["url"], params=asked.get("params"), headers=headers, content=_octets(asked)
    )


def _octets(asked: dict[str, Any]) -> bytes | None:
    for name in ("json", "data"):
        value = asked.get(name)
        if isinstance(value, bytes):
            return value
        if value is not None and not hasattr(value, "read"):
            return json.dumps(value, default=str).encode("utf-8", "surrogatepass")
    return None


def test_the_document_names_every_route_and_who_may(tmp_path: Path) -> None:
    with running(create_app(Settings(database=f"sqlite:///{tmp_path}/s.sqlite", key_file=tmp_path / "key"))) as where:
        told = httpx.get(f"{where}/openapi.json").json()
    assert {"/fhir/r4", "/fhir/r5/{kind}/$validate", "/auth/token", "/metrics"} <= told["paths"].keys()
    assert told["paths"]["/healthz"]["get"]["security"] == []
    assert "security" not in told["paths"]["/fhir/r4"]["post"]
