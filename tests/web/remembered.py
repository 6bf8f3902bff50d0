"""What is the same in every application that a test makes, made once: its routes' parameters, the plan of exports.

A function that is defined within another is a new one in each application, with the same code: FastAPI would read its
signature and make the models of its parameters a thousand times over, which is half of what an application costs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import Any

import pytest
from fastapi import routing
from fastapi.dependencies import utils
from fastapi.dependencies.models import Dependant

from natars_fhir.export.plan import Plan
from natars_fhir.mapping.files import Mappings
from natars_fhir.service.remap import live

_LISTS = ("path_params", "query_params", "header_params", "cookie_params", "body_params")


def parts_remembered(patch: pytest.MonkeyPatch) -> None:
    """Until *patch* is undone."""
    remembering = _dependants(utils.get_dependant)
    patch.setattr(utils, "get_dependant", remembering)
    patch.setattr(routing, "get_dependant", remembering)
    patch.setattr(live, "plan_of", _plans(live.plan_of))


def _dependants(make: Callable[..., Dependant]) -> Callable[..., Dependant]:
    known: dict[object, Dependant] = {}

    def made(*, path: str, call: Callable[..., Any], **more: Any) -> Dependant:
        read = _read_of(call)
        key = (path, read, repr(more))
        if read is None:
            return make(path=path, call=call, **more)
        if key not in known:
            found = make(path=path, call=call, **more)
            if found.dependencies:
                return found
            known[key] = replace(found, call=None)
        return replace(known[key], call=call, dependencies=[], **{one: [*getattr(known[key], one)] for one in _LISTS})

    return made


def _read_of(call: Callable[..., Any]) -> object:
    """What the signature of *call* is read of; None where it may differ from one to the next."""
    if isinstance(call, FunctionType):
        given = call.__defaults__ or ()
        plain = all(isinstance(one, str | None) for one in given) and not call.__kwdefaults__ and not vars(call)
        return (call.__code__, given) if plain else None
    return type(call) if type(call).__module__.startswith("natars_fhir.") else None


def _plans(make: Callable[[Mappings, str], Plan]) -> Callable[[Mappings, str], Plan]:
    known: dict[tuple[int, str], tuple[Mappings, Plan]] = {}

    def made(mappings: Mappings, base: str) -> Plan:
        key = (id(mappings), base)
        if key not in known:
            known[key] = (mappings, make(mappings, base))
        return known[key][1]

    return made
