"""Roles: what each may. The one table of it; a route declares what it needs (`web.needs`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, get_args

Role = Literal["engine", "coordinator", "investigator", "trial-office", "operator"]

#: What can be needed. `known` is what everybody may who is known at all.
May = Literal[
    "known",
    "push",
    "read",
    "worklist",
    "attest",
    "sign",
    "counts",
    "figures",
    "allocate",
    "export",
    "bulk",
    "overlap",
    "quarantine",
    "gaps",
    "mapping",
    "tokens",
    "metrics",
    "people",
    "accounts",
]

ROLES: Final[Mapping[Role, frozenset[May]]] = {
    # the site's integration engine: sends, reads what its own site sent, and exports its own subjects
    "engine": frozenset({"known", "push", "read", "bulk"}),
    # the site's coordinator: who is to be looked at, what is missing, statements
    "coordinator": frozenset({"known", "read", "worklist", "attest", "gaps", "figures"}),
    # the site's investigator: the same, and the signature
    "investigator": frozenset({"known", "read", "worklist", "attest", "sign", "gaps", "figures"}),
    # the trial office: numbers and pseudonyms over all sites
    "trial-office": frozenset({"known", "counts", "figures", "allocate", "export", "bulk", "overlap", "people"}),
    # who runs the installation
    "operator": frozenset({"known", "quarantine", "gaps", "mapping", "tokens", "metrics", "people", "accounts"}),
}

NAMES: Final[tuple[Role, ...]] = get_args(Role)
#: What a site's own people and programs are: never without a site.
OF_A_SITE: Final[frozenset[Role]] = frozenset({"engine", "coordinator", "investigator"})
#: … and who is never of one site alone.
OF_NO_SITE: Final[frozenset[Role]] = frozenset({"trial-office"})


def allowed(roles: Collection[str]) -> frozenset[May]:
    """What these roles may together; a role that is none may nothing."""
    return frozenset(may for role in NAMES if role in roles for may in ROLES[role])


def fault(site: str, roles: Collection[str]) -> str:
    """Why a token of this site cannot have these roles; empty where it can."""
    if not roles or not {*roles} <= {*NAMES}:
        return f"a role is one of {', '.join(NAMES)}"
    if not site and (own := sorted(OF_A_SITE & {*roles})):
        return f"the role {own[0]} is that of a site: name the site"
    if site and (none := sorted(OF_NO_SITE & {*roles})):
        return f"the role {none[0]} is of no site: name none"
    return ""
