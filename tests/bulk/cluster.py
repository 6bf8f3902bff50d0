"""A small Spark of our own: a standalone master and two workers on loopback, each a process of its own.

Where there is no Java, or no extra, what needs it skips with a clear message; `.ci/run` installs a JRE.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
#: A JVM that starts soon: it lives for a minute.
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
_WITHIN = 120.0


class Cluster:
    """A master and its workers."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._port = free_port()
        self.master = f"spark://127.0.0.1:{self._port}"
        self._start("master.Master", "--host", "127.0.0.1", "--port", str(self._port), "--webui-port", "0")
        _listening(self._port)
        self.workers = [self._worker(number) for number in range(2)]

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        folder = str(self._folder / f"worker-{number}")
        quiet = ("--host", "127.0.0.1", "--webui-port", "0", "-c", "1", "-m", "600m", "-d", folder)
        return self._start("worker.Worker", *quiet, self.master)

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        home = Path(find_spec("pyspark").submodule_search_locations[0])  # type: ignore[union-attr,index]
        log = self._stack.enter_context((self._folder / f"{what}.log").open("ab"))
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{what}", *arguments]
        began = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
        self._stack.callback(kill, began)
        return began


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _listening(port: int) -> None:
    end = monotonic() + _WITHIN
    while monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise AssertionError("the master does not answer")


def environment(folder: Path, connect: int) -> dict[str, str]:
    """What Spark is told by its environment, as a hospital's administrator would: a folder of settings."""
    settings = {
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(connect),
        "spark.driver.memory": "600m",
        "spark.executor.memory": "500m",
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.extraJavaOptions": _QUICK,
        "spark.executor.extraJavaOptions": _QUICK,
    }
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    (folder / "log4j2.properties").write_text("rootLogger.level = error\n")
    return {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_JAVA_OPTS": _QUICK,
        "SPARK_DAEMON_MEMORY": "300m",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster for as long as the block runs."""
    with ExitStack() as stack:
        yield Cluster(folder, stack)


def needed() -> None:
    """Skips where Spark cannot run."""
    if not shutil.which("java"):
        pytest.skip("Java is not installed: apt-get install openjdk-17-jre-headless")
    if find_spec("pyspark") is None:
        pytest.skip("the extra `spark` is not installed")
