"""Delegation: who of a site may speak for it on a day. A coordinator may state, an investigator may sign too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from natars_fhir.mapping.schema import Delegate, Site

#: The role that says "eligible".
SIGNS = "investigator"


def delegate(site: Site, names: Collection[str], day: date) -> Delegate | None:
    """The person of the site's list, on it on *day*, whom one of *names* (identifiers, or the name) means.

    None where nobody is meant, or more than one person. Who is on the list in both roles that day speaks as the
    investigator.
    """
    meant = [one for one in site.delegation if {one.name, one.identifier} & {*names} - {""} and _on(one, day)]
    if len({one.name for one in meant}) != 1:
        return None
    return next((one for one in meant if one.role == SIGNS), meant[0])


def _on(one: Delegate, day: date) -> bool:
    return one.since <= day and (one.until is None or day <= one.until)
