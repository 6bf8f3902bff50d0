"""Settings: environment variables `NATARS_…`, each documented in docs/settings.md (a test sees to it)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_folder(name: str, packaged: str) -> Path:
    """A folder of the checkout (`mappings/`, `fixtures/`), or the copy that the wheel carries."""
    package = Path(__file__).parent
    beside = package.parent / name
    return beside if beside.is_dir() else package / packaged


class Settings(BaseSettings):
    """What an installation may set. Every setting has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="NATARS_", extra="ignore", frozen=True)

    mappings: Path = Field(
        default_factory=lambda: default_folder("mappings", "default_mappings"),
        description="The mappings folder: a site mounts its own copy.",
    )
    trial: str = Field("natars", description="The trial file in mappings/trials/, without .toml.")
    database: str = Field(
        "sqlite:///natars.sqlite", description="SQLAlchemy address of the store: SQLite, or postgresql+psycopg://…"
    )
    key_file: Path = Field(
        Path("natars.key"),
        description="The secret that our identifiers are keyed with; made at first start, kept beside the store.",
    )
    canonical_base: str = Field(
        "https://natars.example/fhir", description="How our canonical addresses and identifier systems begin."
    )
    default_site: str = Field(
        "generic", description="The site of a request without a token; only while listening on loopback."
    )
    tokens: dict[str, str] = Field(
        default_factory=dict, description='Bearer tokens of the sites, as JSON: {"token": "site"}.'
    )
    host: str = Field("127.0.0.1", description="Where the server listens.")
    port: int = Field(8080, description="The port it listens on.")
    workers: int = Field(
        1, ge=1, description="Processes that serve the port; more than one need PostgreSQL as the database."
    )
    most_bytes: int = Field(64_000_000, description="The largest request body, in bytes; a larger one is answered 413.")
    most_entries: int = Field(10_000, description="The most entries in a Bundle; more are answered 413.")
    deliver_every: float = Field(2.0, description="Seconds between looks into the outbox while the server runs.")
    deliver_timeout: float = Field(30.0, description="Seconds that a site's server has to answer a delivery.")
    deliver_attempts: int = Field(12, description="Attempts before a delivery is given up and listed as dead.")
    facts_in_memory: int = Field(
        8_000, description="Facts that `screen` holds in memory; beyond it they go to a temporary SQLite file."
    )
