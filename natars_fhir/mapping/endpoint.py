"""Endpoint: the table of a site's file that says where we deliver, how we say who we are, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, field_validator, model_validator


class Endpoint(BaseModel):
    """The site's FHIR server, to which we deliver, and how we say there who we are.

    No secret stands here: a password, a token or a key is in a file, or a variable of the environment, that is named.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    url: str
    version: Literal["R4", "R4B", "R5"] = "R4"
    #: what is delivered besides studies, subjects and requests: the result of every criterion, the prefilled form, the
    #: sources of all, the screening log
    also: tuple[Literal["Observation", "QuestionnaireResponse", "Provenance", "List"], ...] = ()
    auth: Literal["none", "basic", "bearer", "smart-backend", "mtls"] = "none"
    #: basic: the name; its password, or the token of bearer, is what the file or the variable holds
    user: str = ""
    secret_file: str = ""
    secret_env: str = ""
    #: smart-backend: who we are there, what we ask for, where (else its `.well-known/smart-configuration` says), and
    #: the private key (JWK) with which we sign
    client_id: str = ""
    scope: str = "system/*.cruds"
    token_url: str = ""
    key_file: str = ""
    #: mtls, or beside any other: our certificate with its key (PEM); and whom we take a server's certificate from
    certificate_file: str = ""
    certificate_key_file: str = ""
    ca_file: str = ""
    #: what the server cannot do, and what is done instead
    fallback: tuple[Literal["search-then-update", "update-by-id", "flag", "communication"], ...] = ()
    #: how the server knows a patient: under the id that the feed gave, or by an identifier that is searched for
    patients: Literal["by-id", "by-identifier"] = "by-id"

    @field_validator("fallback", mode="before")
    @classmethod
    def _one_or_more(cls, told: object) -> object:
        return (told,) if isinstance(told, str) else told

    @model_validator(mode="after")
    def _whole(self) -> Endpoint:
        wrong = list(self._faults())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _faults(self) -> Iterator[str]:
        for name in _NEEDED[self.auth]:
            if not getattr(self, name):
                yield f"auth «{self.auth}» needs {name}"
        if self.auth in ("basic", "bearer") and bool(self.secret_file) == bool(self.secret_env):
            yield f"auth «{self.auth}» needs one of secret_file and secret_env"
        if self.auth != "none" and not all(is_safe(url) for url in (self.url, self.token_url) if url):
            yield f"auth «{self.auth}» needs https: a secret is never sent in the clear"
        if {"flag", "communication"} <= {*self.fallback}:
            yield "fallback: flag or communication, one of the two"
        if {"search-then-update", "update-by-id"} <= {*self.fallback}:
            yield "fallback: search-then-update or update-by-id, one of the two"


#: How we say who we are → what that needs.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "basic": ("user",),
    "bearer": (),
    "smart-backend": ("client_id", "key_file"),
    "mtls": ("certificate_file",),
}


def is_safe(url: str) -> bool:
    """May a secret be sent there: over TLS, or within this machine?"""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")
