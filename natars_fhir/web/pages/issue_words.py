"""Issue words: what the checker, the mapping and the taking in say of data, in Chinese too.

They speak English, to programs, and what they said is kept beside what came. A page finds the sentence that a text was
made of, in `locale/zh/issues`, and says it in Chinese; what stands in it is said as it stands, or has a line itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Final

from babel.messages.pofile import read_po

from natars_fhir.domain.sentence import Language
from natars_fhir.web.pages.words import LOCALE

FOLDER: Final = LOCALE / "zh" / "issues"
#: What a name may stand for, where it is not simply some words.
_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "column": r"\d+", "count": r"[\d,]+", "hint": ".*", "key": r"[a-z]+-\d+[a-z]?", "line": r"\d+",
        "name": r"[^\s,]+", "names": r"[^\s,]+(?:, [^\s,]+)*",
    }
)  # fmt: skip

#: How a sentence is found in a text, and how it is said.
_Filled = tuple[re.Pattern[str], str]


def issue_text(text: str, language: Language, concept: Callable[[str], str] = str) -> str:
    """The text of an issue in *language*; as it is, where nobody translated it. *concept* says the name of one."""
    return text if language == "en" else _chinese(text, concept)


def _chinese(text: str, concept: Callable[[str], str]) -> str:
    plain, filled = catalogue()
    if text in plain:
        return plain[text]
    for pattern, said in filled:
        if found := pattern.fullmatch(text):
            parts = found.groupdict().items()
            return said.format(
                **{name: concept(part) if name == "concept" else _chinese(part, concept) for name, part in parts}
            )
    return text


@cache
def catalogue() -> tuple[Mapping[str, str], tuple[_Filled, ...]]:
    """Sentences in which nothing varies → Chinese; and the others, those of the most words of their own first."""
    told = {text: said for path in sorted(FOLDER.glob("*.po")) for text, said in _read(path)}
    varies = {text: said for text, said in told.items() if any(name for _, name, _, _ in Formatter().parse(text))}
    plain = {text.format(): said.format() for text, said in told.items() if text not in varies}
    filled = [(_pattern(text), said) for text, said in sorted(varies.items(), key=lambda one: -_own(one[0]))]
    return MappingProxyType(plain), tuple(filled)


def _read(path: Path) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        return [(str(one.id), str(one.string)) for one in read_po(file, locale="zh", abort_invalid=True) if one.id]


def _pattern(text: str) -> re.Pattern[str]:
    """Where each name is some words; what a sentence says twice by one name it must say twice alike."""
    parts: list[str] = []
    for own, name, _, _ in Formatter().parse(text):
        parts += [re.escape(own), f"(?P<{name}>{_FORMS.get(name, '.+?')})" if name else ""]
    return re.compile("".join(parts), re.DOTALL)


def _own(text: str) -> int:
    """How much of a sentence is its own."""
    return sum(len(own) for own, _, _, _ in Formatter().parse(text))
