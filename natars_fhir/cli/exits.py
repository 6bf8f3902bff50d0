"""Exit codes of every command (contract.md)."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
FAULTS: Final = 1
PARTLY_READ: Final = 2
BAD_ARGUMENTS: Final = 64
UNAVAILABLE: Final = 69
CONFIGURATION: Final = 78
