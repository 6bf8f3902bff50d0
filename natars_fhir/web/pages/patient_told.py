"""What is answered to somebody who states or signs, in their language: the service speaks English, to programs too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from natars_fhir.service.ingest.answer import Answer
from natars_fhir.web.pages.page import Page
from natars_fhir.web.pages.words import catalogue, msg

#: Whole texts of the service (service/people/people.py, service/people/sayings.py) that have their Chinese.
WHOLE: Final = (
    msg("Another person stated the opposite before: both are kept, and the newer one counts."),
    msg("By the data the criterion does not apply, and no statement changes that: have the record corrected."),
    msg("Nothing new was said: nothing changes."),
    msg("Only an investigator on the site's delegation list can sign."),
    msg("Signed."),
    msg("A statement needs its reason."),
    msg("The author is not on the site's delegation list that day: nothing is taken."),
    msg("The data says the opposite: a correction needs its reason. Open the form anew where that was not meant."),
    msg("The patient is not in the trial's scope."),
    msg("The patient is recorded as dead."),
    msg("The patient's findings are others by now: look at them again; nothing is taken."),
    msg("This can be answered only after the surgery."),
    msg("This criterion is answered twice, and not the same."),
    msg("This line is worked out from its parts: answer those."),
    msg("This was said already: it is kept once."),
)
#: Texts with something in them: how the service says it → how a page does.
_FILLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        r"Statements kept: (?P<count>\d+), of them overrides: (?P<overrides>\d+)\.": msg(
            "Kept: {count} statements, of them {overrides} corrections of the data."
        ),
        r"Signing is refused: (?P<criterion>\S+) bars\.": msg("Signing is refused: {criterion} bars."),
        r"Signing is refused: (?P<criterion>\S+) is unknown\.": msg("Signing is refused: {criterion} is unknown."),
        r"Signing is refused: (?P<criterion>\S+) awaits review\.": msg(
            "Signing is refused: {criterion} awaits a second look."
        ),
    }
)
NOT_TAKEN: Final = msg("This was not taken. Ask whoever runs the installation.")


def told(page: Page, answer: Answer) -> list[Markup]:
    """Every issue of an answer."""
    return [_text(page, str(one.get("diagnostics", ""))) for one in _worth(answer)]


def _worth(answer: Answer) -> Iterable[Mapping[str, object]]:
    issues = list(answer.body.get("issue", ()))
    wrong = [one for one in issues if one["severity"] in ("error", "fatal")]
    return wrong or issues


def _text(page: Page, text: str) -> Markup:
    if text in catalogue():
        return page.say(text)
    for pattern, said in _FILLED.items():
        if found := re.fullmatch(pattern, text):
            return page.say(said, **found.groupdict())
    return page.say(NOT_TAKEN)
