"""Locks: on PostgreSQL two writers wait for each other only where they touch the same patients.

Advisory locks of the transaction (https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS), taken at
its beginning and in one order: the store (shared, or alone), the site (shared, or alone), then the names. A push of
thousands of patients takes the site, for it needs no more locks than the server has room for. A lock's key is 64 bits
of a hash: two names that share one wait for each other, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, func, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import BigInteger

from natars_fhir.store import driver
from natars_fhir.store.persons import Persons
from natars_fhir.store.undoing import is_undoable

#: Who needs the locks of more names takes the whole site. By default a server has room for 6,400
#: (https://www.postgresql.org/docs/15/runtime-config-locks.html).
_MANY = 128
#: Under this name a connection remembers the locks that its transaction holds; None: of the whole site.
_HELD = "natars locks"
#: What the policies of the tables ask for (`store.walls`): the site, or everybody's.
SETTING, EVERY_SITE = "natars.site", "*"


def _each(name: str) -> Any:
    """Each of the keys in a parameter."""
    return func.unnest(bindparam(name, type_=ARRAY(BigInteger()))).column_valued(name)


_keys = _each("keys")
_ALONE = select(func.pg_advisory_xact_lock(_keys))
_SHARED = select(func.pg_advisory_xact_lock_shared(_keys))
_FREE = select(_keys).where(func.pg_try_advisory_xact_lock(_keys))
_NARROW = select(func.set_config(SETTING, bindparam("site"), True))
#: What a push asks of many rows it asks by an index. While a table is small the server would rather read all of it, or
#: all of the site's, and keeps that plan while the table grows (`store.first_look`): here a page at random costs
#: nothing, and each row that is read a lot. What is reckoned to cost so much the server would compile.
#: https://www.postgresql.org/docs/15/runtime-config-query.html
_ASKING = {"enable_seqscan": "off", "random_page_cost": "0.05", "cpu_tuple_cost": "1", "jit": "off"}
_BY_INDEX = [select(func.set_config(name, value, True)) for name, value in _ASKING.items()]
#: All that a writer of one site begins with; the server does the parts in their order.
_BEGIN = union_all(
    _NARROW,
    *_BY_INDEX,
    select(cast(func.pg_advisory_xact_lock_shared(_each("shared")), Text)),
    select(cast(func.pg_advisory_xact_lock(_each("alone")), Text)),
)


def narrow(connection: Connection, site: str | None) -> None:
    """Until the transaction ends it sees and takes this site's rows alone; without a site everybody's."""
    connection.execute(_NARROW, {"site": site or EVERY_SITE})


def hold(connection: Connection, site: str | None, names: Collection[str] | None) -> None:
    """Narrows the transaction to the site, and takes the locks that a writer needs; waits until it has them."""
    if site is None:
        narrow(connection, None)
        whole = names is None or bool(names)
        if whole:
            connection.execute(_ALONE, {"keys": [_key("store")]})
        connection.info[_HELD] = None if whole else frozenset()
        return
    keys = sorted({_named(site, name) for name in names or ()})
    whole, store, here = names is None or len(keys) > _MANY, _key("store"), _key(f"site {site}")
    if whole:
        shared, alone = [store], [here]
    else:
        shared, alone = [store, here] if keys else [], keys
    driver.run(connection, _BEGIN, {"site": site, "shared": shared, "alone": alone})
    connection.info[_HELD] = None if whole else frozenset(keys)


def also(connection: Connection, site: str, names: Collection[str]) -> bool:
    """Takes the locks of more names, in mid-transaction; were there any that it had not? Then others may have written
    meanwhile what was read before.

    Two that wait for each other here are told apart by the server: one of them fails, and is to be begun again.
    """
    held = connection.info.get(_HELD, frozenset()) if connection.dialect.name == "postgresql" else None
    wanted = {_named(site, name) for name in names} - held if held is not None else ()
    if held is None or not wanted:
        return False
    whole = len(wanted) > _MANY
    driver.run(connection, _ALONE, {"keys": [_key(f"site {site}")] if whole else sorted(wanted)})
    if not is_undoable(connection):  # undone, it would let them go
        connection.info[_HELD] = None if whole else held | wanted
    return True


def free(connection: Connection, site: str, persons: Persons) -> set[str]:
    """Takes the locks of these persons, as far as nobody else has them, and waits for none: who are held now, by key.
    Whoever changes the whole site, or the store, is waited for."""
    if connection.dialect.name != "postgresql":
        return {*persons}
    connection.execute(_SHARED, {"keys": [_key("store"), _key(f"site {site}")]})
    wanted = {key: {_named(site, name) for name in names} for key, names in persons.items()}
    keys = sorted({key for several in wanted.values() for key in several})
    held = {*connection.execute(_FREE, {"keys": keys}).scalars()}
    return {key for key, several in wanted.items() if several <= held}


def first(connection: Connection, what: str) -> bool:
    """Nobody else does it? Then nobody else will, until this transaction ends."""
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(_key(f"task {what}")))).scalar())


def is_clash(fault: DBAPIError) -> bool:
    """Did two transactions stand in each other's way, so that this one is to be begun again?

    https://www.postgresql.org/docs/15/errcodes-appendix.html: serialization_failure, deadlock_detected, and
    unique_violation: both added what neither saw.
    """
    return getattr(fault.orig, "sqlstate", None) in ("40001", "40P01", "23505")


def _named(site: str, name: str) -> int:
    return _key(f"name {site} {name}")


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest(), signed=True)
