"""The open questions to the trial's investigators, as switches: how each may be settled, and how it is settled here
(clinical.md §7). The first setting of each is what is assumed until the trial office says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from natars_fhir.domain.nearest import unknown

SWITCHES: dict[str, tuple[str, ...]] = {
    # 1: to whom the size limit applies
    "size_rule": ("LMS_ONLY", "ALL_HISTOLOGIES"),
    # 2: which SFT score
    "sft_model": ("FOUR_VARIABLES", "THREE_VARIABLES"),
    # 3: is a PD-1 antibody targeted therapy?
    "pd1_antibodies": ("ASK_PEOPLE", "TARGETED", "NOT_TARGETED"),
    # 4: is a carcinoma in situ a second malignancy?
    "in_situ": ("ASK_PEOPLE", "COUNTS", "DOES_NOT_COUNT"),
    # 5: what do "the last 6 months" govern; which way does "in one month" look; how long is a month?
    "six_months": ("WHOLE_LINE", "LAST_ITEM"),
    "one_month": ("LOOKS_BACK", "LOOKS_AHEAD"),
    "month": ("CALENDAR", "THIRTY_DAYS", "TWENTY_EIGHT_DAYS"),
    # 6: a negative stain beside an amplified gene
    "stain_against_gene": ("ASK_PEOPLE", "STAIN_DECIDES", "GENE_DECIDES"),
    # 11: how recent a pregnancy test must be
    "pregnancy_test": ("SEVEN_DAYS", "FOURTEEN_DAYS", "TWENTY_EIGHT_DAYS"),
}

Settings = Mapping[str, str]


def settings_of(table: Mapping[str, Any], faults: list[str]) -> dict[str, str]:
    """Every switch with its setting, as the file's ``[switches]`` has it, else the first."""
    given = table.get("switches", {})
    faults += [f"switches: {unknown(name, SWITCHES, 'switch')}" for name in given if name not in SWITCHES]
    for name, settings in SWITCHES.items():
        if name in given and given[name] not in settings:
            faults.append(f"switches: {name} must be one of {', '.join(settings)}")
    return {name: str(given.get(name, settings[0])) for name, settings in SWITCHES.items()}


def holds(when: Mapping[str, Any], switches: Settings, place: str, faults: list[str]) -> bool:
    """Are these switches set so? What no switch can be set to is a fault."""
    for name, setting in when.items():
        if name not in SWITCHES:
            faults.append(f"{place}: {unknown(name, SWITCHES, 'switch')}")
        elif setting not in SWITCHES[name]:
            faults.append(f"{place}: {name} must be one of {', '.join(SWITCHES[name])}")
    return all(switches.get(name) == setting for name, setting in when.items())
