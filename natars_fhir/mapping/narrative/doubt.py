"""Doubt: does a short text doubt what its own code says, deny it, or speak of somebody else? (clinical.md §5.3)"""

from __future__ import annotations

from functools import lru_cache

from natars_fhir.mapping.narrative.page import page
from natars_fhir.mapping.narrative.words import Words

#: What a cue must say for the code beside it not to decide.
_TAGS = ("hedge", "relative", "differential", "advice")


@lru_cache(maxsize=4_096)
def hedges(text: str, words: Words) -> bool:
    """Any cue of doubt, differential diagnosis, advice or a relative; a question mark; or a denial in the first clause
    (the titles of classifications say later what they leave out: ``肾恶性肿瘤，除外肾盂``)."""
    if "?" in text or "？" in text:
        return True
    leaf = page(text, words)
    first = leaf.clauses[0] if leaf.clauses else len(leaf.text)
    return any(cue.tag.startswith(_TAGS) or (cue.tag.startswith("deny") and cue.start < first) for cue in leaf.cues)
