"""The tables of the bedside: cards that were shown and what became of them, subscriptions and their events, digests.

`patient` is the key under which the store knows a patient, so that a purge takes the row along; a patient of whom the
store knows nothing is not named.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from natars_fhir.store.tables.core import Moment, _number, _text, metadata

#: A card that was shown; its uuid is a keyed hash of the patient and of what was found.
hook_card = Table(
    "hook_card",
    metadata,
    _text("site", key=True),
    _text("uuid", key=True),
    _text("patient"),
    Column("at", Moment, nullable=False),
    Index("hook_card_of", "site", "patient"),
)

#: What people made of a card: `outcome` is accepted or overridden, `reason` a code, `comment` their own words.
hook_feedback = Table(
    "hook_feedback",
    metadata,
    _number(),
    _text("site"),
    _text("card"),
    _text("patient"),
    _text("outcome"),
    _text("reason"),
    _text("comment"),
    Column("at", Moment, nullable=False),
    Column("received", Moment, nullable=False),
    Index("hook_feedback_of", "site", "card"),
    Index("hook_feedback_about", "site", "patient"),
)

#: Who wants to be told of what. `headers` are sealed with the store's key. `events` counts what happened, `told` is the
#: last of them that the endpoint has taken; `due` is when it is to be spoken to again.
subscription = Table(
    "subscription",
    metadata,
    _text("site", key=True),
    _text("id", key=True),
    _text("status"),
    _text("version"),
    _text("topic"),
    _text("endpoint"),
    _text("content"),
    _text("reason"),
    Column("headers", LargeBinary),
    Column("heartbeat", Integer, nullable=False),
    Column("timeout", Integer, nullable=False),
    Column("most", Integer, nullable=False),
    Column("ends", Moment),
    Column("events", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    _text("error"),
    Column("spoken", Moment),
    Column("due", Moment, nullable=False),
    Column("lease", Moment),
    Column("holder", Text),
    Index("subscription_topic", "site", "topic", "status"),
)

#: What happened, in the numbering of each subscription; `ident` is the id under which
#: we give the resource, `target` where the site's server has it.
subscription_event = Table(
    "subscription_event",
    metadata,
    _text("site", key=True),
    _text("subscription", key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("kind"),
    _text("ident"),
    _text("target"),
    Column("at", Moment, nullable=False),
    Index("subscription_event_about", "site", "target"),
)

#: A digest by e-mail: one row a site and slot, so that it goes out once. `state`: waiting, sent or failed.
digest_slot = Table(
    "digest_slot",
    metadata,
    _text("site", key=True),
    _text("slot", key=True),
    _text("state"),
    Column("attempts", Integer, nullable=False),
    Column("due", Moment, nullable=False),
)
