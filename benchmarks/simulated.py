"""How fast a simulated hospital is made, and in how much memory: `python -m benchmarks.simulated`.

Each dialect in a process of its own; the peak of four times the patients stands beside that of the first, for memory
must not grow with them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from time import process_time

from benchmarks.measure import peak_rss_mb
from natars_fhir.bulk.simulated import send
from natars_fhir.simulate.dialect import NAMES, named
from natars_fhir.simulate.hospital import Order


def here(dialect: str, patients: int) -> dict[str, float]:
    """Makes that many patients in this process: megabytes a second of CPU time, and the peak of memory."""
    start = process_time()
    written = send(Order(patients, 1, named(dialect)), lambda _: None, "ndjson")
    return {"mb-per-s": written.bytes / 1e6 / (process_time() - start), "peak-rss-mb": peak_rss_mb()}


def _fresh(dialect: str, patients: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.simulated", dialect, str(patients)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def figures(patients: int) -> dict[str, float]:
    """Every figure by its fixed name."""
    found = {dialect: _fresh(dialect, patients) for dialect in NAMES}
    told = {f"simulate.{dialect}.mb-per-s": one["mb-per-s"] for dialect, one in found.items()}
    grown = _fresh("coded", 4 * patients)["peak-rss-mb"]
    ratio = grown / found["coded"]["peak-rss-mb"]
    return told | {"simulate.peak-rss-mb": grown, "simulate.memory-ratio-of-four-times": ratio}


def main() -> None:
    """Measures and prints; with a dialect and a number, in this process."""
    if len(sys.argv) == 3:
        print(json.dumps(here(sys.argv[1], int(sys.argv[2]))))
        return
    for name, value in figures(2_000).items():
        print(f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
