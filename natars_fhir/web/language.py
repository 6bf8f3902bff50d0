"""Language: which of ours somebody prefers. https://www.rfc-editor.org/rfc/rfc9110#field.accept-language"""

from __future__ import annotations

from natars_fhir.domain.sentence import Language


def preferred(header: str, usual: Language) -> Language:
    """The best of English and Chinese by their weights, the first of equals; *usual* where neither is named."""
    best, chosen = 0.0, usual
    for part in header.split(","):
        tag, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = _weight(parameters)
        named = tag.partition("-")[0]
        if weight > best and named in ("en", "zh"):
            best, chosen = weight, "zh" if named == "zh" else "en"
    return chosen


def _weight(parameters: list[str]) -> float:
    told = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        weight = float(told)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
