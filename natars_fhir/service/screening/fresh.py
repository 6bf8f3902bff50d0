"""Fresh: is what is kept read with the mapping that figures would be told of, and everybody screened?

Whoever tells figures says which mapping they stand on; facts that another one read would stand under a wrong name
(architecture.md §1: a changed mapping re-derives everything). And of whom nobody knows yet whether they are in scope,
they would be missing.
"""

from __future__ import annotations

from natars_fhir.mapping.files import Mappings
from natars_fhir.service.remap.mapped import with_desk
from natars_fhir.service.remap.remap import to_send_again
from natars_fhir.store import due, readings
from natars_fhir.store.engine import Store

#: What is said of a store that is not.
STALE = "the store holds what another mapping read: the server reads it again when it starts, or on SIGHUP"
#: What is said of one that holds more than was screened.
OWED = "patients are still to be screened: the server does it within minutes, or the load or pull that brought them"


def why_stale(store: Store, mappings: Mappings) -> str:
    """Why figures of this store, by this mapping, would be wrong; empty where they would not. Raises MappingError where
    what counts at a desk does not load over the folder."""
    if not is_fresh(store, mappings):
        return STALE
    with store.read() as connection:
        return OWED if any(due.count(connection, site) for site in mappings.sites) else ""


def is_fresh(store: Store, mappings: Mappings) -> bool:
    """Was everything read with this mapping, and with what counts at the sites' desks, as far as it can be? Raises
    MappingError where what counts at a desk does not load over the folder."""
    here = mappings if mappings.over else with_desk(store, mappings)[0]
    hashes = {site: here.hash_of(site) for site in here.sites}
    with store.read() as connection:
        return not any(readings.stale(connection, site, (one, to_send_again(one))) for site, one in hashes.items())
