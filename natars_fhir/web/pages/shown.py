"""Shown: moments and days as pages show them, in the trial's zone."""

from __future__ import annotations

from datetime import date, datetime

from natars_fhir.domain.interval import SHANGHAI


def moment(at: datetime | None) -> str:
    """To the minute; a dash where there is none."""
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(at: datetime | date | None) -> str:
    """The day; a dash where there is none."""
    if at is None:
        return "—"
    return (at.astimezone(SHANGHAI) if isinstance(at, datetime) else at).strftime("%Y-%m-%d")
