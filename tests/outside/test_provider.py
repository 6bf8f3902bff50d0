"""A provider that others wrote lets our people in: the whole way, with what a browser does, and out again."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from natars_fhir.store import accounts
from tests.outside.test_forms import HERE, NODE
from tests.service.access.clients_of import ec_key, private, public
from tests.web.pages.people import Reception, Somebody

pytestmark = pytest.mark.skipif(
    NODE is None or not (HERE / "node_modules" / "oidc-provider").is_dir(),
    reason="not installed here: run `make outside` (needs Node)",
)

#: Where people come back to: nobody listens there, for the application is called in this process.
ADDRESS = "http://127.0.0.1:9"
SECRET = "a secret & more: of two"  # noqa: S105 (of a made client)
FILE = """
[provider.b]
name = "Hospital B"
issuer = "{issuer}"
client = "natars"
person_claim = "staff"
{auth}
[[provider.b.grant]]
claim = "groups"
has = "sarcoma"
role = "coordinator"
site = "hospital-b"
"""


@dataclass(slots=True)
class Outside:
    """A provider, our application beside it, and a browser at the provider."""

    here: Reception
    browser: Somebody
    http: httpx.Client

    def log_in(self, name: str) -> httpx.Response:
        """From our login page through theirs and back; what our page then says."""
        at = self.browser.get("/pages/login/by/b?next=/pages/home").headers["location"]
        return self.browser.follow(self.browser.get(self.through(at, {"login": name, "password": "any"})))

    def through(self, address: str, typed: dict[str, str]) -> str:
        """Their pages, each with its form filled, until they send us back: where to."""
        response = self.http.get(address)
        for _ in range(12):
            if response.is_redirect:
                to = urljoin(str(response.url), response.headers["location"])
                if to.startswith(ADDRESS):
                    return to.removeprefix(ADDRESS)
                response = self.http.get(to)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', response.text)
            assert form is not None, response.text[:500]
            hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', response.text))
            response = self.http.post(urljoin(str(response.url), unescape(form[1])), data={**hidden, **typed})
        raise AssertionError("it leads round and round")


@contextmanager
def outside(folder: Path, client: dict[str, Any], auth: str) -> Iterator[Outside]:
    """The provider, for as long as the block runs."""
    told = {"client_id": "natars", **client}
    given = {"client": told, "redirect": f"{ADDRESS}/pages/login/by/b/back", "left": f"{ADDRESS}/pages/login?why=left"}
    running = subprocess.Popen(  # noqa: S603 (our own script)
        [str(NODE), str(HERE / "provider.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert running.stdin is not None
    assert running.stdout is not None
    with running, ExitStack() as stack:
        stack.callback(running.stdin.close)
        running.stdin.write(json.dumps(given) + "\n")
        running.stdin.flush()
        issuer = json.loads(running.stdout.readline())["issuer"]
        file = folder / "providers.toml"
        file.write_text(FILE.format(issuer=issuer, auth=auth), "utf-8")
        here = Reception(folder, providers=file, public_url=ADDRESS)
        here.clock.at = datetime.now(UTC)
        stack.callback(here.store.close)
        yield Outside(here, here.browser(), stack.enter_context(httpx.Client(trust_env=False)))


def by_secret(folder: Path) -> tuple[dict[str, Any], str]:
    (folder / "secret").write_text(SECRET)
    return {"client_secret": SECRET}, f'secret_file = "{folder}/secret"'


def by_signature(folder: Path) -> tuple[dict[str, Any], str]:
    (folder / "jwk").write_text(json.dumps(private(ec_key(), "ours")))
    told = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public(ec_key(), "ours")]}}
    return told, f'auth = "private_key_jwt"\nkey_file = "{folder}/jwk"'


@pytest.mark.parametrize("ours", [by_secret, by_signature])
def test_somebody_with_a_role_comes_in_and_leaves_at_both_places(
    ours: Callable[[Path], tuple[dict[str, Any], str]], tmp_path: Path
) -> None:
    with outside(tmp_path, *ours(tmp_path)) as world:
        page = world.log_in("zhang")
        assert page.status_code == 200
        assert "zhang.wei · hospital-b" in page.text
        with world.here.store.read() as connection:
            (one,) = accounts.every(connection)
        assert (one.subject, one.person, one.roles) == ("zhang", "S-001", ("coordinator",))
        world.browser.get("/pages/account")
        left = world.browser.send("/pages/logout")
        there = unescape(re.search(r'content="0; url=([^"]+)"', left.text)[1])  # type: ignore[index]
        assert world.through(there, {"logout": "yes"}).startswith("/pages/login?why=left")
        assert world.browser.get("/pages/home").status_code == 303
        assert world.http.get(there).status_code in (200, 400)


def test_somebody_without_a_role_is_told_so_and_kept_out(tmp_path: Path) -> None:
    with outside(tmp_path, *by_secret(tmp_path)) as world:
        page = world.log_in("visitor")
        assert "You have no role here" in page.text
        assert world.browser.get("/pages/home").status_code == 303


def test_a_code_that_another_browser_was_given_opens_nothing(tmp_path: Path) -> None:
    with outside(tmp_path, *by_secret(tmp_path)) as world:
        at = world.browser.get("/pages/login/by/b").headers["location"]
        back = world.through(at, {"login": "zhang", "password": "any"})
        thief = world.here.browser()
        assert "why=state" in thief.get(back).headers["location"]
        asked = world.here.browser()
        asked.get("/pages/login/by/b")
        assert "why=state" in asked.get(back).headers["location"]
        assert world.browser.get(back).headers["location"] == "/pages"
        assert "why=state" in world.browser.get(back).headers["location"]
