"""`natars-fhir demo`: the product at work, on loopback: a day at two invented hospitals."""

from __future__ import annotations


def demo() -> None:
    """Starts the adapter and two hospitals on loopback, pushes a day's bundles, and shows what came of it."""
    # the web and the store are heavy: only the commands that need them load them
    from natars_fhir.cli.demonstration import run

    run()
