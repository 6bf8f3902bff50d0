"""The pipeline on Apache Spark: pieces of files → rows by patient → threads → outcomes.

Pieces are read where they lie (`mapInArrow`); names that were met together are joined; each thread is read again in the
order of the input and screened (`mapInArrow` over sorted rows). Every step is a pure function of its rows, so that
Spark may do any of it again when a worker is lost.

https://spark.apache.org/docs/latest/api/python/reference/pyspark.sql/api/pyspark.sql.DataFrame.mapInArrow.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from natars_fhir.bulk.by_type import read_by_type
from natars_fhir.bulk.carried import Carried, carried, unpacked
from natars_fhir.bulk.grid import Grid
from natars_fhir.bulk.parts import Counts, columns, named
from natars_fhir.bulk.reading import CHANGED
from natars_fhir.bulk.recipe import Recipe
from natars_fhir.bulk.screen import Tally
from natars_fhir.bulk.spark_session import Where, session
from natars_fhir.bulk.tallied import added, packed
from natars_fhir.bulk.woven import Row, Thread, Weaver, joined, screened
from natars_fhir.collector import spare_the_collector
from natars_fhir.emit.prefilled import prefilled
from natars_fhir.fhir.ndjson import Document, Stretch
from natars_fhir.mapping.reading import Reading

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_READ = "piece int, node long, names array<long>, needs array<long>, tells boolean, packed binary"
#: Patients that are given to Spark together.
_TOGETHER = 500
#: Stretches of patients, each a file of results: of ten terabytes each writes some 50 MB.
_MOST_PARTS = 5_000
_VERDICTS = ("candidate", "undetermined", "ineligible")

Batches = Iterator["pa.RecordBatch"]


class Ran(NamedTuple):
    """What a run came to."""

    tally: Tally
    counts: Counts
    #: seconds that it took to begin the session, and then to do the work
    began: float = 0.0
    took: float = 0.0


def screen_all(where: Where, pieces: Grid, recipe: Recipe, to: str, style: str) -> Ran:
    """The same in a session of its own. Raises SparkError, and ExtraError where the extra is missing."""
    before = perf_counter()
    with session(where) as spark:
        start = perf_counter()
        ran = run(spark, pieces, recipe, to, style)
        return ran._replace(began=start - before, took=perf_counter() - start)


def run(spark: SparkSession, pieces: Grid, recipe: Recipe, to: str, style: str) -> Ran:
    """Reads and screens all *pieces*; what comes of each patient is written to the folder or address *to*."""
    from pyspark import StorageLevel
    from pyspark.sql import Observation

    with_mappings = carried(recipe)
    rows = _read(spark, pieces, with_mappings).persist(StorageLevel.DISK_ONLY)
    try:
        tally = _tally(rows)
        seen = Observation("outcomes")
        parts = min(pieces.tasks, _MOST_PARTS)
        found = _screened(_threads(spark, rows), with_mappings, parts).observe(seen, *_counting())
        _write(found, to, style)
        return Ran(tally, Counter({name: number for name, number in seen.get.items() if number}))
    finally:
        rows.unpersist()


def _read(spark: SparkSession, pieces: Grid, recipe: Carried) -> DataFrame:
    """A row for each patient that a piece speaks of, and one with its tally."""
    if not pieces.pieces:
        return spark.createDataFrame([], _READ)
    return spark.range(0, pieces.pieces, 1, pieces.tasks).mapInArrow(_reader(pieces, recipe), _READ)


def _reader(pieces: Grid, recipe: Carried) -> Callable[[Batches], Batches]:
    def work(batches: Batches) -> Batches:
        for batch in batches:
            for number in batch.column("id").to_pylist():
                yield from _piece(number, pieces, recipe)

    return work


def _piece(number: int, pieces: Grid, recipe: Carried) -> Batches:
    """Reads one piece, as `bulk.reading` does."""
    spare_the_collector()
    reader, piece = unpacked(recipe).reader, pieces.piece(number)
    tally, told, woven = Tally(), Stretch(), Weaver(number)
    for document, (found, said) in enumerate(read_by_type(piece.documents(told), reader)):
        tally.take(found, said)
        if said is None:
            continue
        if woven.take(document, (said,) if isinstance(said, Reading) else said.readings):
            yield _batch(number, woven.give())
    if not piece.intact:
        tally.problem(Document(piece.name, b""), CHANGED)
    yield _batch(number, woven.give())
    yield _batch(number, [Row(None, [], [], False, packed(tally, piece.name, told.lines))])


def _batch(number: int, rows: Iterable[Row]) -> pa.RecordBatch:
    import pyarrow as pa

    node, names, needs, tells, held = zip(*rows, strict=True) if (rows := list(rows)) else ((),) * 5
    schema = pa.schema(
        [
            ("piece", pa.int32()), ("node", pa.int64()), ("names", pa.list_(pa.int64())),
            ("needs", pa.list_(pa.int64())), ("tells", pa.bool_()), ("packed", pa.binary()),
        ]
    )  # fmt: skip
    return pa.record_batch([[number] * len(node), node, names, needs, tells, held], schema=schema)


def _tally(rows: DataFrame) -> Tally:
    found = rows.where("node is null").select("piece", "packed").toArrow()
    pieces = sorted(zip(found["piece"].to_pylist(), found["packed"].to_pylist(), strict=True))
    return added(bytes(held) for _, held in pieces)


def _threads(spark: SparkSession, rows: DataFrame) -> DataFrame:
    """The rows with the thread that each belongs to, and copies of those that a thread refers to."""
    rows = rows.where("node is not null")
    label = _labels(spark, rows)
    known = rows.join(label, "node", "left")
    alone = known.where("tells or thread is not null").selectExpr("coalesce(thread, node) thread", "needs", "packed")
    own = alone.selectExpr("thread", "true own", "packed")
    wanted = alone.selectExpr("thread wanting", "explode(needs) node").distinct().join(label, "node", "left")
    wanted = wanted.selectExpr("wanting", "coalesce(thread, node) thread").where("wanting != thread").distinct()
    if wanted.isEmpty():
        return own
    return own.union(own.join(wanted, "thread").selectExpr("wanting thread", "false own", "packed"))


def _labels(spark: SparkSession, rows: DataFrame) -> DataFrame:
    """node → thread, of those that share a name with others: few of all, so that one process joins them."""
    names = rows.selectExpr("explode(names) name", "node").distinct()
    shared = names.groupBy("name").agg({"node": "min"}).withColumnRenamed("min(node)", "least")
    pairs = names.join(shared, "name").where("node != least").select("node", "least").distinct().toArrow()
    found = joined(zip(pairs["node"].to_pylist(), pairs["least"].to_pylist(), strict=True))
    import pyarrow as pa

    columns = [pa.array(found.keys(), pa.int64()), pa.array(found.values(), pa.int64())]
    return spark.createDataFrame(pa.table(columns, names=["node", "thread"]))


def _screened(threads: DataFrame, recipe: Carried, parts: int) -> DataFrame:
    """A row for each patient. How many parts there are is said: Spark judges by bytes, and a few of them are much work,
    so that it would have one worker do all; and of very many it would make no more parts than of a few."""
    placed = threads.repartition(parts, "thread").sortWithinPartitions("thread")
    schema = ", ".join(f"`{name}` {kind}" for name, kind in _columns(recipe))
    return placed.mapInArrow(_screener(recipe), schema)


def _columns(recipe: Carried) -> list[tuple[str, str]]:
    criteria = [one.id for one in unpacked(recipe).study.criteria]
    return [*((name, "string") for name in named(criteria)), ("inScope", "boolean")]


def _screener(recipe: Carried) -> Callable[[Batches], Batches]:
    def work(batches: Batches) -> Batches:
        import pyarrow as pa

        kinds = [(name, pa.bool_() if kind == "boolean" else pa.string()) for name, kind in _columns(recipe)]
        found = _outcomes(batches, recipe)
        while some := list(islice(found, _TOGETHER)):
            yield pa.RecordBatch.from_pylist(some, pa.schema(kinds))

    return work


def _outcomes(batches: Batches, recipe: Carried) -> Iterator[dict[str, Any]]:
    reader, study = unpacked(recipe)
    criteria = [one.id for one in study.criteria]
    rows = (row for batch in batches for row in zip(*(batch.column(n).to_pylist() for n in range(3)), strict=True))
    for _, those in groupby(rows, itemgetter(0)):
        thread = Thread([], [])
        for _, own, held in those:
            (thread.own if own else thread.besides).append(held)
        for one in screened(thread, reader.site, study, recipe.recipe.as_of):
            yield columns(prefilled(one.screening, one.record.facts, one.issues), criteria)


def _counting() -> list[Any]:
    from pyspark.sql.functions import count, count_if, expr

    verdicts = [count_if(expr(f"inScope and verdict = '{name}'")).alias(name) for name in _VERDICTS]
    return [count("*").alias("patients"), count_if("inScope").alias("inScope"), *verdicts]


def _write(found: DataFrame, to: str, style: str) -> None:
    if style == "json":
        found.select("screening").write.mode("append").text(to)
    else:
        found.write.mode("append").option("compression", "zstd").parquet(to)
