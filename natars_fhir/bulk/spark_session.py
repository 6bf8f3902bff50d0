"""A session of Spark: in this process, on a standalone cluster, or through Spark Connect.

https://spark.apache.org/docs/latest/spark-standalone.html, https://spark.apache.org/docs/latest/spark-connect-overview.html
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from natars_fhir.export.extra import library

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_WHAT = "Screenings on Spark"
#: Few rows together: one holds all that a piece says of a patient.
_SESSION = {"spark.sql.execution.arrow.maxRecordsPerBatch": "1000"}
#: What Spark keeps on its workers' disks meanwhile are facts of patients; its page of jobs nobody asked for.
_OWN = {
    "spark.io.encryption.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


class Where(NamedTuple):
    """Where Spark is: a master (empty is this machine), or Spark Connect."""

    master: str = ""
    remote: str = ""


class SparkError(Exception):
    """Spark cannot be begun; the message says what is wanting."""


@contextmanager
def session(where: Where) -> Iterator[SparkSession]:
    """A session for as long as the block runs. Raises SparkError, and ExtraError where the extra is missing."""
    spark_sql = library("pyspark.sql", what=_WHAT, extra="spark")
    library("pyarrow", what=_WHAT, extra="spark")
    builder = spark_sql.SparkSession.builder.appName("natars-fhir")
    if where.remote:
        library("grpc", what="Screenings through Spark Connect", extra="spark")
        chosen, builder = _SESSION, builder.remote(where.remote)
    else:
        _prepare(where.master)
        chosen, builder = {**_SESSION, **_OWN}, builder.master(where.master or "local[*]")
    for name, value in chosen.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as fault:
        raise SparkError(
            f"Spark cannot be begun ({type(fault).__name__}): is there a master at that address?"
        ) from fault
    try:
        yield spark
    finally:
        spark.stop()


def _prepare(master: str) -> None:
    """The environment without which the workers take another Python, and the machine's name is asked of the network."""
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and not shutil.which("java"):
        raise SparkError("Spark needs Java 17 or later: install a JRE (openjdk-17-jre-headless), or set JAVA_HOME")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    if not master or master.startswith(("local", "spark://127.")):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
