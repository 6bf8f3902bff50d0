"""File: which providers there are, and what their claims mean here: data, checked whole at the start.

`NATARS_PROVIDERS` names it; docs/pages.md shows one. No secret stands in it: it names the file that holds one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from natars_fhir.mapping.endpoint import is_safe
from natars_fhir.mapping.faults import Fault, MappingError, line_at
from natars_fhir.service.access.roles import Role, fault

_KEY = re.compile(r"[a-z][a-z0-9-]{0,40}")


class Grant(BaseModel):
    """Whoever has *has* in the claim *claim* (a text, or a list of texts) has this role, of this site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    claim: str = Field(min_length=1)
    has: str = Field(min_length=1)
    role: Role
    site: str = ""

    @model_validator(mode="after")
    def _can_be(self) -> Grant:
        if self.role == "engine":
            raise ValueError("the role engine is a program's, and no person's")
        if wrong := fault(self.site, (self.role,)):
            raise ValueError(wrong)
        return self


class Provider(BaseModel):
    """A hospital's login: where it is, who we are there, and what its claims mean. ``name`` stands on the button."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    issuer: str
    client: str = Field(min_length=1)
    auth: Literal["client_secret_basic", "private_key_jwt"] = "client_secret_basic"
    secret_file: str = ""
    key_file: str = ""
    scope: str = "openid profile"
    #: the claim by which people are called here, and the one by which the site's delegation list knows them
    name_claim: str = "preferred_username"
    person_claim: str = ""
    #: without any, only those are let in whose accounts were made by hand
    grant: tuple[Grant, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Provider:
        wrong = list(self._faults())
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _faults(self) -> Iterator[str]:
        if not is_safe(self.issuer) or "?" in self.issuer or "#" in self.issuer:
            yield "the issuer is an https:// address without a query"
        if self.auth == "client_secret_basic" and not self.secret_file:
            yield "client_secret_basic needs secret_file"
        if self.auth == "private_key_jwt" and not self.key_file:
            yield "private_key_jwt needs key_file"
        if "openid" not in self.scope.split():
            yield "the scope holds openid"


def providers(path: Path | None, sites: Collection[str] | None = None) -> Mapping[str, Provider]:
    """Key → provider, as the file has them; none without a file. Raises MappingError with every fault."""
    if path is None:
        return {}
    try:
        source = path.read_text("utf-8")
        told = tomllib.loads(source)
    except (OSError, ValueError) as wrong:
        text = str(wrong) if isinstance(wrong, tomllib.TOMLDecodeError) else "it cannot be read"
        raise MappingError([Fault(path.name, 0, text)]) from None
    found, faults = (
        dict[str, Provider](),
        [
            Fault(path.name, line_at(source, key), "the file holds [provider.<key>] alone")
            for key in {*told} - {"provider"}
        ],
    )
    for key, table in told.get("provider", {}).items():
        try:
            found[key] = Provider.model_validate(table)
        except ValidationError as wrong:
            faults += [
                Fault(path.name, line_at(source, "provider", key, *map(str, one["loc"])), one["msg"])
                for one in wrong.errors()
            ]
            continue
        faults += [Fault(path.name, line_at(source, "provider", key), text) for text in _beside(key, found, sites)]
    if faults:
        raise MappingError(faults)
    return found


def _beside(key: str, found: Mapping[str, Provider], sites: Collection[str] | None) -> Iterator[str]:
    """What is wrong with a provider beside the others and the mappings."""
    if not _KEY.fullmatch(key):
        yield "a provider's key is of small letters, digits and hyphens: it is part of an address"
    if sum(one.issuer == found[key].issuer for one in found.values()) > 1:
        yield "another provider has the same issuer"
    unknown = {one.site for one in found[key].grant if one.site} - set(sites or ())
    if sites is not None and unknown:
        yield f"no mapping file for the site {min(unknown)}"
