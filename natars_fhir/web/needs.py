"""Needs: what a caller must be allowed, declared where a route is added and checked before it runs.

    router.add_api_route(path, take, methods=["POST"], response_model=None, dependencies=needs("push"))

A route that declares nothing is not served: the application does not start with it. What is for everybody says so,
`needs("anybody")`. https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-in-path-operation-decorators/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import Depends, Request
from fastapi.params import Depends as Declared
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount

from natars_fhir.service.access.caller import Caller
from natars_fhir.service.access.roles import May
from natars_fhir.store.actor import acts_as
from natars_fhir.web.access import Access
from natars_fhir.web.respond import Refusal

_SCOPE = {"WWW-Authenticate": 'Bearer realm="natars-fhir", error="insufficient_scope"'}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a route needs. ``does`` are letters of SMART scopes, one of which must be allowed with the type ``kind``, or
    with the type that the path names. ``across``: it is about every site, so that one site's token is not enough."""

    may: May | Literal["anybody"]
    does: str = ""
    kind: str = ""
    across: bool = False

    async def __call__(self, request: Request) -> None:
        """Lets a request pass, and remembers whose it is. Raises Refusal."""
        if self.may == "anybody":
            return
        access: Access = request.app.state.access
        who = access.at_once(request)
        if who is None:
            who = await run_in_threadpool(access.caller, request)
        self.check(who, self.kind or str(request.path_params.get("kind", "")))
        request.state.caller = who
        acts_as(who.by)
        await request.app.state.due.before(self.may, who.site)

    def check(self, who: Caller, kind: str) -> None:
        """Raises Refusal where *who* may not."""
        if self.may not in who.may:
            raise Refusal(403, "forbidden", f"The token's role does not allow this: {self.may}.")
        if self.across and not who.across:
            raise Refusal(403, "forbidden", "This is about every site, and the token is one site's.")
        if not self.across and not who.site and self.may not in ("known", "quarantine", "bulk"):
            raise Refusal(403, "forbidden", "This is about one site, and the token is none's.")
        if self.does and not who.does(kind, self.does):
            raise Refusal(403, "forbidden", "The token's scopes do not allow this.", _SCOPE)


def needs(may: May | Literal["anybody"], does: str = "", kind: str = "", *, across: bool = False) -> list[Declared]:
    """The `dependencies` of a route that needs it."""
    return [Depends(Needs(may, does, kind, across))]


def caller_of(request: Request) -> Caller:
    """Who a request comes from that a route has let pass."""
    who: Caller = request.state.caller
    return who


def declared(route: BaseRoute | RouteContext) -> Needs | None:
    """What a route declares; None where it declares nothing, or several things."""
    told = [one.dependency for one in getattr(route, "dependencies", ()) if isinstance(one.dependency, Needs)]
    return told[0] if len(told) == 1 else None


def reachable(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, RouteContext]]:
    """Every route with its path, those of included routers and mounted applications too."""
    for one in iter_route_contexts(routes):
        if isinstance(one.route, Mount) and one.route.routes:
            yield from ((one.route.path + path, inner) for path, inner in reachable(one.route.routes))
        else:
            yield one.path or "?", one


def undeclared(routes: Sequence[BaseRoute]) -> list[str]:
    """The paths that nobody said anything of: who may is asked of every route that can be reached."""
    return sorted({path for path, route in reachable(routes) if declared(route) is None})
