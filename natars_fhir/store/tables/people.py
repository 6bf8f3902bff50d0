"""The tables of people who log in to the pages: accounts, sessions, and what somebody had typed when a session ended.

They are asked before a site is known: a question goes by a name, an id or a hash. Each row has its person's site, which
is empty where they are of no single one.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table

from natars_fhir.store.tables.core import Moment, _text, metadata

#: Somebody who may log in. `name` is what is typed, `person` is how the site's delegation list names them. `password`
#: is an argon2id hash, empty where a provider says who it is (`issuer`, `subject`). `second` is the sealed secret of
#: the second factor, in use once `enrolled`; `counter` is the last code that was used. `fresh`: the password was given,
#: not chosen. `failures` are counted before they happen.
account = Table(
    "account",
    metadata,
    _text("id", key=True),
    _text("name"),
    _text("site"),
    _text("roles"),
    _text("person"),
    _text("password"),
    _text("issuer"),
    _text("subject"),
    Column("second", LargeBinary),
    Column("enrolled", Moment),
    Column("counter", BigInteger, nullable=False),
    Column("fresh", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked", Moment),
    Column("made", Moment, nullable=False),
    Column("used", Moment),
    Column("disabled", Moment),
    Index("account_name", "name", unique=True),
    Index("account_told", "issuer", "subject"),
)

#: A session, by the hash of its token. `second`: the second factor was shown in it, or the provider answered for it.
#: `provided` is the sealed token by which a provider's own session is ended.
login_session = Table(
    "login_session",
    metadata,
    _text("hash", key=True),
    _text("site"),
    _text("account"),
    Column("made", Moment, nullable=False),
    Column("used", Moment, nullable=False),
    Column("second", Boolean, nullable=False),
    Column("provided", LargeBinary),
    Index("login_session_of", "account"),
)

#: What somebody had typed into the form of a page when their session ended, sealed, for that account alone; for a day.
draft = Table(
    "draft",
    metadata,
    _text("site"),
    _text("account", key=True),
    _text("page", key=True),
    Column("fields", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)
