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
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep

import msgspec
import pytest
from msgspec import structs

from tests.bulk.run_on_spark import Job, Told
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]
#: A JVM that starts soon: it lives for a minute. That Spark's own classes are well formed was checked when it was made.
_UNCHECKED = "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
_QUICK = f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto {_UNCHECKED}"
_WITHIN = 120.0


class Cluster:
    """A master and its workers."""

    def __init__(self, folder: Path, stack: ExitStack, environment: dict[str, str]) -> None:
        self._folder, self._stack, self._environment = folder, stack, environment
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
        began = subprocess.Popen(  # noqa: S603 (Spark's own program)
            command, stdout=log, stderr=log, env=self._environment, start_new_session=True
        )
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
        "SPARK_LAUNCHER_OPTS": _QUICK,
        "SPARK_DAEMON_MEMORY": "300m",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
    }


class Rig:
    """A cluster, a driver on it that offers Spark Connect, and who asks of either."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self._stack, self._folder = ExitStack(), folder
        self._environment = {**os.environ, **environment(folder, port)}
        self._drivers: dict[str, subprocess.Popen[bytes]] = {}
        self.connect = f"sc://127.0.0.1:{port}"
        self.lost = False

    def __enter__(self) -> Rig:
        self.servers = Cluster(self._folder, self._stack, self._environment)
        self.master = self.servers.master
        self._driver(self.master)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, job: Job, seen: Callable[[int], object] | None = None) -> Told:
        """Runs a job; *seen*, where somebody looks, is told how many tasks are done."""
        driver = self._driver(job.spark)
        assert driver.stdin is not None
        assert driver.stdout is not None
        driver.stdin.write(msgspec.json.encode(structs.replace(job, watched=seen is not None)) + b"\n")
        driver.stdin.flush()
        for line in driver.stdout:
            told = msgspec.json.decode(line, type=Told)
            if told.ended:
                return told
            if seen is not None:
                seen(told.tasks)
        raise AssertionError("the driver ended: " + (self._folder / "driver.log").read_text("utf-8")[-2_000:])

    def lose_a_worker(self) -> None:
        """Kills one, with its executor."""
        if not self.lost:
            kill(self.servers.workers[0])
            self.lost = True

    def _driver(self, address: str) -> subprocess.Popen[bytes]:
        if address not in self._drivers:
            log = self._stack.enter_context((self._folder / "driver.log").open("ab"))
            command = [sys.executable, "-m", "tests.bulk.run_on_spark", address]
            pipe = subprocess.PIPE
            self._drivers[address] = driver = subprocess.Popen(  # noqa: S603 (our own module)
                command, stdin=pipe, stdout=pipe, stderr=log, cwd=ROOT, env=self._environment, start_new_session=True
            )
            self._stack.callback(_closed, driver)
        return self._drivers[address]


def _closed(driver: subprocess.Popen[bytes]) -> None:
    kill(driver)
    for stream in (driver.stdin, driver.stdout):
        if stream is not None:
            stream.close()


def needed() -> None:
    """Skips where Spark cannot run."""
    if not shutil.which("java"):
        pytest.skip("Java is not installed: apt-get install openjdk-17-jre-headless")
    if find_spec("pyspark") is None:
        pytest.skip("the extra `spark` is not installed")
