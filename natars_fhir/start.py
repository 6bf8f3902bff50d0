"""Start: the program as it is called. Loading it takes a second; who stops it in that second sees no stack trace."""

from __future__ import annotations

import sys


def main() -> None:
    """Loads the command line and runs it."""
    try:
        from natars_fhir.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(1)
    run()
