"""The same answers on Spark: on a standalone cluster, through Connect, and when a worker is lost in mid-run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from natars_fhir.bulk.screen import screen_files
from natars_fhir.bulk.simulated import write
from tests import ward
from tests.bulk.cluster import Rig, needed
from tests.bulk.loom import lines
from tests.bulk.run_on_spark import Job
from tests.simulate.hospitals import order

pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    needed()
    with Rig(tmp_path_factory.mktemp("spark")) as one:
        yield one


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hospital")
    write(order("mixed", 24), folder)
    return folder / "feed"


def by_one(folder: Path, site: str) -> list[bytes]:
    _, outcomes = screen_files([folder], ward.reader(site), ward.mappings().study, order().as_of)
    return lines(outcomes)


def written(folder: Path) -> list[bytes]:
    return sorted(line for path in folder.glob("part-*") for line in path.read_bytes().splitlines())


def in_parquet(folder: Path) -> list[bytes]:
    from pyarrow import parquet

    return sorted(line.encode() for line in parquet.read_table(folder)["screening"].to_pylist())


def test_a_cluster_answers_of_the_fixtures_as_one_process_does(rig: Rig, tmp_path: Path) -> None:
    folder = ward.FIXTURES / "hospital-a"
    ran = rig.run(Job(rig.master, str(folder), "hospital-a", str(tmp_path / "out"), "json", 1_000_000))
    tally, outcomes = screen_files([folder], ward.reader("hospital-a"), ward.mappings().study, order().as_of)
    found = list(outcomes)
    assert written(tmp_path / "out") == lines(found)
    candidates = [one for one in found if one.screening.in_scope and one.screening.verdict == "candidate"]
    assert (ran.counts["patients"], ran.counts["candidate"]) == (len(found), len(candidates))
    assert len(found) > 50
    assert (ran.documents, ran.fates, ran.unreadable) == (tally.documents, dict(tally.fates), tally.unreadable)


def test_connect_answers_of_a_hospital_as_one_process_does(rig: Rig, hospital: Path, tmp_path: Path) -> None:
    site = order("mixed").dialect.site
    ran = rig.run(Job(rig.connect, str(hospital), site, str(tmp_path / "out"), "parquet", 200_000))
    wanted = by_one(hospital, site)
    assert in_parquet(tmp_path / "out") == wanted
    assert len([*(tmp_path / "out").glob("part-*")]) > 1  # several workers had a part in screening
    assert ran.counts["patients"] == len(wanted)


def test_a_worker_that_is_lost_in_mid_run_changes_nothing(rig: Rig, hospital: Path, tmp_path: Path) -> None:
    site = order("mixed").dialect.site
    job = Job(rig.master, str(hospital), site, str(tmp_path / "out"), "json", 20_000)
    ran = rig.run(job, lambda tasks: tasks > 5 and rig.lose_a_worker())
    wanted = by_one(hospital, site)
    assert rig.lost
    assert written(tmp_path / "out") == wanted
    assert ran.counts["patients"] == len(wanted)
