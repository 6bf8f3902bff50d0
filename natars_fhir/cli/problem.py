"""A problem of the data, as a line for people: its place, how grave it is, and the sentence, in their language."""

from __future__ import annotations

from collections.abc import Callable

from natars_fhir.domain.sentence import Language


def problem(place: str, severity: str, expression: str, text: str, language: str = "en") -> str:
    """``bundle.json: error: Bundle.entry[4].resource.status: …``; without *place* what follows it."""
    say = _spoken("zh" if language == "zh" else "en")
    parts = (place, say(severity), expression or _DOCUMENT[language == "zh"], say(text))
    return ": ".join(part for part in parts if part)


_DOCUMENT = ("document", "文档")


def _spoken(language: Language) -> Callable[[str], str]:
    if language == "en":
        return str
    from natars_fhir.web.pages.issue_words import issue_text  # the words of the pages: only where Chinese is asked

    return lambda text: issue_text(text, language)
