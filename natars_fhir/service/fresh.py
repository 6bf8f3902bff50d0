"""Fresh: is what is kept read with the mapping that figures would be told of?

Whoever tells figures says which mapping they stand on; facts that another one read would stand under a wrong name
(architecture.md §1: a changed mapping re-derives everything).
"""

from __future__ import annotations

from natars_fhir.mapping.files import Mappings
from natars_fhir.service.mapped import with_desk
from natars_fhir.service.remap import to_send_again
from natars_fhir.store import readings
from natars_fhir.store.engine import Store

#: What is said of a store that is not.
STALE = "the store holds what another mapping read: the server reads it again when it starts, or on SIGHUP"


def is_fresh(store: Store, mappings: Mappings) -> bool:
    """Was everything read with this mapping, and with what counts at the sites' desks, as far as it can be? Raises
    MappingError where what counts at a desk does not load over the folder."""
    here = mappings if mappings.over else with_desk(store, mappings)[0]
    hashes = {site: here.hash_of(site) for site in here.sites}
    with store.read() as connection:
        return not any(readings.stale(connection, site, (one, to_send_again(one))) for site, one in hashes.items())
