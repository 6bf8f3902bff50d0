"""`site check --online`: asks the site's server what it can do, and tells which fallback the site's file needs."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.markup import escape

from natars_fhir.cli.exits import CONFIGURATION, DONE, FAULTS, UNAVAILABLE
from natars_fhir.cli.screens import Table, errors, output
from natars_fhir.mapping.endpoint import Endpoint

_WORDS = {
    "en": {
        "head": ("asked of the server", "state", "write into [endpoint]"),
        "none": "The file of {site} names no server ([endpoint]).",
        "away": "The server of {site} did not say what it can do ({outcome}). {told}",
    },
    "zh": {
        "head": ("对服务器的要求", "状态", "写入 [endpoint]"),
        "none": "{site} 的中心文件未声明服务器（[endpoint]）。",
        "away": "{site} 的服务器未说明其能力（{outcome}）。{told}",
    },
}
_STATES_ZH = {"good": "满足", "met": "由替代方式满足", "missing": "缺少", "doubtful": "未声明"}


def online(site: str, endpoint: Endpoint | None, timeout: float, style: str, language: str) -> int:
    """Asks, tells, and gives the exit code: 1 where something is missing, 69 where the server does not answer."""
    from natars_fhir.service.deliver.counterpart import AwayError, capability, traits
    from natars_fhir.service.deliver.explained import explained
    from natars_fhir.service.http import Clients

    words: dict[str, Any] = _WORDS[language]
    if endpoint is None:
        errors().print(words["none"].format(site=site), markup=False, soft_wrap=True)
        return CONFIGURATION
    try:
        with Clients(timeout) as clients:
            found = list(traits(capability(clients, endpoint), endpoint))
    except AwayError as away:
        told = explained(str(away))[language == "zh"]
        errors().print(words["away"].format(site=site, outcome=away, told=told), markup=False, soft_wrap=True)
        return UNAVAILABLE
    if style == "json":
        rows = [
            {"name": one.name, "state": one.state, "what": {"en": one.en, "zh": one.zh}, "change": one.change or None}
            for one in found
        ]
        sys.stdout.write(json.dumps({"site": site, "server": rows}, ensure_ascii=False, indent=2) + "\n")
    else:
        table = Table(*words["head"])
        for one in found:
            state = _STATES_ZH[one.state] if language == "zh" else one.state
            table.add_row(*(escape(cell) for cell in (one.zh if language == "zh" else one.en, state, one.change)))
        output().print(table)
    return FAULTS if any(one.state == "missing" for one in found) else DONE
