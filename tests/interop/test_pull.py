"""What a FHIR server that we did not write holds is pulled: by search, by its `$export`, and as it tells us."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from natars_fhir.cli.running import running
from natars_fhir.service.http import Clients
from natars_fhir.service.pull.pull import Pulled, pausing
from natars_fhir.settings import Settings
from natars_fhir.store.engine import Store, open_store
from natars_fhir.store.pull_subscriptions import Held, of_site
from natars_fhir.web.app import create_app
from tests.interop.ours import mappings_at
from tests.interop.sekmet import Elsewhere, sekmet
from tests.service.hospital import KEY, Hospital, condition, patient
from tests.service.pull.ward import Puller, plan
from tests.web.test_over_loopback import until

pytestmark = pytest.mark.xdist_group("interop")

SITE = "generic"


def put(elsewhere: Elsewhere, resource: dict[str, Any]) -> None:
    told = httpx.put(f"{elsewhere.url}/{resource['resourceType']}/{resource['id']}", json=resource, trust_env=False)
    assert told.status_code in (200, 201), told.text


def gone(elsewhere: Elsewhere, key: str) -> None:
    assert httpx.delete(f"{elsewhere.url}/{key}", trust_env=False).status_code in (200, 204)


@pytest.fixture
def people(elsewhere: Elsewhere) -> list[str]:
    """Three patients of this test alone, each with a sarcoma."""
    names = [f"pulled-{uuid.uuid4().hex[:8]}" for _ in range(3)]
    for name in names:
        put(elsewhere, patient(name, number=name))
        put(elsewhere, condition(f"c-{name}", of=f"Patient/{name}"))
    return names


@pytest.fixture
def puller(elsewhere: Elsewhere, tmp_path: Path) -> Iterator[Puller]:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    yield Puller(store, tmp_path, plan("search", "Patient", "Condition", page=2), base=elsewhere.url)
    store.close()


def known(store: Store, names: list[str]) -> list[bool]:
    """Of whom a leiomyosarcoma is known."""
    hospital = Hospital(store, SITE)
    return [("histology", "LMS") in hospital.concepts(f"Patient/{name}") for name in names]


def test_by_search_every_page_comes_and_then_only_what_changed(
    puller: Puller, elsewhere: Elsewhere, people: list[str]
) -> None:
    done = puller.pull()
    assert (done.faults, known(puller.store, people)) == ([], [True] * 3)
    pages = {one.name: one.documents for one in done.parts}
    assert pages["Patient"] >= 2
    puller.of = puller.of.model_copy(update={"overlap": 0})
    time.sleep(1.1)  # their search is to the second
    put(elsewhere, condition(f"c-{people[0]}", of=f"Patient/{people[0]}", text="腹膜后去分化脂肪肉瘤"))
    again = puller.counts()
    assert again["changed"] == 1
    assert again.get("unchanged", 0) < 2 * len(people)
    assert known(puller.store, people) == [False, True, True]


def test_by_export_every_file_comes_and_then_only_what_changed(
    puller: Puller, elsewhere: Elsewhere, people: list[str]
) -> None:
    puller.of = plan("bulk", "Patient", "Condition", level="system")
    done = slow(puller)
    assert (done.faults, done.whole, known(puller.store, people)) == ([], True, [True] * 3)
    assert {*puller.marks()} == {"Patient", "Condition"}
    put(elsewhere, condition(f"c-{people[0]}", of=f"Patient/{people[0]}", text="腹膜后去分化脂肪肉瘤"))
    done = slow(puller)
    assert (done.faults, known(puller.store, people)) == ([], [False, True, True])


def test_as_it_tells_us_what_changed_is_fetched_and_what_is_gone_is_taken_back(
    elsewhere: Elsewhere, people: list[str], tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    topics = [f"http://natars.example/SubscriptionTopic/{uuid.uuid4().hex[:8]}-{kind}" for kind in ("p", "c")]
    for topic, kind in zip(topics, ("Patient", "Condition"), strict=True):
        put(elsewhere, topic_of(topic, kind))
    of = plan("subscription", "Patient", "Condition", topics=[{"topic": one} for one in topics], heartbeat=1)
    folder = mappings_at(tmp_path, {})
    site = folder / "sites" / "generic.toml"
    site.write_text(f"{site.read_text('utf-8')}\n{pull_table(elsewhere.url)}", "utf-8")
    key = tmp_path / "natars.key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    settings = Settings(key_file=key, mappings=folder, deliver_every=3600)
    with running(create_app(settings, store=store)) as address:
        puller = Puller(store, tmp_path, of, base=elsewhere.url, address=address, now=lambda: datetime.now(UTC))
        assert puller.fault() == ""
        assert known(store, people) == [True] * 3  # a search began it
        until(lambda: {one.status for one in subscriptions(store)} == {"active"})
        puller.pull(full=False)  # what changed until they had begun to tell
        for number in (0, 1):
            changed = condition(f"c-{people[number]}", of=f"Patient/{people[number]}", text="腹膜后去分化脂肪肉瘤")
            put(elsewhere, changed)
        until(lambda: any(one.seen == 2 for one in subscriptions(store)))
        gone(elsewhere, f"Condition/c-{people[1]}")
        done = puller.pull(full=False)
        assert ([one.name for one in done.parts], done.faults) == (["subscription", "notified"], [])
        assert (known(store, people), done.parts[1].counts["deleted"]) == ([False, False, True], 1)
        told = subscriptions(store)
        until(lambda: all(one.heard > two.heard for one, two in zip(subscriptions(store), told, strict=True)))
    store.close()


@pytest.mark.parametrize("kind", [ECKey, RSAKey], ids=["ES384", "RS384"])
def test_a_server_that_wants_a_token_gives_it_for_our_signature_and_new_ones_while_we_read(
    tmp_path: Path, kind: Any
) -> None:
    key = kind.generate_key(3072 if kind is RSAKey else "P-384", auto_kid=True)
    (tmp_path / "jwk").write_text(json.dumps(key.as_dict(private=True)))
    public = json.dumps({"keys": [key.as_dict(private=False)]})
    client = f"{{client_id: natars, scopes: system/*.*, jwks: {public}}}"
    more = f"server_auth: {{types: [smart], token_lifetime: 2, smart_clients: [{client}]}}\n"
    with sekmet(tmp_path, more) as elsewhere:
        said = {"auth": "smart-backend", "client_id": "natars", "key_file": f"{tmp_path}/jwk", "scope": "system/*.*"}
        store = open_store(f"sqlite:///{tmp_path}/store.sqlite")
        of = plan("bulk", "Patient", "Condition", level="system")
        puller = Puller(store, tmp_path, of, base=elsewhere.url, endpoint=said)
        assert httpx.get(f"{elsewhere.url}/Patient", trust_env=False).status_code == 401
        with Clients(30.0) as clients:
            for one in (patient("smart"), condition(of="Patient/smart")):
                server = puller.order().site.endpoint
                assert server is not None
                told = clients.of(server).put(f"{elsewhere.url}/{one['resourceType']}/{one['id']}", json=one)
                assert told.status_code == 201
        done = slow(puller)
        assert (done.faults, known(store, ["smart"])) == ([], [True])
        puller.of = plan("search", "Patient", "Condition")
        assert puller.fault() == ""
        store.close()


def subscriptions(store: Store) -> list[Held]:
    with store.read() as connection:
        return of_site(connection, SITE)


def topic_of(topic: str, kind: str) -> dict[str, Any]:
    """A topic as that server wants it. http://hl7.org/fhir/uv/subscriptions-backport, cross-version extensions"""
    begins = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic"
    trigger = [
        {"url": "resource", "valueUri": f"http://hl7.org/fhir/StructureDefinition/{kind}"},
        *({"url": "supportedInteraction", "valueCode": one} for one in ("create", "update")),
        {"url": "fhirPathCriteria", "valueString": "true"},
    ]
    told = [{"url": f"{begins}.url", "valueUri": topic}, {"url": f"{begins}.resourceTrigger", "extension": trigger}]
    code = {"coding": [{"system": "http://hl7.org/fhir/fhir-types", "code": "SubscriptionTopic"}]}
    return {"resourceType": "Basic", "id": topic.rpartition("/")[2], "extension": told, "code": code}


def pull_table(url: str) -> str:
    """For our server, which only hears: who pulls is the test."""
    return f'[pull]\nmode = "search"\n[pull.types]\nPatient = ""\nCondition = ""\n[pull.source]\nurl = "{url}"\n'


def slow(puller: Puller) -> Pulled:
    """Pulls with real pauses, for an export takes its time."""
    from dataclasses import replace

    from natars_fhir.service.pull.pull import pull

    done = pull(replace(puller.order(), pause=pausing(lambda: False)))
    assert done is not None
    return done
