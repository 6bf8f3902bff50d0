"""A small machine is enough: one process, no other service, little memory, and nothing of the extras."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ward import FIXTURES

CASE = FIXTURES / "hospital-b" / "sft-score-from-words" / "bundle.json"
#: Resident memory at its highest, in MB; about 70 stand before the first line is read (docs/performance.md).
MOST_MB = 200
#: What a larger installation adds.
EXTRAS = ("pyspark", "pyarrow", "pandas", "psycopg", "hyperscan", "lifelines", "matplotlib")
PROGRAM = """
import json, sys
from multiprocessing import active_children
from pathlib import Path
from natars_fhir.cli import run
codes = [run(one) for one in json.loads(sys.argv[1])]
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
loaded = [name for name in json.loads(sys.argv[2]) if name in sys.modules]
mb = int(status["VmHWM"].split()[0]) / 1024
print(json.dumps({"codes": codes, "mb": mb, "extras": loaded, "processes": len(active_children())}), file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is looked up in /proc")
def test_files_are_screened_and_kept_by_one_small_process_that_asks_for_nothing_else(tmp_path: Path) -> None:
    commands = [
        ["screen", str(CASE), "--site", "hospital-b", "--as-of", "2024-06-15", "--format", "json"],
        ["load", str(CASE), "--site", "hospital-b", "--format", "json"],
        ["log", "--site", "hospital-b", "--format", "json"],
    ]
    own = {"NATARS_DATABASE": f"sqlite:///{tmp_path}/store.sqlite", "NATARS_KEY_FILE": str(tmp_path / "key")}
    asked = [sys.executable, "-c", PROGRAM, json.dumps(commands), json.dumps(EXTRAS)]
    done = subprocess.run(asked, capture_output=True, check=True, env={**os.environ, **own}, cwd=tmp_path, timeout=120)  # noqa: S603
    told = json.loads(done.stderr.splitlines()[-1])
    assert (told["codes"], told["extras"], told["processes"]) == ([0, 0, 0], [], 0)
    assert told["mb"] < MOST_MB
    assert {one.name.split(".")[0] for one in tmp_path.iterdir()} == {"store", "key"}
