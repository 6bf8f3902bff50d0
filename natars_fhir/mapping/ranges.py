"""Ranges of codes in a hierarchical system: ``C15`` to ``C21``, ``C49.4`` to ``C49.6``, and what can be said of them.

A range is of codes of one length that differ in their last figures; the last may end in a letter (``O9A``), which
stands after the figures, as ICD-10-CM has it. What cannot be written out code by code cannot be published.
"""

from __future__ import annotations

import re

_SPLIT = re.compile(r"(.*?)(\d+)")


def codes(first: str, last: str) -> list[str]:
    """Each code of a range, in order. Raises ValueError for what is no range.

    >>> codes("C49.4", "C49.6")
    ['C49.4', 'C49.5', 'C49.6']
    """
    split = _SPLIT.fullmatch(first)
    if split is None or len(first) != len(last) or not last.startswith(split[1]) or first > last:
        raise ValueError(f"«{first}» to «{last}» is no range of codes that differ in their last figures")
    head, start, end = split[1], split[2], last[len(split[1]) :]
    if end.isdecimal():
        return [f"{head}{number:0{len(start)}d}" for number in range(int(start), int(end) + 1)]
    if not (end[:-1].isdecimal() or len(end) == 1) or not end[-1].isalpha():
        raise ValueError(f"«{first}» to «{last}» is no range of codes that differ in their last figures")
    return [*(f"{head}{number:0{len(start)}d}" for number in range(int(start), int(f"{end[:-1]}9") + 1)), last]


def holds(first: str, last: str, code: str) -> bool:
    """Does *code*, or what it begins with, lie in the range?"""
    return first <= code[: len(first)] and code[: len(last)] <= last
