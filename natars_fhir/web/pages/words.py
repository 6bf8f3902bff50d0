"""Words: every text of the pages in English, which is its id, and in Chinese, from gettext's catalogues.

https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html. One catalogue a page, `locale/zh/<page>.po`, read
at the start by Babel. A text is a whole sentence; what varies stands in it by its name, {like_this}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from natars_fhir.domain.sentence import Language

LOCALE: Final = Path(__file__).parents[1] / "locale"
#: The languages, as each calls itself.
LANGUAGES: Final[Mapping[Language, str]] = MappingProxyType({"zh": "中文", "en": "English"})


def msg(text: str) -> str:
    """Marks a text of the code for the catalogues; it is said later, by `saying`."""
    return text


@cache
def catalogue() -> Mapping[str, str]:
    """English → Chinese, of every page. Raises ValueError where two pages translate one text differently."""
    told: dict[str, str] = {}
    for path in sorted((LOCALE / "zh").glob("*.po")):
        with path.open("rb") as file:
            for one in read_po(file, locale="zh", abort_invalid=True):
                if one.id and told.setdefault(str(one.id), str(one.string)) != one.string:
                    raise ValueError(f"{path.name} translates a text otherwise than another catalogue: {one.id}")
    return MappingProxyType(told)


@cache
def saying(language: Language) -> Callable[..., Markup]:
    """What says a text in *language*: `_` of the templates. What is filled in is escaped."""

    def say(text: str, **named: object) -> Markup:
        told = text if language == "en" else catalogue().get(text, text)
        return escape(told).format(**named) if named else escape(told)

    return say
