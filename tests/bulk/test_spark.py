"""The same answers on Spark: on a standalone cluster, through Connect, and when a worker is lost in mid-run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from natars_fhir.bulk.grid import grid
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.screen import screen_files
from natars_fhir.bulk.simulated import write
from natars_fhir.bulk.spark import Ran, run
from natars_fhir.bulk.spark_session import session
from tests import ward
from tests.bulk.cluster import Cluster, cluster, environment, kill, needed
from tests.bulk.loom import lines
from tests.postgres import free_port
from tests.simulate.hospitals import order

pytestmark = pytest.mark.xdist_group("spark")


@dataclass(frozen=True, slots=True)
class Rig:
    spark: Any
    servers: Cluster
    #: the address of Spark Connect
    connect: str


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    needed()
    folder = tmp_path_factory.mktemp("spark")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder, port).items():
            patch.setenv(name, value)
        with cluster(folder) as servers, session(servers.master) as spark:
            yield Rig(spark, servers, f"sc://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hospital")
    write(order("mixed", 24), folder)
    return folder / "feed"


def recipe(site: str) -> Recipe:
    return Recipe(str(ward.FOLDER), ward.mappings().hash, "natars", site, order().as_of)


def by_one(folder: Path, site: str) -> list[bytes]:
    tally, outcomes = screen_files([folder], ward.reader(site), ward.mappings().study, order().as_of)
    return lines(outcomes)


def written(folder: Path) -> list[bytes]:
    return sorted(line for path in folder.glob("part-*") for line in path.read_bytes().splitlines())


def in_parquet(folder: Path) -> list[bytes]:
    from pyarrow import parquet

    return sorted(line.encode() for line in parquet.read_table(folder)["screening"].to_pylist())


def test_a_cluster_answers_of_the_fixtures_as_one_process_does(rig: Rig, tmp_path: Path) -> None:
    folder = ward.FIXTURES / "hospital-a"
    ran = run(rig.spark, grid([folder], 100_000), recipe("hospital-a"), str(tmp_path / "out"), "json")
    tally, outcomes = screen_files([folder], ward.reader("hospital-a"), ward.mappings().study, order().as_of)
    found = list(outcomes)
    assert written(tmp_path / "out") == lines(found)
    assert ran.counts["patients"] == len(found) > 50
    assert ran.counts["candidate"] == sum(one.screening.in_scope and one.screening.verdict == "candidate" for one in found)
    assert (ran.tally.documents, ran.tally.fates) == (tally.documents, tally.fates)
    assert ran.tally.not_understood == tally.not_understood
    assert ran.tally.unreadable == tally.unreadable


def test_connect_answers_of_a_hospital_as_one_process_does(rig: Rig, hospital: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bulk.through_connect", rig.connect, str(hospital), str(tmp_path / "out")]
    subprocess.run(command, check=True, timeout=300, cwd=ward.ROOT, env=_without_master())
    assert in_parquet(tmp_path / "out") == by_one(hospital, order("mixed").dialect.site)


def _without_master() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "SPARK_CONF_DIR"}


def test_a_worker_that_is_lost_in_mid_run_changes_nothing(rig: Rig, hospital: Path, tmp_path: Path) -> None:
    site, done = order("mixed").dialect.site, list[Ran]()

    def work() -> None:
        done.append(run(rig.spark, grid([hospital], 8_000), recipe(site), str(tmp_path / "out"), "json"))

    running = Thread(target=work)
    running.start()
    _until_some_are_done(rig.spark)
    kill(rig.servers.workers[0])
    assert running.is_alive()
    running.join(300)
    assert written(tmp_path / "out") == by_one(hospital, site)
    assert done[0].counts["patients"] == len(by_one(hospital, site))


def _until_some_are_done(spark: Any) -> None:
    told, end = spark.sparkContext.statusTracker(), monotonic() + 120
    while monotonic() < end:
        stages = [told.getStageInfo(one) for one in told.getActiveStageIds()]
        if any(one and one.numCompletedTasks > 3 and one.numActiveTasks for one in stages):
            return
        sleep(0.02)
    raise AssertionError("nothing was done")
