"""What is the same in every application that a test makes, made once: its routes' parameters, the plan of exports; and
what of it a test does not ask for, not made: a route is built when it is first asked.

A function that is defined within another is a new one in each application, with the same code: FastAPI would read its
signature and make the models of its parameters a thousand times over, which is half of what an application costs. Of
its two hundred routes a test asks one or two. That they can all be built, with nothing remembered, test_app.py shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import FunctionType
from typing import Any

import pytest
from fastapi import routing
from fastapi.dependencies import utils
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

from natars_fhir.export.plan import Plan
from natars_fhir.mapping.files import Mappings
from natars_fhir.service.remap import live

_LISTS = ("path_params", "query_params", "header_params", "cookie_params", "body_params")


#: What FastAPI and we do ourselves.
_DEPENDANT, _PLAN, _ROUTER = utils.get_dependant, live.plan_of, routing.APIRouter.__init__
_ASKED = dict(_ROUTER.__kwdefaults__)


def parts_remembered(patch: pytest.MonkeyPatch, *, undone: bool = False) -> None:
    """Until *patch* is undone; or everything as it is by itself."""
    dependant = _DEPENDANT if undone else _dependants(_DEPENDANT)
    patch.setattr(utils, "get_dependant", dependant)
    patch.setattr(routing, "get_dependant", dependant)
    patch.setattr(live, "plan_of", _PLAN if undone else _plans(_PLAN))
    patch.setattr(_ROUTER, "__kwdefaults__", {**_ASKED, "route_class": APIRoute if undone else Late})


_compiled = cache(compile_path)


class Late(APIRoute):
    """A route that knows its address and who may, and is built when something else is asked of it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        self._told = (path, endpoint, more)
        self.path, self.endpoint, self.name = path, endpoint, more.get("name") or get_name(endpoint)
        self.path_regex, self.path_format, self.param_convertors = _compiled(path)
        self.methods = {one.upper() for one in more.get("methods") or ["GET"]}
        self.dependencies = list(more.get("dependencies") or [])

    def __getattr__(self, name: str) -> Any:
        told = vars(self).pop("_told", None)
        if told is None:
            raise AttributeError(name)
        path, endpoint, more = told
        super().__init__(path, endpoint, **more)
        return getattr(self, name)


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
