"""What every test may ask for."""

from __future__ import annotations

from tests.postgres import _emptied, either_store, postgres, postgres_server, postgres_store

__all__ = ["_emptied", "either_store", "postgres", "postgres_server", "postgres_store"]
