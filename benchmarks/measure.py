"""CPU time and peak memory of an alternative, in a fresh process each time, the order alternating by round.

``python -m benchmarks.measure NAME FILE WARM`` measures one; what is shared between alternatives is compared within a
round only, since a shared machine changes its speed between runs (performance.md §9).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.alternatives import ALTERNATIVES

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run of one alternative."""

    cpu_s: float
    megabytes: float
    peak_rss_mb: float
    outcome: str

    @property
    def speed(self) -> float:
        """Megabytes a second of CPU time."""
        return self.megabytes / self.cpu_s


@dataclass(frozen=True, slots=True)
class Missing:
    """An alternative that cannot be measured here, and why."""

    reason: str


Rounds = dict[str, list[Measurement] | Missing]


def here(name: str, file: Path, warm: Path) -> Measurement | Missing:
    """Measure in this process, which should have done nothing else: prepare and warm up, then start the clock."""
    try:
        run = ALTERNATIVES[name]()
    except ImportError as absent:
        return Missing(f"no module {absent.name}")
    run(warm)
    start = time.process_time()
    outcome = run(file)
    spent = time.process_time() - start
    return Measurement(spent, file.stat().st_size / 1e6, peak_rss_mb(), outcome)


def fresh(name: str, file: Path, warm: Path) -> Measurement | Missing:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.measure", name, str(file), str(warm)]
    said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return Missing(**said) if "reason" in said else Measurement(**said)


def interleaved(files: Mapping[str, Path], warm: Path, rounds: int) -> Rounds:
    """All alternatives once a round, forwards and backwards in turn; one that is missing is asked once."""
    found: Rounds = {}
    for turn in range(rounds):
        for name in list(files)[:: 1 if turn % 2 == 0 else -1]:
            runs = found.setdefault(name, [])
            if isinstance(runs, Missing):
                continue
            measured = fresh(name, files[name], warm)
            if isinstance(measured, Missing):
                found[name] = measured
            else:
                runs.append(measured)
    return found


def speeds(runs: list[Measurement]) -> tuple[float, float, float]:
    """Median, lowest and highest megabytes a second."""
    each = [run.speed for run in runs]
    return median(each), min(each), max(each)


def ratio(runs: list[Measurement], reference: list[Measurement]) -> float:
    """How many times the reference's speed: the median of the rounds, each compared with its own."""
    return median(run.speed / other.speed for run, other in zip(runs, reference, strict=True))


def peak_rss_mb() -> float:
    """The largest resident set that this process has had (VmHWM)."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(asdict(here(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))))
