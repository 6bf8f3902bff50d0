"""The file of providers is read whole, and every fault of it is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from natars_fhir.mapping.faults import MappingError
from natars_fhir.service.provider.file import providers
from tests.doc_pages import DOCS, fenced

GOOD = """
[provider.hospital-b]
name = "北京第二医院"
issuer = "https://login.hospital-b.example"
client = "natars"
secret_file = "/run/secrets/natars-oidc"
person_claim = "staff"

[[provider.hospital-b.grant]]
claim = "groups"
has = "sarcoma-coordinators"
role = "coordinator"
site = "hospital-b"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "providers.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_provider_is_read_with_its_grants(tmp_path: Path) -> None:
    (one,) = providers(written(tmp_path, GOOD), {"hospital-b"}).values()
    assert (one.name, one.scope, one.auth) == ("北京第二医院", "openid profile", "client_secret_basic")
    assert [(grant.has, grant.role, grant.site) for grant in one.grant] == [
        ("sarcoma-coordinators", "coordinator", "hospital-b")
    ]


def test_without_a_file_there_is_none() -> None:
    assert providers(None) == {}


@pytest.mark.parametrize(
    ("was", "by", "expected"),
    [
        ('client = "natars"', "", "Field required"),
        ('client = "natars"', 'client = "natars"\nclientt = "x"', "Extra inputs"),
        ("https://login", "http://login", "https://"),
        ('"https://login.hospital-b.example"', '"https://login.example?x"', "without a query"),
        ('secret_file = "/run/secrets/natars-oidc"', "", "needs secret_file"),
        ('person_claim = "staff"', 'auth = "private_key_jwt"', "needs key_file"),
        ('person_claim = "staff"', 'scope = "profile"', "holds openid"),
        ('role = "coordinator"', 'role = "engine"', "is a program's"),
        ('role = "coordinator"', 'role = "admin"', "Input should be"),
        ('role = "coordinator"', 'role = "trial-office"', "is of no site"),
        ('site = "hospital-b"', "", "is that of a site"),
        ('site = "hospital-b"', 'site = "hospital-z"', "no mapping file"),
        ("[provider.hospital-b]", "[provider.Hospital_B]", "small letters"),
        ("[provider.hospital-b]", "[other]\nx = 1\n[provider.hospital-b]", "alone"),
        ("[provider.hospital-b]", "[provider.hospital-b", "Expected"),
    ],
)
def test_a_fault_is_told_with_its_place(was: str, by: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"providers\.toml.*") as wrong:
        providers(written(tmp_path, GOOD.replace(was, by)), {"hospital-b"})
    assert expected in str(wrong.value)


def test_two_providers_cannot_be_one_issuer(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="same issuer"):
        providers(
            written(tmp_path, GOOD + GOOD.replace("hospital-b]", "other]").replace("hospital-b.grant", "other.grant"))
        )


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        providers(tmp_path / "nothing.toml")


def test_the_file_that_the_documentation_shows_is_a_good_one(tmp_path: Path) -> None:
    (shown,) = fenced(DOCS / "pages.md", "toml")
    assert set(providers(written(tmp_path, shown), {"hospital-b"})) == {"hospital-b"}
