"""Pooler: does something stand between us and PostgreSQL that gives each transaction another session there?

PgBouncer's transaction pooling (https://www.pgbouncer.org/features.html) keeps what a transaction sets and locks, and
loses what a session has: our walls and locks are the transaction's, statements that are prepared are the session's
(https://www.psycopg.org/psycopg3/docs/advanced/prepare.html#using-prepared-statements-with-pgbouncer). It gives itself
away by the number of the process that it says is ours: that is none of PostgreSQL's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event


def between(driver: Any) -> bool:
    """Is there one between this connection of psycopg's and the server?"""
    with driver.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()", prepare=False)
        told = cursor.fetchone()[0]
    driver.rollback()
    return bool(told != driver.info.backend_pid)


def watch(engine: Engine) -> None:
    """Through a pooler nothing is prepared."""

    @event.listens_for(engine, "connect")
    def connected(driver: Any, _: Any) -> None:
        if between(driver):
            driver.prepare_threshold = None
