"""Bundles of synthetic patients that nobody here made: `shared/data` beside the checkout, not ours to commit."""

from __future__ import annotations

import gzip
from pathlib import Path

from natars_fhir.fhir.bundle import open_bundle
from natars_fhir.fhir.decode import Decoder
from natars_fhir.fhir.r4.structs import RESOURCES

BUNDLES = Path(__file__).parents[1].parent / "shared" / "data" / "synthea-r4-bundles.ndjson.gz"
#: Bundles in the slice for what is slow.
_FEW = 6


def files(folder: Path) -> dict[str, Path] | None:
    """All bundles and a slice of them, unpacked into *folder*; None where they are not on this machine."""
    if not BUNDLES.is_file():
        return None
    lines = gzip.decompress(BUNDLES.read_bytes()).splitlines(keepends=True)
    made = {"real": folder / "real.ndjson", "real-slice": folder / "real-slice.ndjson"}
    made["real"].write_bytes(b"".join(lines))
    made["real-slice"].write_bytes(b"".join(lines[:_FEW]))
    return made


def walker_share(bundles: Path) -> float:
    """The share, from 0 to 1, of the resources of types that the Structs know which the fast way does not take."""
    decode, taken, seen = Decoder(RESOURCES), 0, 0
    for line in bundles.read_bytes().splitlines():
        for entry in open_bundle(line).entries:
            raw = bytes(entry.raw)
            found = decode.fast(raw)
            taken += found is not None
            seen += found is not None or decode(raw).kind in RESOURCES
    return 1 - taken / seen
