"""Nobody makes us call an address that the site's file does not name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natars_fhir.service.deliver.reachable import fault, loopback

HOSTS = ("his.example", "hooks.his.example:8443", "127.0.0.1:9000", "[::1]:9000")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://his.example/x",
        "https://HIS.example/x?y=1",
        "https://his.example:443/",
        "https://hooks.his.example:8443/x",
        "http://127.0.0.1:9000/x",
        "http://[::1]:9000/",
    ],
)
def test_a_host_that_the_file_names_may_be_called(endpoint: str) -> None:
    assert fault(endpoint, HOSTS) == ""


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://his.example/x",
        "https://his.example:8443/x",
        "https://his.example:22/",
        "https://hooks.his.example/x",
        "https://his.example.evil.example/",
        "https://evil.example/his.example",
        "https://his.example@evil.example/",
        "https://user:password@his.example/",
        "https://evil.example\\@his.example/",
        "https://his.example#@evil.example/",
        "https://his.example./",
        "https://xhis.example/",
        "https://127.0.0.1/",
        "http://127.0.0.1/",
        "http://127.0.0.1:9001/",
        "http://127.0.0.2:9000/",
        "http://localhost:9000/",
        "http://0.0.0.0:9000/",
        "http://2130706433:9000/",
        "http://0x7f.1:9000/",
        "http://[::ffff:127.0.0.1]:9000/",
        "http://[fe80::1]:9000/",
        "http://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://metadata.google.internal/",
        "file:///etc/passwd",
        "gopher://his.example/",
        "ftp://his.example/",
        "//his.example/",
        "his.example",
        "https://",
        "",
        "https://his.example/\r\nHost: evil",
        "https://his.example/é",
        "https://his .example/",
        "https://his.example/" + "x" * 2000,
        "https://his.example:99999/",
    ],
)
def test_every_other_address_is_refused(endpoint: str) -> None:
    assert fault(endpoint, HOSTS)


@given(st.text())
def test_whatever_is_said_without_hosts_nothing_may_be_called(text: str) -> None:
    assert fault(text, ())
    assert fault(f"https://{text}", ())


def test_this_machine_is_known_by_its_own_names_alone() -> None:
    assert all(map(loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(loopback, ("localhost.evil.example", "0.0.0.0", "10.0.0.1", "", "0x7f000001")))  # noqa: S104
