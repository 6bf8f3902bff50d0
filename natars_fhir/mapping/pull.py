"""Pull: the table of a site's file that says what we fetch from the hospital's server, how, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from natars_fhir.mapping.endpoint import Endpoint

#: An include: where a reference stands (`Observation:subject`), or all of them.
Include = Annotated[str, Field(pattern=r"^(\*|[A-Z][A-Za-z]+:[a-z*][A-Za-z_-]*(:[A-Z][A-Za-z]+)?)$")]
_HOUR = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_HOST = Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?$")]
#: Parameters that we set ourselves: what a query says of them would lie.
OURS: Final = frozenset(
    {"_count", "_elements", "_format", "_include", "_lastUpdated", "_revinclude", "_since", "_sort", "_summary",
     "_total", "_type"}
)  # fmt: skip


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Table):
    """What of one type is asked for: a search (``code=…&status=final``), and what is to come along where it is
    offered. https://hl7.org/fhir/R4/search.html#include"""

    query: str = ""
    include: tuple[Include, ...] = ()
    revinclude: tuple[Include, ...] = ()

    @field_validator("query")
    @classmethod
    def _ours(cls, told: str) -> str:
        pairs = parse_qsl(told, keep_blank_values=True)
        written = all("=" in one for one in told.split("&")) if told else True
        if not written or "?" in told or "#" in told or not told.isprintable():
            raise ValueError("a query is written name=value&name=value, without a question mark")
        if taken := sorted({name.partition(":")[0] for name, _ in pairs} & OURS):
            raise ValueError(f"{', '.join(taken)}: that is set by the pull itself")
        return told


class Topic(_Table):
    """A topic of the hospital's server, by its canonical address, and filters as that server words them.

    https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/components.html
    """

    topic: Annotated[str, Field(pattern=r"^(https?://|urn:)[^\s]+$")]
    filters: tuple[str, ...] = ()


class Pull(_Table):
    """What we fetch from the site's server. No secret stands here: ``source`` names files, as ``[endpoint]`` does."""

    mode: Literal["search", "bulk", "subscription"]
    #: type → what of it is asked for; a text is the query
    types: Annotated[dict[Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+$")], Asked], Field(min_length=1)]
    #: the server that is asked; without it that of ``[endpoint]``
    source: Endpoint | None = None
    #: when: every so many minutes, or at these hours (of the trial's time zone); with neither only by command
    every: Annotated[int, Field(ge=0, le=525_600)] = 0
    at: tuple[_HOUR, ...] = ()
    #: seconds before the mark that are asked for again, so that what was committed late is not missed
    overlap: Annotated[int, Field(ge=0, le=604_800)] = 300
    #: resources that a page is asked to hold
    page: Annotated[int, Field(ge=1, le=10_000)] = 200
    #: requests a minute, at most; 0: as many as the server takes
    rate: Annotated[int, Field(ge=0, le=100_000)] = 0
    #: seconds that the server has for each step of an answer, and how often a request is made before it is given up
    timeout: Annotated[int, Field(ge=1, le=3_600)] = 30
    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    #: bulk: whose data; a group by its id; hours that an export may take; hosts, besides the server's own, from which
    #: files that need no token are fetched
    level: Literal["system", "patient", "group"] = "group"
    group: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{0,64}$")] = ""
    hours: Annotated[int, Field(ge=1, le=720)] = 24
    hosts: tuple[_HOST, ...] = ()
    #: subscription: of what we are told; seconds between heartbeats; days after which it ends unless it is renewed
    topics: tuple[Topic, ...] = ()
    heartbeat: Annotated[int, Field(ge=0, le=86_400)] = 300
    days: Annotated[int, Field(ge=0, le=365)] = 0

    @field_validator("types", mode="before")
    @classmethod
    def _queries(cls, told: Any) -> Any:
        """A text stands for a table with that query."""
        if not isinstance(told, dict):
            return told
        return {kind: {"query": one} if isinstance(one, str) else one for kind, one in told.items()}

    @model_validator(mode="after")
    def _whole(self) -> Pull:
        if wrong := list(self._faults()):
            raise ValueError("; ".join(wrong))
        return self

    def _faults(self) -> Iterator[str]:
        if self.mode == "bulk" and (self.level == "group") != bool(self.group):
            yield "bulk needs group, the id of a Group there, or level «patient» or «system» without one"
        if self.mode == "subscription" and not self.topics:
            yield "subscription needs topics: those that the hospital's server has"
        if self.every and self.at:
            yield "every or at, one of the two"
        for name in _OF[self.mode]:
            if getattr(self, name) != Pull.model_fields[name].default:
                yield f"{name} is not for the mode «{self.mode}»"
        if self.mode == "bulk" and any(one.include or one.revinclude for one in self.types.values()):
            yield "include and revinclude are not for the mode «bulk»"
        if len({one.topic for one in self.topics}) < len(self.topics):
            yield "a topic stands there twice"

    @property
    def planned(self) -> bool:
        """Is it done by itself, while the server runs?"""
        return bool(self.every or self.at or self.mode == "subscription")


#: Mode → what another mode alone has a use for.
_BULK, _TOLD = ("level", "group", "hours", "hosts"), ("topics", "heartbeat", "days")
_OF: Final = {"search": (*_BULK, *_TOLD), "bulk": _TOLD, "subscription": _BULK}
