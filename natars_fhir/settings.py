"""Settings: environment variables `NATARS_…`, each documented in docs/settings.md (a test sees to it)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PREFIX = "NATARS_"
_STORE = re.compile(r"sqlite:///[^?]|postgresql\+psycopg://.")


def default_folder(name: str, packaged: str) -> Path:
    """A folder of the checkout (`mappings/`, `fixtures/`), or the copy that the wheel carries."""
    package = Path(__file__).parent
    beside = package.parent / name
    return beside if beside.is_dir() else package / packaged


#: How alike a variable and a setting are where one is taken for the other, misspelt.
_ALIKE = 0.75


def misspelt(variables: Iterable[str]) -> dict[str, str]:
    """Environment variables that are no setting and look like one → that setting. A variable of this beginning may also
    be somebody's own (`secret_env` of a site's file), so that it is no fault."""
    ours = [name.upper() for name in Settings.model_fields]
    told = (name for name in variables if name.upper().startswith(_PREFIX))
    found = {name: name.upper().removeprefix(_PREFIX) for name in told}
    close = {name: get_close_matches(rest, ours, 1, _ALIKE) for name, rest in found.items() if rest not in ours}
    return {name: f"{_PREFIX}{right[0]}" for name, right in close.items() if right}


class Settings(BaseSettings):
    """What an installation may set. Every setting has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    mappings: Path = Field(
        default_factory=lambda: default_folder("mappings", "default_mappings"),
        description="The mappings folder: a site mounts its own copy.",
    )
    trial: str = Field("natars", description="The trial file in mappings/trials/, without .toml.")
    database: str = Field(
        "sqlite:///natars.sqlite", description="SQLAlchemy address of the store: SQLite, or postgresql+psycopg://…"
    )
    database_connections: int = Field(
        10, ge=4, description="Connections to PostgreSQL that a worker keeps open, once they were needed."
    )
    database_connections_more: int = Field(
        20, ge=0, description="Connections that it opens besides under load, and closes again."
    )
    database_wait: float = Field(
        30.0, gt=0, description="Seconds that a request waits for a connection; then it is answered 503."
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
    port: int = Field(8080, ge=1, le=65_535, description="The port it listens on.")
    public_url: str = Field(
        "", description="How the server is reached from outside, https://…, without a path; needed for SMART clients."
    )
    token_seconds: int = Field(
        300, gt=0, le=3600, description="Seconds that a token lasts which a SMART client is given."
    )
    certificate_header: str = Field(
        "", description="The header in which a proxy tells the certificate that a site presented; empty: none is asked."
    )
    trusted_proxies: list[str] = Field(
        default_factory=list, description="Addresses or networks of the proxies whose header is believed, as JSON."
    )
    hook_origins: list[str] = Field(
        default_factory=list, description="Origins whose pages may call the CDS service from a browser, as JSON."
    )
    pages_url: str = Field(
        "", description="Where a site's people look at their patients: linked in cards and mails; empty: no link."
    )
    session_minutes: int = Field(
        30, gt=0, le=480, description="Minutes without a request after which somebody must log in to the pages again."
    )
    session_hours: int = Field(12, gt=0, le=24, description="Hours after which they must log in again in any case.")
    second_factor: bool = Field(
        default=True, description="Must whoever logs in with a password show a code of their telephone as well?"
    )
    providers: Path | None = Field(
        None, description="The file (TOML) of the hospitals' own logins, by OpenID Connect; none: passwords alone."
    )
    most_requests: int = Field(
        30_000, gt=0, description="The most requests of a site in a minute, per worker; more are answered 429."
    )
    most_at_once: int = Field(
        32, gt=0, description="The most requests in work at once, per worker; more are answered 503."
    )
    body_wait: float = Field(
        30.0,
        gt=0,
        description="Seconds that the body of a request may let one wait, and one more for each kilobyte; then 408.",
    )
    most_depth: int = Field(
        100, gt=0, le=100, description="The deepest nesting of a JSON body; a deeper one is answered 413."
    )
    workers: int = Field(1, ge=1, description="Processes that serve the port, on one database.")
    most_bytes: int = Field(
        64_000_000, gt=0, description="The largest request body, in bytes; a larger one is answered 413."
    )
    most_entries: int = Field(10_000, gt=0, description="The most entries in a Bundle; more are answered 413.")
    screen: Literal["with-push", "after"] = Field(
        "with-push",
        description="Are patients screened within the push that touches them, or within a second after its answer?",
    )
    deliver_every: float = Field(2.0, gt=0, description="Seconds between looks into the outbox while the server runs.")
    deliver_timeout: float = Field(30.0, gt=0, description="Seconds that a site's server has to answer a delivery.")
    deliver_attempts: int = Field(12, gt=0, description="Attempts before a delivery is given up and listed as dead.")
    freeze_folder: Path = Field(
        Path("natars-freezes"), description="Where the freezes lie that the trial office starts on the pages."
    )
    export_folder: Path = Field(
        Path("natars-exports"), description="Where the files of exports lie that clients ask for over HTTP."
    )
    export_hours: float = Field(24.0, gt=0, description="Hours that these files live once they are there.")
    export_jobs: int = Field(
        2, gt=0, description="The most exports of a caller under way at once; more are answered 429."
    )
    pull_folder: Path = Field(
        Path("natars-pull"),
        description="Where files of an export are put until they are taken in; for its owner alone.",
    )
    smtp_host: str = Field("", description="The mail server for digests; empty: no mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65_535, description="The mail server's port.")
    smtp_starttls: bool = Field(
        default=True, description="Is the mail server spoken to by STARTTLS? Its certificate is checked."
    )
    smtp_user: str = Field("", description="The user at the mail server; empty: none is told.")
    smtp_password_file: Path | None = Field(None, description="The file that holds that user's password.")
    mail_from: str = Field("", description="The address that digests come from; needed with a mail server.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level of what is logged: debug, info, warning or error."
    )
    stop_within: int = Field(
        30, ge=0, description="Seconds that requests under way have to be finished when the server is asked to stop."
    )
    facts_in_memory: int = Field(
        60_000, ge=0, description="Facts that `screen` holds in memory; beyond it they go to a temporary SQLite file."
    )

    @property
    def address(self) -> str:
        """How the server is reached: as it is told, else as this machine reaches it. Never as a request says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @field_validator("database")
    @classmethod
    def _kept(cls, told: str) -> str:
        """A store in memory alone would be gone with the process."""
        if not _STORE.match(told) or told.startswith("sqlite:///:memory:"):
            raise ValueError("a store is sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
        return told

    @field_validator("hook_origins")
    @classmethod
    def _named(cls, told: list[str]) -> list[str]:
        if any(not re.fullmatch(r"https?://[^/?#*\s]+", one) for one in told):
            raise ValueError("an origin is https://host[:port], and never a star")
        return told

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, told: list[str]) -> list[str]:
        for one in told:
            ip_network(one)
        return told

    @model_validator(mode="after")
    def _mails(self) -> Settings:
        if self.smtp_host and "@" not in self.mail_from:
            raise ValueError("NATARS_SMTP_HOST needs NATARS_MAIL_FROM: the address that mails come from")
        if self.smtp_user and self.smtp_password_file is None:
            raise ValueError("NATARS_SMTP_USER needs NATARS_SMTP_PASSWORD_FILE")
        return self

    @model_validator(mode="after")
    def _believed(self) -> Settings:
        if self.certificate_header and not self.trusted_proxies:
            raise ValueError("NATARS_CERTIFICATE_HEADER needs NATARS_TRUSTED_PROXIES: anybody can send a header")
        return self
