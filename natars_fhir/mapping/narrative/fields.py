"""Fields: what is filled in behind a name, as forms have it: 远处转移（-）, 突破膈肌：否, 复发：是 (clinical.md §2.0).

What is said in a sentence is for the cues to judge: here an answer is the whole of what stands behind the name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from natars_fhir.mapping.narrative.page import Page
from natars_fhir.mapping.narrative.words import Words

Answer = Literal["no", "yes"]
#: what still belongs to the name
_NAME = r"肌?(?:的?淋巴结)?(?:情况|部位|征象|与否|数目|数|灶)?\s?"
_NO, _YES = r"-(?!\s?\d)|无|否|未见|没有|阴性?|0\s?[个枚处]?|[cp]?m0", r"\+{1,3}|是|有|阳性?"
_ANSWER = re.compile(
    rf"{_NAME}(?:(?::\s?\(?\s?|\(\s?)(?:(?P<no>{_NO})|(?P<yes>{_YES}))|(?P<none>0\s?[个枚])|(?P<sign>-))\s?\)?(?=\s?(?:[,;。)、\n]|$))"
)
_OPEN = re.compile(rf"{_NAME}(?::\s?|(?=不详|未知|不明(?!显)|未评估))")
#: a field that nobody filled in
_NOTHING = " -–—_/(."
_LABEL = re.compile(r"[^,;。:()\n]{1,12}:")
_SIGNS = frozenset(":(")
#: what an answer, or a field, begins with
_BEGINS = frozenset(":( 0-肌的淋情部征与数灶不未")


def answer(page: Page, end: int) -> tuple[Answer, int] | None:
    """The yes or no that is filled in behind a name that ends here, and where that ends."""
    if page.text[end : end + 1] not in _BEGINS:
        return None
    found = _ANSWER.match(page.text, end)
    if found is None:
        return None
    return ("yes" if found["yes"] else "no"), found.end()


def is_denied(page: Page, end: int) -> bool:
    """平滑肌肉瘤（-）, 去分化成分：无: is the answer right behind a name that ends here a no?"""
    answered = answer(page, end) if page.text[end : end + 1] in _SIGNS else None
    return answered is not None and answered[0] == "no"


def is_open(page: Page, words: Words, end: int) -> bool:
    """突破膈肌： with nothing behind it, 远处转移：不详: a field that says nothing."""
    if page.text[end : end + 1] not in _BEGINS:
        return False
    found = _OPEN.match(page.text, end)
    if found is None:
        return False
    start, stop = found.end(), page.clause(end)[1]
    if not page.text[start:stop].strip(_NOTHING) or _unfilled(words).match(page.text, start):
        return True
    label = _LABEL.match(page.text, start)  # the next field, on a line of its own: not a part of the body
    return label is not None and not page.find(words["statements.place"], *label.span())


@lru_cache(maxsize=8)
def _unfilled(words: Words) -> re.Pattern[str]:
    return re.compile(words.any("statements.unfilled", "word"))
