"""Fault: why a pull came to no good end, in words of ours and of protocols; they hold nothing of a patient.

PullError            the server, or what it said
├── ExpiredError     what it had ready for us is gone: it may be asked to make it once more
└── StoppedError     nobody's fault: we are asked to stop
"""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "away",
    "credentials",
    "refused",
    "unreadable",
    "elsewhere",
    "repeats",
    "incomplete",
    "behind",
    "expired",
    "late",
    "disk",
    "stopped",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: How the count of a fault begins in the audit.
FAULT = "pull-fault "
#: Where the whole pull ends: what follows would end so too.
ENDS: frozenset[Kind] = frozenset({"away", "credentials", "stopped", "disk"})


class PullError(Exception):
    """What went wrong: its kind, and a word; ``wait`` is what the server asked for, in seconds."""

    def __init__(self, kind: Kind, word: str = "", wait: float = 0.0) -> None:
        super().__init__(f"{kind} {word}".strip())
        self.kind, self.word, self.wait = kind, word, wait


class ExpiredError(PullError):
    """A job or a file is not there any more."""

    def __init__(self, word: str) -> None:
        super().__init__("expired", word)


class StoppedError(PullError):
    """We are asked to stop."""

    def __init__(self) -> None:
        super().__init__("stopped")


def refused(status: int) -> PullError:
    """A status that asking again will not change."""
    kind: Kind = "credentials" if status in (401, 403) else "elsewhere" if 300 <= status < 400 else "refused"
    return PullError(kind, str(status))
